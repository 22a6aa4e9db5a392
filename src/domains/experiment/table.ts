import { index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, moment, primaryId } from '#columns.ts';
import type { SearchSpace } from '#contract/runner.ts';
import { experimentStages, type TuningStrategy, taskTypes } from '#contract/vocabulary.ts';
import { account } from '#domains/account/table.ts';
import { analysis } from '#domains/analysis/table.ts';
import { dataset } from '#domains/dataset/table.ts';
import { preprocessing } from '#domains/preprocessing/table.ts';
import type { Failure } from '#errors.ts';
import type { ExperimentSettings } from './settings.ts';

/** `fraction` 0..1; `etaSeconds` and `bestScore` null while unknown. */
export type JobProgress = {
  fraction: number;
  message: string;
  etaSeconds: number | null;
  etaLowSeconds?: number | undefined;
  etaHighSeconds?: number | undefined;
  bestScore: number | null;
};

/** What a job does with an experiment that was trained before, in place of training it from the beginning. */
export type Continuation =
  | { kind: 'EXTEND'; budgetSeconds: number }
  | {
      kind: 'TUNE';
      algorithm: string;
      strategy: TuningStrategy;
      trials: number | null;
      searchSpace: SearchSpace;
      budgetSeconds: number;
    };

export const experiment = pgTable(
  'experiment',
  {
    id: primaryId(),
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => account.id, { onDelete: 'cascade' }),
    version: integer('version').notNull().default(1),
    name: text('name').notNull(),
    datasetId: uuid('dataset_id')
      .notNull()
      .references(() => dataset.id, { onDelete: 'cascade' }),
    target: text('target'),
    taskType: text('task_type', { enum: taskTypes }),
    metric: text('metric'),
    stage: text('stage', { enum: experimentStages }).notNull(),
    settings: jsonb('settings').$type<ExperimentSettings>().notNull(),
    analysisId: uuid('analysis_id').references(() => analysis.id, { onDelete: 'set null' }),
    preprocessingId: uuid('preprocessing_id').references(() => preprocessing.id, { onDelete: 'set null' }),
    status: text('status', {
      enum: ['DRAFT', 'QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELED'],
    }).notNull(),
    progress: jsonb('progress').$type<JobProgress>(),
    /** Null: the present job, or the last one, trains from the beginning. */
    continuation: jsonb('continuation').$type<Continuation>(),
    /** What `extendBudget` has added to the budget of the present job while it was there. */
    addedSeconds: integer('added_seconds').notNull().default(0),
    failure: jsonb('failure').$type<Failure>(),
    cancelRequestedAt: moment('cancel_requested_at'),
    /** Made anew by each worker that takes the job: one that wakes up late finds that the rows are no longer its own. */
    claim: uuid('claim'),
    createdAt: createdAt(),
    startedAt: moment('started_at'),
    /** When the clock of the budget began. */
    trainingStartedAt: moment('training_started_at'),
    finishedAt: moment('finished_at'),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    index().on(table.ownerId, table.createdAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
    index().on(table.datasetId, table.createdAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
  ],
);
export type ExperimentRow = typeof experiment.$inferSelect;
