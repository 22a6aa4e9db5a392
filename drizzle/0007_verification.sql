CREATE TABLE "verification" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"model_run_id" uuid NOT NULL,
	"run_finished_at" timestamp (3) with time zone NOT NULL,
	"status" text NOT NULL,
	"progress" jsonb,
	"proved" boolean,
	"score" double precision,
	"difference" double precision,
	"bit_equal" boolean,
	"tolerance" double precision,
	"reason" text,
	"environment_differences" jsonb,
	"failure" jsonb,
	"cancel_requested_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "model_run" ADD COLUMN "question" jsonb;--> statement-breakpoint
ALTER TABLE "model_run" ADD COLUMN "proof" jsonb;--> statement-breakpoint
ALTER TABLE "verification" ADD CONSTRAINT "verification_owner_id_account_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "verification" ADD CONSTRAINT "verification_model_run_id_model_run_id_fk" FOREIGN KEY ("model_run_id") REFERENCES "public"."model_run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "verification_model_run_id_id_index" ON "verification" USING btree ("model_run_id","id" DESC NULLS FIRST);