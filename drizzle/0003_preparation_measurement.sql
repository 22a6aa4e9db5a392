ALTER TABLE "preprocessing" ADD COLUMN "origin" text DEFAULT 'GENERATED' NOT NULL;--> statement-breakpoint
ALTER TABLE "preprocessing" ADD COLUMN "measurement" jsonb;