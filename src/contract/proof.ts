import { z } from 'zod';
import { key, Parameters, sha256, unsigned } from './runner.ts';

/** One fold of a trial, and what its fit depended on beside table, folds, steps and parameters. */
const ProvenFold = z
  .strictObject({
    fold: unsigned,
    seed: unsigned,
    threads: z.int().min(1),
    decided: Parameters.describe(
      'What fitting chose by the clock or by watched rows, such as rounds; a refit takes it as it is',
    ),
    score: z.number(),
    predictionsSha256: sha256.describe('Of the rows of that fold'),
  })
  .meta({ id: 'ProvenFold' });

const ProvenTrial = z
  .strictObject({
    algorithm: key,
    trial: unsigned,
    parameters: Parameters,
    folds: z.array(ProvenFold).min(1),
  })
  .meta({ id: 'ProvenTrial' });

const ProvenBlend = z
  .strictObject({
    weights: z
      .array(z.array(z.number()))
      .describe('By fold, of each trial: chosen on the other folds, used for the rows of that one'),
  })
  .meta({ id: 'ProvenBlend' });

/**
 * What a run was computed from beside table, folds, steps and metric, and what came out. Hashes of predictions are of
 * little-endian float64, row by row.
 */
export const RunProof = z
  .strictObject({
    foldsSha256: sha256.describe('As `started` tells it'),
    predictionsSha256: sha256.describe('Of what the score is of'),
    trials: z.array(ProvenTrial).min(1),
    blend: ProvenBlend.nullable().describe('Null: of one trial alone'),
    runnerSha256: sha256.describe('Of the sources of the runner'),
    machine: z.string().describe('Processor and the arithmetic that the linear algebra uses on it'),
    libraries: z.record(z.string(), z.string()).describe('Versions'),
  })
  .meta({ id: 'RunProof' });
export type RunProof = z.infer<typeof RunProof>;
