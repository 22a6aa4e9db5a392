import { bigint, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, moment, primaryId } from '#columns.ts';
import type {
  Comparison,
  GateOutcome,
  GenerationUsage,
  PlannedStep,
  StepEffect,
} from '#contract/preprocessing.ts';
import {
  codeGenerators,
  jobStatuses,
  preprocessingDecisions,
  preprocessingStrategies,
} from '#contract/vocabulary.ts';
import { account } from '#domains/account/table.ts';
import { analysis } from '#domains/analysis/table.ts';
import { dataset } from '#domains/dataset/table.ts';
import type { Failure } from '#errors.ts';

/** The last version that passed every gate: what training takes, and what a failed edit goes back to. */
export type AcceptedPlan = {
  revision: number;
  /** Absent on rows from before it was kept. */
  generator?: 'RULES' | 'CLAUDE';
  steps: PlannedStep[];
  code: string;
  gates: GateOutcome[];
};

/** Where the background measuring stands, and why it ended without a result where it did. */
export type Measurement = { status: StepEffect['status']; reason: string };

export const planOrigins = ['GENERATED', 'EDITED_STEPS', 'EDITED_CODE'] as const;

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
  /** Counts the changes; the first plan is 1. */
  revision: integer('revision').notNull().default(1),
  /** What the present revision came from: what the job has to do to it. */
  origin: text('origin', { enum: planOrigins }).notNull().default('GENERATED'),
  accepted: jsonb('accepted').$type<AcceptedPlan>(),
  /** One entry a step of `accepted`. */
  effects: jsonb('effects').$type<StepEffect[]>(),
  comparison: jsonb('comparison').$type<Comparison>(),
  /** Of `effects` and `comparison` together. */
  measurement: jsonb('measurement').$type<Measurement>(),
  usage: jsonb('usage').$type<GenerationUsage>(),
  /** Why the rules wrote it although CLAUDE was asked. */
  fallback: jsonb('fallback').$type<Failure>(),
  /** Set where a gate is UNDECIDED: PENDING until the user has decided. */
  decision: text('decision', { enum: preprocessingDecisions }),
  failure: jsonb('failure').$type<Failure>(),
  cancelRequestedAt: moment('cancel_requested_at'),
  createdAt: createdAt(),
  startedAt: moment('started_at'),
  finishedAt: moment('finished_at'),
  deletedAt: moment('deleted_at'),
});
export type PreprocessingRow = typeof preprocessing.$inferSelect;

/** Money that a language model takes: reserved before each call under a lock, so that parallel jobs keep the cap. */
export const generationSpend = pgTable(
  'generation_spend',
  {
    id: primaryId(),
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => account.id, { onDelete: 'cascade' }),
    preprocessingId: uuid('preprocessing_id').references(() => preprocessing.id, { onDelete: 'set null' }),
    microUsd: bigint('micro_usd', { mode: 'number' }).notNull(),
    createdAt: createdAt(),
    /** When what was reserved became what was spent. */
    settledAt: moment('settled_at'),
  },
  (table) => [index().on(table.ownerId, table.createdAt)],
);

/** Every look at the locked holdout of a table and target. */
export const holdoutOpening = pgTable(
  'holdout_opening',
  {
    id: primaryId(),
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => account.id, { onDelete: 'cascade' }),
    datasetSha256: text('dataset_sha256').notNull(),
    target: text('target').notNull(),
    seed: bigint('seed', { mode: 'number' }).notNull(),
    preprocessingId: uuid('preprocessing_id').references(() => preprocessing.id, { onDelete: 'set null' }),
    createdAt: createdAt(),
  },
  (table) => [index().on(table.ownerId, table.datasetSha256, table.target)],
);
