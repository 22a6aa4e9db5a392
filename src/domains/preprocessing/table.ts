import { jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, moment, primaryId } from '#columns.ts';
import { codeGenerators, jobStatuses, preprocessingStrategies } from '#contract/vocabulary.ts';
import { account } from '#domains/account/table.ts';
import { analysis } from '#domains/analysis/table.ts';
import { dataset } from '#domains/dataset/table.ts';
import type { Failure } from '#errors.ts';

/** A typed step of the catalogue; `columns` are names as the user wrote them. */
export type PlannedStep = {
  key: string;
  columns: string[];
  parameters: Record<string, unknown>;
  reason: string;
};
export type GateOutcome = { name: string; passed: boolean; detail: string };

export const preprocessing = pgTable('preprocessing', {
  id: primaryId(),
  ownerId: uuid('owner_id')
    .notNull()
    .references(() => account.id, { onDelete: 'cascade' }),
  datasetId: uuid('dataset_id')
    .notNull()
    .references(() => dataset.id, { onDelete: 'cascade' }),
  analysisId: uuid('analysis_id')
    .notNull()
    .references(() => analysis.id, { onDelete: 'cascade' }),
  target: text('target').notNull(),
  status: text('status', { enum: jobStatuses }).notNull(),
  generator: text('generator', { enum: codeGenerators }).notNull(),
  strategy: text('strategy', { enum: preprocessingStrategies }).notNull(),
  instructions: text('instructions'),
  steps: jsonb('steps').$type<PlannedStep[]>().notNull(),
  code: text('code').notNull(),
  gates: jsonb('gates').$type<GateOutcome[]>().notNull(),
  failure: jsonb('failure').$type<Failure>(),
  cancelRequestedAt: moment('cancel_requested_at'),
  createdAt: createdAt(),
  startedAt: moment('started_at'),
  finishedAt: moment('finished_at'),
  deletedAt: moment('deleted_at'),
});
export type PreprocessingRow = typeof preprocessing.$inferSelect;
