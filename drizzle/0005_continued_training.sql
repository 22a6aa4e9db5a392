ALTER TABLE "experiment" ADD COLUMN "continuation" jsonb;--> statement-breakpoint
ALTER TABLE "experiment" ADD COLUMN "added_seconds" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "model_run" ADD COLUMN "best_trial" integer;--> statement-breakpoint
ALTER TABLE "model_run" ADD COLUMN "tuning" jsonb;--> statement-breakpoint
ALTER TABLE "trial" ADD COLUMN "pruned" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "trial" ADD COLUMN "best_score" double precision;