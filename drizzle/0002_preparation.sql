CREATE TABLE "generation_spend" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"preprocessing_id" uuid,
	"micro_usd" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"settled_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "holdout_opening" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"dataset_sha256" text NOT NULL,
	"target" text NOT NULL,
	"seed" bigint NOT NULL,
	"preprocessing_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "preprocessing" ADD COLUMN "revision" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "preprocessing" ADD COLUMN "accepted" jsonb;--> statement-breakpoint
ALTER TABLE "preprocessing" ADD COLUMN "effects" jsonb;--> statement-breakpoint
ALTER TABLE "preprocessing" ADD COLUMN "comparison" jsonb;--> statement-breakpoint
ALTER TABLE "preprocessing" ADD COLUMN "usage" jsonb;--> statement-breakpoint
ALTER TABLE "preprocessing" ADD COLUMN "fallback" jsonb;--> statement-breakpoint
ALTER TABLE "preprocessing" ADD COLUMN "decision" text;--> statement-breakpoint
ALTER TABLE "generation_spend" ADD CONSTRAINT "generation_spend_owner_id_account_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generation_spend" ADD CONSTRAINT "generation_spend_preprocessing_id_preprocessing_id_fk" FOREIGN KEY ("preprocessing_id") REFERENCES "public"."preprocessing"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holdout_opening" ADD CONSTRAINT "holdout_opening_owner_id_account_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "holdout_opening" ADD CONSTRAINT "holdout_opening_preprocessing_id_preprocessing_id_fk" FOREIGN KEY ("preprocessing_id") REFERENCES "public"."preprocessing"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "generation_spend_owner_id_created_at_index" ON "generation_spend" USING btree ("owner_id","created_at");--> statement-breakpoint
CREATE INDEX "holdout_opening_owner_id_dataset_sha256_target_index" ON "holdout_opening" USING btree ("owner_id","dataset_sha256","target");--> statement-breakpoint
UPDATE "preprocessing" SET
  "steps" = (SELECT coalesce(jsonb_agg('{"code": null}'::jsonb || "step"), '[]') FROM jsonb_array_elements("steps") AS "step"),
  "gates" = (
    SELECT coalesce(jsonb_agg(("gate" - 'passed') || jsonb_build_object(
      'verdict', CASE WHEN ("gate"->>'passed')::boolean THEN 'PASSED' ELSE 'FAILED' END, 'seconds', 0, 'figures', NULL
    )), '[]') FROM jsonb_array_elements("gates") AS "gate"
  );
--> statement-breakpoint
UPDATE "preprocessing" SET "accepted" = jsonb_build_object('revision', 1, 'steps', "steps", 'code', "code", 'gates', "gates")
  WHERE "status" = 'SUCCEEDED';
