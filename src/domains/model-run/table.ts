import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { createdAt, moment, primaryId } from '#columns.ts';
import type { PlannedStep } from '#contract/preprocessing.ts';
import type { RunProof } from '#contract/proof.ts';
import type { TrainSpec } from '#contract/runner.ts';
import type { MessageOf, RunnerCurve } from '#contract/runner-messages.ts';
import type { TableWarning } from '#contract/table.ts';
import { jobStatuses, type ScoreBasis, scoreBases, taskTypes } from '#contract/vocabulary.ts';
import { account } from '#domains/account/table.ts';
import { dataset } from '#domains/dataset/table.ts';
import { experiment, type JobProgress } from '#domains/experiment/table.ts';
import { storedObject } from '#domains/stored-object/table.ts';
import type { Failure } from '#errors.ts';

export type MetricScore = { key: string; value: number; basis: ScoreBasis };
export type Confusion = { labels: string[]; counts: number[][] };
/** `feature` is the name as the user wrote it. */
export type Importance = { feature: string; importance: number };

/** The form of a run that predicts without Python, as the runner tells it. */
export type PortableModel = Omit<MessageOf<'portable'>, 'type' | 'algorithm' | 'artifact'> & {
  artifactName: string | null;
};

export type EnsembleMember = Omit<MessageOf<'runFinished'>['members'][number], 'trial'> & { trial?: number };

/** What tuning has brought so far, as the runner tells it. */
export type Tuning = Omit<MessageOf<'tuned'>, 'type' | 'algorithm'>;

/** The version of a plan that a run was trained with, whatever has become of the plan since. */
export type TrainedPlan = {
  preprocessingId: string;
  revision: number;
  steps: PlannedStep[];
  /** Of the Python that the steps were compiled to. */
  codeSha256: string;
};

/** What a run was asked, and of which table: with its proof all that it can be computed from again. */
export type TrainedQuestion = Pick<
  TrainSpec,
  'columns' | 'target' | 'taskType' | 'metric' | 'steps' | 'folds' | 'seed' | 'budgetSeconds' | 'maxTrials'
> & {
  /** Of the file as it was uploaded, and of the table that was made of it. */
  datasetSha256: string | null;
  tableSha256: string | null;
  /** Of the file that says which libraries the runner uses. */
  lockSha256: string;
};

export const modelRun = pgTable(
  'model_run',
  {
    id: primaryId(),
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => account.id, { onDelete: 'cascade' }),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiment.id, { onDelete: 'cascade' }),
    datasetId: uuid('dataset_id').notNull(),
    taskType: text('task_type', { enum: taskTypes }).notNull(),
    metric: text('metric').notNull(),
    algorithm: text('algorithm').notNull(),
    label: text('label').notNull(),
    status: text('status', { enum: jobStatuses }).notNull(),
    parameters: jsonb('parameters').$type<Record<string, unknown>>().notNull(),
    score: doublePrecision('score'),
    /**
     * The score with its sign turned where smaller is better: higher is always better. Null while there is none, and
     * for a partial run, whose score is of other rows than the others'.
     */
    rankScore: doublePrecision('rank_score'),
    /** The time was up before all folds were scored. */
    partial: boolean('partial').notNull().default(false),
    scoreBasis: text('score_basis', { enum: scoreBases }),
    scoreInterval: jsonb('score_interval').$type<[number, number]>(),
    metrics: jsonb('metrics').$type<MetricScore[]>().notNull(),
    foldScores: jsonb('fold_scores').$type<number[]>().notNull(),
    baselineScore: doublePrecision('baseline_score'),
    /** Number of the trial that the model is of; null for an ensemble. */
    bestTrial: integer('best_trial'),
    /** Null: it has had one trial only. */
    tuning: jsonb('tuning').$type<Tuning>(),
    /** Null where none was asked for, and for all but the best of an experiment. */
    portableModel: jsonb('portable_model').$type<PortableModel>(),
    fitSeconds: doublePrecision('fit_seconds'),
    predictMicrosPerRow: doublePrecision('predict_micros_per_row'),
    modelBytes: bigint('model_bytes', { mode: 'number' }),
    confusionMatrix: jsonb('confusion_matrix').$type<Confusion>(),
    curves: jsonb('curves').$type<RunnerCurve[]>(),
    featureImportance: jsonb('feature_importance').$type<Importance[]>(),
    members: jsonb('members').$type<EnsembleMember[]>(),
    /** Null for runs of before it was kept. */
    preprocessing: jsonb('preprocessing').$type<TrainedPlan>(),
    /** Null for runs of before it was kept. */
    question: jsonb('question').$type<TrainedQuestion>(),
    /** Null until it has a model. */
    proof: jsonb('proof').$type<RunProof>(),
    sandboxTier: text('sandbox_tier'),
    failure: jsonb('failure').$type<Failure>(),
    createdAt: createdAt(),
    finishedAt: moment('finished_at'),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    uniqueIndex().on(table.experimentId, table.algorithm),
    index()
      .on(table.experimentId, table.rankScore.desc().nullsFirst(), table.id.desc().nullsFirst())
      .where(sql`status = 'SUCCEEDED'`),
    index()
      .on(
        table.ownerId,
        table.taskType,
        table.metric,
        table.rankScore.desc().nullsFirst(),
        table.id.desc().nullsFirst(),
      )
      .where(sql`status = 'SUCCEEDED'`),
  ],
);
export type ModelRunRow = typeof modelRun.$inferSelect;

export const trial = pgTable(
  'trial',
  {
    id: primaryId(),
    modelRunId: uuid('model_run_id')
      .notNull()
      .references(() => modelRun.id, { onDelete: 'cascade' }),
    number: integer('number').notNull(),
    parameters: jsonb('parameters').$type<Record<string, unknown>>().notNull(),
    score: doublePrecision('score'),
    foldScores: jsonb('fold_scores').$type<number[]>().notNull(),
    /** The pruner stopped it: its score is of the rows of some folds only. */
    pruned: boolean('pruned').notNull().default(false),
    /** Of the best complete trial when it had ended. */
    bestScore: doublePrecision('best_score'),
    seconds: doublePrecision('seconds').notNull(),
    createdAt: createdAt(),
  },
  (table) => [uniqueIndex().on(table.modelRunId, table.number)],
);
export type TrialRow = typeof trial.$inferSelect;

export const predictionJob = pgTable('prediction_job', {
  id: primaryId(),
  ownerId: uuid('owner_id')
    .notNull()
    .references(() => account.id, { onDelete: 'cascade' }),
  modelRunId: uuid('model_run_id')
    .notNull()
    .references(() => modelRun.id, { onDelete: 'cascade' }),
  datasetId: uuid('dataset_id')
    .notNull()
    .references(() => dataset.id, { onDelete: 'cascade' }),
  status: text('status', { enum: jobStatuses }).notNull(),
  progress: jsonb('progress').$type<JobProgress>(),
  /** What was found odd in the file, measured by the table that the model was trained on. */
  warnings: jsonb('warnings').$type<TableWarning[]>(),
  failure: jsonb('failure').$type<Failure>(),
  cancelRequestedAt: moment('cancel_requested_at'),
  createdAt: createdAt(),
  finishedAt: moment('finished_at'),
  deletedAt: moment('deleted_at'),
});
export type PredictionJobRow = typeof predictionJob.$inferSelect;

/** A file that a run or a prediction job leaves; exactly one of the two ids is set. */
export const artifact = pgTable(
  'artifact',
  {
    id: primaryId(),
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => account.id, { onDelete: 'cascade' }),
    modelRunId: uuid('model_run_id').references(() => modelRun.id, { onDelete: 'cascade' }),
    predictionJobId: uuid('prediction_job_id').references(() => predictionJob.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    mediaType: text('media_type').notNull(),
    /**
     * Set: what the plan's own code has learned in that fold. It goes back to that code in its sandbox, and to nobody
     * else: to read it is to run it.
     */
    fold: integer('fold'),
    byteSize: bigint('byte_size', { mode: 'number' }).notNull(),
    sha256: text('sha256').notNull(),
    storageKey: text('storage_key')
      .notNull()
      .references(() => storedObject.key),
    createdAt: createdAt(),
  },
  (table) => [index().on(table.modelRunId), index().on(table.predictionJobId), index().on(table.storageKey)],
);
export type ArtifactRow = typeof artifact.$inferSelect;
