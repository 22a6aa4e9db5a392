CREATE TABLE "upload" (
	"dataset_id" uuid PRIMARY KEY NOT NULL,
	"protocol" text NOT NULL,
	"storage_key" text NOT NULL,
	"upload_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stored_object" (
	"key" text PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"status" text NOT NULL,
	"byte_size" bigint,
	"sha256" text,
	"encryption" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"touched_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "dataset" ALTER COLUMN "storage_key" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "analysis" ADD COLUMN "deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "dataset" ADD COLUMN "announced_sha256" text;--> statement-breakpoint
ALTER TABLE "dataset" ADD COLUMN "deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "experiment" ADD COLUMN "deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "model_run" ADD COLUMN "deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "prediction_job" ADD COLUMN "deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "preprocessing" ADD COLUMN "deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "upload" ADD CONSTRAINT "upload_dataset_id_dataset_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."dataset"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "upload" ADD CONSTRAINT "upload_storage_key_stored_object_key_fk" FOREIGN KEY ("storage_key") REFERENCES "public"."stored_object"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stored_object" ADD CONSTRAINT "stored_object_owner_id_account_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "upload_storage_key_index" ON "upload" USING btree ("storage_key");--> statement-breakpoint
CREATE INDEX "stored_object_owner_id_sha256_index" ON "stored_object" USING btree ("owner_id","sha256");--> statement-breakpoint
CREATE INDEX "stored_object_touched_at_index" ON "stored_object" USING btree ("touched_at");--> statement-breakpoint
UPDATE "dataset" SET "storage_key" = NULL WHERE "received_bytes" IS NULL;--> statement-breakpoint
INSERT INTO "stored_object" ("key", "owner_id", "status", "byte_size", "sha256", "encryption", "created_at", "touched_at")
	SELECT "storage_key", "owner_id", 'STORED', "byte_size", "sha256", 'NONE', "created_at", now() FROM "dataset" WHERE "storage_key" IS NOT NULL
	UNION ALL SELECT "parquet_key", "owner_id", 'STORED', NULL, NULL, 'NONE', "created_at", now() FROM "dataset" WHERE "parquet_key" IS NOT NULL
	UNION ALL SELECT "storage_key", "owner_id", 'STORED', "byte_size", "sha256", 'NONE', "created_at", now() FROM "artifact";--> statement-breakpoint
ALTER TABLE "dataset" ADD CONSTRAINT "dataset_storage_key_stored_object_key_fk" FOREIGN KEY ("storage_key") REFERENCES "public"."stored_object"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset" ADD CONSTRAINT "dataset_parquet_key_stored_object_key_fk" FOREIGN KEY ("parquet_key") REFERENCES "public"."stored_object"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifact" ADD CONSTRAINT "artifact_storage_key_stored_object_key_fk" FOREIGN KEY ("storage_key") REFERENCES "public"."stored_object"("key") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "dataset_storage_key_index" ON "dataset" USING btree ("storage_key");--> statement-breakpoint
CREATE INDEX "dataset_parquet_key_index" ON "dataset" USING btree ("parquet_key");--> statement-breakpoint
CREATE INDEX "dataset_deleted_at_index" ON "dataset" USING btree ("deleted_at");--> statement-breakpoint
CREATE INDEX "artifact_storage_key_index" ON "artifact" USING btree ("storage_key");