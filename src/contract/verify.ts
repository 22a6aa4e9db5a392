import { z } from 'zod';
import { RunProof } from './proof.ts';
import {
  columnName,
  Folds,
  key,
  PreparedFolds,
  RUNNER_PROTOCOL,
  RunColumn,
  RunStep,
  sha256,
  TaskType,
  unsigned,
} from './runner.ts';
import { failed } from './runner-messages.ts';

/**
 * Fit the recorded trials of a run again: the same folds, parameters, seeds, threads and rounds, and no clock. Answers
 * with a `refitted` for each fold of each trial and `verified`, or `failed`.
 */
export const VerifySpec = z
  .strictObject({
    kind: z.literal('verify'),
    protocol: z.literal(RUNNER_PROTOCOL),
    data: z.string().describe('Parquet file: in/data.parquet'),
    columns: z.array(RunColumn).min(1).describe('The target among them'),
    target: columnName,
    taskType: TaskType,
    metric: key,
    steps: z.array(RunStep),
    folds: Folds,
    prepared: PreparedFolds.optional().describe('In place of `steps`, which are empty then'),
    seed: unsigned.max(4_294_967_295),
    proof: RunProof,
    threads: z.int().min(1).max(256).describe('All that the fits may use together'),
    memoryBytes: z.int().min(1).describe('Cap over all processes of the job together'),
  })
  .meta({ id: 'VerifySpec' });
export type VerifySpec = z.infer<typeof VerifySpec>;

const message = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z
    .strictObject({ type: z.literal(type), ...shape })
    .meta({ id: `${type.charAt(0).toUpperCase()}${type.slice(1)}` });

const refitted = message('refitted', {
  algorithm: key,
  trial: unsigned,
  fold: unsigned,
  score: z.number(),
  predictionsSha256: sha256,
});

/** The end: what came out, to be held against the proof. */
const verified = message('verified', {
  foldsSha256: sha256,
  score: z.number().nullable().describe('Null: undefined on these rows'),
  predictionsSha256: sha256,
  runnerSha256: sha256,
  machine: z.string(),
  libraries: z.record(z.string(), z.string()),
});

export const VerifyMessage = z
  .discriminatedUnion('type', [refitted, verified, failed])
  .meta({ id: 'VerifyMessage' });
export type VerifyMessage = z.infer<typeof VerifyMessage>;
export type VerifyMessageOf<Type extends VerifyMessage['type']> = Extract<VerifyMessage, { type: Type }>;
