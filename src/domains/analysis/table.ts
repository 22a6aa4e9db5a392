import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, moment, primaryId } from '#columns.ts';
import type { AnalysisReport } from '#contract/report.ts';
import { jobStatuses, taskTypes } from '#contract/vocabulary.ts';
import { account } from '#domains/account/table.ts';
import { dataset } from '#domains/dataset/table.ts';
import type { Failure } from '#errors.ts';

export const analysis = pgTable(
  'analysis',
  {
    id: primaryId(),
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => account.id, { onDelete: 'cascade' }),
    datasetId: uuid('dataset_id')
      .notNull()
      .references(() => dataset.id, { onDelete: 'cascade' }),
    /** Name of the target column as the user wrote it. */
    target: text('target'),
    requestedTaskType: text('requested_task_type', { enum: taskTypes }),
    status: text('status', { enum: jobStatuses }).notNull(),
    taskType: text('task_type', { enum: taskTypes }),
    taskTypeReason: text('task_type_reason'),
    report: jsonb('report').$type<AnalysisReport>(),
    failure: jsonb('failure').$type<Failure>(),
    cancelRequestedAt: moment('cancel_requested_at'),
    createdAt: createdAt(),
    startedAt: moment('started_at'),
    finishedAt: moment('finished_at'),
    deletedAt: moment('deleted_at'),
  },
  (table) => [index().on(table.datasetId, table.createdAt.desc().nullsFirst(), table.id.desc().nullsFirst())],
);
export type AnalysisRow = typeof analysis.$inferSelect;
