import { boolean, doublePrecision, index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, moment, primaryId } from '#columns.ts';
import { jobStatuses } from '#contract/vocabulary.ts';
import { account } from '#domains/account/table.ts';
import type { JobProgress } from '#domains/experiment/table.ts';
import { modelRun } from '#domains/model-run/table.ts';
import type { Failure } from '#errors.ts';

/** A refit of the recorded trials of a run; the newest of each run counts. */
export const verification = pgTable(
  'verification',
  {
    id: primaryId(),
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => account.id, { onDelete: 'cascade' }),
    modelRunId: uuid('model_run_id')
      .notNull()
      .references(() => modelRun.id, { onDelete: 'cascade' }),
    /** When the model that it is about was finished: a better one is not proved by it. */
    runFinishedAt: moment('run_finished_at').notNull(),
    status: text('status', { enum: jobStatuses }).notNull(),
    progress: jsonb('progress').$type<JobProgress>(),
    proved: boolean('proved'),
    score: doublePrecision('score'),
    difference: doublePrecision('difference'),
    bitEqual: boolean('bit_equal'),
    tolerance: doublePrecision('tolerance'),
    reason: text('reason'),
    environmentDifferences: jsonb('environment_differences').$type<string[]>(),
    failure: jsonb('failure').$type<Failure>(),
    cancelRequestedAt: moment('cancel_requested_at'),
    createdAt: createdAt(),
    finishedAt: moment('finished_at'),
  },
  (table) => [index().on(table.modelRunId, table.id.desc().nullsFirst())],
);
export type VerificationRow = typeof verification.$inferSelect;
