ALTER TABLE "artifact" ADD COLUMN "fold" integer;--> statement-breakpoint
ALTER TABLE "model_run" ADD COLUMN "preprocessing" jsonb;