CREATE TABLE "event" (
	"stream_id" uuid NOT NULL,
	"sequence" bigint NOT NULL,
	"type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "event_stream_id_sequence_pk" PRIMARY KEY("stream_id","sequence")
);
--> statement-breakpoint
CREATE TABLE "event_stream" (
	"stream_id" uuid PRIMARY KEY NOT NULL,
	"last_sequence" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "access_token" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "account" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_key" (
	"owner_id" uuid NOT NULL,
	"mutation" text NOT NULL,
	"key" text NOT NULL,
	"input_hash" text NOT NULL,
	"result_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "idempotency_key_owner_id_mutation_key_pk" PRIMARY KEY("owner_id","mutation","key")
);
--> statement-breakpoint
CREATE TABLE "secret" (
	"name" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "analysis" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"dataset_id" uuid NOT NULL,
	"target" text,
	"requested_task_type" text,
	"status" text NOT NULL,
	"task_type" text,
	"task_type_reason" text,
	"report" jsonb,
	"failure" jsonb,
	"cancel_requested_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "dataset" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"name" text NOT NULL,
	"file_name" text NOT NULL,
	"status" text NOT NULL,
	"rejection" jsonb,
	"byte_size" bigint NOT NULL,
	"sha256" text,
	"storage_key" text NOT NULL,
	"received_bytes" bigint,
	"parquet_key" text,
	"row_count" integer,
	"columns" jsonb,
	"dialect" jsonb,
	"warnings" jsonb,
	"overrides" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "experiment" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"name" text NOT NULL,
	"dataset_id" uuid NOT NULL,
	"target" text,
	"task_type" text,
	"metric" text,
	"stage" text NOT NULL,
	"settings" jsonb NOT NULL,
	"analysis_id" uuid,
	"preprocessing_id" uuid,
	"status" text NOT NULL,
	"progress" jsonb,
	"failure" jsonb,
	"cancel_requested_at" timestamp (3) with time zone,
	"claim" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"training_started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "artifact" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"model_run_id" uuid,
	"prediction_job_id" uuid,
	"name" text NOT NULL,
	"media_type" text NOT NULL,
	"byte_size" bigint NOT NULL,
	"sha256" text NOT NULL,
	"storage_key" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_run" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"experiment_id" uuid NOT NULL,
	"dataset_id" uuid NOT NULL,
	"task_type" text NOT NULL,
	"metric" text NOT NULL,
	"algorithm" text NOT NULL,
	"label" text NOT NULL,
	"status" text NOT NULL,
	"parameters" jsonb NOT NULL,
	"score" double precision,
	"rank_score" double precision,
	"partial" boolean DEFAULT false NOT NULL,
	"score_basis" text,
	"score_interval" jsonb,
	"metrics" jsonb NOT NULL,
	"fold_scores" jsonb NOT NULL,
	"baseline_score" double precision,
	"fit_seconds" double precision,
	"predict_micros_per_row" double precision,
	"model_bytes" bigint,
	"confusion_matrix" jsonb,
	"curves" jsonb,
	"feature_importance" jsonb,
	"members" jsonb,
	"sandbox_tier" text,
	"failure" jsonb,
	"created_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "prediction_job" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"model_run_id" uuid NOT NULL,
	"dataset_id" uuid NOT NULL,
	"status" text NOT NULL,
	"progress" jsonb,
	"warnings" jsonb,
	"failure" jsonb,
	"cancel_requested_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "trial" (
	"id" uuid PRIMARY KEY NOT NULL,
	"model_run_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"parameters" jsonb NOT NULL,
	"score" double precision,
	"fold_scores" jsonb NOT NULL,
	"seconds" double precision NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "preprocessing" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"dataset_id" uuid NOT NULL,
	"analysis_id" uuid NOT NULL,
	"target" text NOT NULL,
	"status" text NOT NULL,
	"generator" text NOT NULL,
	"strategy" text NOT NULL,
	"instructions" text,
	"steps" jsonb NOT NULL,
	"code" text NOT NULL,
	"gates" jsonb NOT NULL,
	"failure" jsonb,
	"cancel_requested_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "access_token" ADD CONSTRAINT "access_token_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "idempotency_key" ADD CONSTRAINT "idempotency_key_owner_id_account_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "analysis" ADD CONSTRAINT "analysis_owner_id_account_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "analysis" ADD CONSTRAINT "analysis_dataset_id_dataset_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."dataset"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "dataset" ADD CONSTRAINT "dataset_owner_id_account_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiment" ADD CONSTRAINT "experiment_owner_id_account_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiment" ADD CONSTRAINT "experiment_dataset_id_dataset_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."dataset"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiment" ADD CONSTRAINT "experiment_analysis_id_analysis_id_fk" FOREIGN KEY ("analysis_id") REFERENCES "public"."analysis"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "experiment" ADD CONSTRAINT "experiment_preprocessing_id_preprocessing_id_fk" FOREIGN KEY ("preprocessing_id") REFERENCES "public"."preprocessing"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifact" ADD CONSTRAINT "artifact_owner_id_account_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifact" ADD CONSTRAINT "artifact_model_run_id_model_run_id_fk" FOREIGN KEY ("model_run_id") REFERENCES "public"."model_run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "artifact" ADD CONSTRAINT "artifact_prediction_job_id_prediction_job_id_fk" FOREIGN KEY ("prediction_job_id") REFERENCES "public"."prediction_job"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_run" ADD CONSTRAINT "model_run_owner_id_account_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_run" ADD CONSTRAINT "model_run_experiment_id_experiment_id_fk" FOREIGN KEY ("experiment_id") REFERENCES "public"."experiment"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prediction_job" ADD CONSTRAINT "prediction_job_owner_id_account_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prediction_job" ADD CONSTRAINT "prediction_job_model_run_id_model_run_id_fk" FOREIGN KEY ("model_run_id") REFERENCES "public"."model_run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prediction_job" ADD CONSTRAINT "prediction_job_dataset_id_dataset_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."dataset"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "trial" ADD CONSTRAINT "trial_model_run_id_model_run_id_fk" FOREIGN KEY ("model_run_id") REFERENCES "public"."model_run"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "preprocessing" ADD CONSTRAINT "preprocessing_owner_id_account_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."account"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "preprocessing" ADD CONSTRAINT "preprocessing_dataset_id_dataset_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."dataset"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "preprocessing" ADD CONSTRAINT "preprocessing_analysis_id_analysis_id_fk" FOREIGN KEY ("analysis_id") REFERENCES "public"."analysis"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "access_token_account_id_index" ON "access_token" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "analysis_dataset_id_created_at_id_index" ON "analysis" USING btree ("dataset_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "dataset_owner_id_created_at_id_index" ON "dataset" USING btree ("owner_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "experiment_owner_id_created_at_id_index" ON "experiment" USING btree ("owner_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "experiment_dataset_id_created_at_id_index" ON "experiment" USING btree ("dataset_id","created_at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "artifact_model_run_id_index" ON "artifact" USING btree ("model_run_id");--> statement-breakpoint
CREATE INDEX "artifact_prediction_job_id_index" ON "artifact" USING btree ("prediction_job_id");--> statement-breakpoint
CREATE UNIQUE INDEX "model_run_experiment_id_algorithm_index" ON "model_run" USING btree ("experiment_id","algorithm");--> statement-breakpoint
CREATE INDEX "model_run_experiment_id_rank_score_id_index" ON "model_run" USING btree ("experiment_id","rank_score" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE status = 'SUCCEEDED';--> statement-breakpoint
CREATE INDEX "model_run_owner_id_task_type_metric_rank_score_id_index" ON "model_run" USING btree ("owner_id","task_type","metric","rank_score" DESC NULLS FIRST,"id" DESC NULLS FIRST) WHERE status = 'SUCCEEDED';--> statement-breakpoint
CREATE UNIQUE INDEX "trial_model_run_id_number_index" ON "trial" USING btree ("model_run_id","number");