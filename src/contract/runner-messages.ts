import { z } from 'zod';
import { RunProof } from './proof.ts';
import { fraction, key, Parameters, RunStep, seconds, sha256, Tuning, unsigned } from './runner.ts';

/** Why a job or one of its runs failed. BUDGET_EXHAUSTED: not one fold was scored in the time there was. */
export const FailureCode = z
  .literal([
    ...(['SPEC_INVALID', 'DATA_UNREADABLE', 'NO_FEATURES', 'TOO_FEW_ROWS', 'TOO_MANY_CLASSES'] as const),
    ...(['TARGET_EMPTY', 'TARGET_CONSTANT', 'TARGET_NOT_BINARY', 'TARGET_NOT_NUMERIC'] as const),
    ...(['ALGORITHM_UNKNOWN', 'ALGORITHM_NOT_FOR_TASK', 'STEP_UNKNOWN', 'STEP_FAILED'] as const),
    ...(['METRIC_UNKNOWN', 'METRIC_NOT_FOR_TASK', 'METRIC_UNDEFINED', 'MODEL_INVALID'] as const),
    ...(['FIT_FAILED', 'OUT_OF_MEMORY', 'BUDGET_EXHAUSTED', 'CANCELED', 'INTERNAL'] as const),
  ])
  .meta({ id: 'FailureCode' });
export type FailureCode = z.infer<typeof FailureCode>;

/**
 * Which predictions a figure was computed from. OUT_OF_FOLD: each row by models that never saw it.
 * CROSS_FITTED: the same, and what was chosen on top (blend weights) was chosen on other folds than the row's.
 */
export const ScoreBasis = z.enum(['OUT_OF_FOLD', 'CROSS_FITTED']).meta({ id: 'ScoreBasis' });

/** A file in out/. */
export const RunnerArtifact = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,99}$/),
    mediaType: z.string(),
    sha256,
    byteSize: unsigned,
  })
  .meta({ id: 'RunnerArtifact' });
export type RunnerArtifact = z.infer<typeof RunnerArtifact>;

/** Points to draw, thinned to at most 200. ROC, PRECISION_RECALL, CALIBRATION: of the class `label`; RESIDUALS: predicted against residual; LEARNING: rounds against the loss `label` on watched rows. */
export const RunnerCurve = z
  .strictObject({
    kind: z.enum(['ROC', 'PRECISION_RECALL', 'CALIBRATION', 'RESIDUALS', 'LEARNING']),
    label: z.string().nullable(),
    x: z.array(z.number()),
    y: z.array(z.number()),
  })
  .meta({ id: 'RunnerCurve' });
export type RunnerCurve = z.infer<typeof RunnerCurve>;

/** A message of the event channel: `type` tells which, and names the generated Python type. */
const message = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z
    .strictObject({ type: z.literal(type), ...shape })
    .meta({ id: `${type.charAt(0).toUpperCase()}${type.slice(1)}` });

/** The clock starts. */
const started = message('started', {
  rows: unsigned.describe('Rows with a target'),
  droppedRows: unsigned.describe('Rows left out because their target is missing'),
  columns: unsigned.describe('Columns that are not the target'),
  folds: z.int().min(2),
  foldsSha256: z.string().describe('Of the fold number of each kept row, one byte a row'),
  algorithms: z.array(key).describe('In order of start; each ends as runFinished or runFailed'),
  classes: z.array(z.string()).nullable().describe('In the order of probabilities; null: regression'),
  positiveClass: z.string().nullable().describe('Binary: the rarer; null: other tasks'),
  baselineScore: z.number().nullable().describe('Of always predicting class shares or mean'),
  libraries: z.record(z.string(), z.string()).describe('Versions of Python and of the libraries in use'),
});

const runStarted = message('runStarted', { algorithm: key, label: z.string() });

const foldScored = message('foldScored', {
  algorithm: key,
  trial: unsigned.describe('Counts from 0 within the algorithm; 0 is the configuration before tuning'),
  fold: unsigned,
  score: z.number().describe('On the rows of that fold, by a model that never saw them'),
  seconds: seconds.describe('To fit and predict the fold'),
  file: RunnerArtifact.optional().describe('With `keepFolds`: all of it, in out/ until some more are scored'),
});

/** At most two a second for each run. */
const iterationScored = message('iterationScored', {
  algorithm: key,
  trial: unsigned,
  fold: unsigned,
  iteration: z.int().min(1).describe('Rounds of boosting so far'),
  score: z
    .number()
    .describe('The loss that boosting watches, on rows that it does not learn from: smaller is better'),
});

const trialFinished = message('trialFinished', {
  algorithm: key,
  trial: unsigned,
  parameters: Parameters,
  score: z.number().describe('On all out-of-fold rows together'),
  foldScores: z.array(z.number()).min(1).describe('Fewer than folds: the pruner stopped it'),
  bestScore: z.number().nullable().describe('Of the best complete trial so far; null: there is none'),
  seconds,
});

/** What tuning has brought to an algorithm so far. */
const tuned = message('tuned', {
  algorithm: key,
  strategy: Tuning,
  trials: unsigned.describe('Finished or pruned, with those that were resumed'),
  baselineScore: z.number().nullable().describe('Of trial 0'),
  bestTrial: unsigned,
  bestScore: z.number(),
  improvement: z
    .number()
    .nullable()
    .describe('Of the best over the baseline, in the unit of the metric: 0 or more'),
  importance: z
    .array(z.strictObject({ parameter: z.string(), importance: fraction }))
    .nullable()
    .describe('Shares of 1 by PED-ANOVA, largest first; null: fewer than 8 finished trials, or more follow'),
  ties: z
    .array(unsigned)
    .describe(
      'Trials that the best is ahead of, fold by fold, by at most one standard error of the mean difference',
    ),
});

const Member = z.strictObject({
  algorithm: key,
  trial: unsigned.describe('Its number within the algorithm'),
  weight: fraction,
});

/** A servable model is in out/. */
const runFinished = message('runFinished', {
  algorithm: key,
  revision: z.int().min(1).describe('A better trial makes the next revision, which replaces this one'),
  parameters: Parameters,
  trial: unsigned.nullable().describe('The one that the model is of; null: the ensemble'),
  score: z.number().describe('On the predicted rows together, in the unit of the metric'),
  scoreBasis: ScoreBasis,
  scoreInterval: z.tuple([z.number(), z.number()]).describe('95 %, low then high, grouped jackknife'),
  metrics: z
    .array(z.strictObject({ key, value: z.number(), basis: ScoreBasis }))
    .describe('Every metric of the task that is defined on these rows'),
  foldScores: z.array(z.number()).min(1).describe('Fewer than folds: not comparable, the time was up'),
  trials: z.int().min(1).describe('Finished so far'),
  baselineScore: z.number().nullable().describe('Of trial 0, before tuning; null: it was not finished'),
  fitSeconds: seconds.describe('Of the chosen trial, all folds added up'),
  predictMicrosPerRow: z.number().min(0),
  modelBytes: unsigned,
  artifacts: z.array(RunnerArtifact).describe('The model archive first'),
  confusionMatrix: z
    .strictObject({ labels: z.array(z.string()), counts: z.array(z.array(unsigned)) })
    .nullable()
    .describe('Row: truth, column: prediction; null: regression or more than 100 classes'),
  curves: z.array(RunnerCurve),
  featureImportance: z
    .array(z.strictObject({ feature: z.string().min(1), importance: fraction }))
    .describe(
      'Shares of 1, largest first, at most 1,000; empty where the algorithm has none. By column; with `prepared`, by the columns of the matrices',
    ),
  members: z.array(Member).describe('Of the ensemble, weights add up to 1; empty for the others'),
  proof: RunProof,
});

const runFailed = message('runFailed', { algorithm: key, code: FailureCode, message: z.string() });
const bestChanged = message('bestChanged', { algorithm: key, score: z.number() });
const progress = message('progress', {
  fraction,
  message: z.string(),
  etaSeconds: seconds.nullable(),
  etaLowSeconds: seconds.optional().describe('The end is not expected before'),
  etaHighSeconds: seconds.optional().describe('Nor after; the end of the budget at the latest'),
  bestScore: z.number().nullable(),
});
const log = message('log', { severity: z.enum(['INFO', 'WARNING', 'ERROR']), message: z.string() });
/** The whole job; nothing follows. */
export const failed = message('failed', { code: FailureCode, message: z.string() });
/** The end of a training; only `portable` follows, where it was asked for. */
const finished = message('finished', {
  stopReason: z.enum(['DONE', 'BUDGET', 'CANCELED']),
  budgetSeconds: seconds.describe(
    'What it kept to: that of the spec and what in/extension had added in time',
  ),
  bestAlgorithm: key,
  seconds,
});
/** The best of a training in a form that predicts without Python: out/portable.onnx. */
const portable = message('portable', {
  algorithm: key.describe('The best run, which this belongs to'),
  score: z.number().nullable().describe('Of the file, by members that never saw the row; null: no file'),
  gap: z
    .number()
    .nullable()
    .describe('How much worse than the best run, in the unit of the metric; below 0: better'),
  members: z.array(Member).describe('Weights add up to 1'),
  artifact: RunnerArtifact.nullable(),
  parity: z
    .strictObject({
      rows: unsigned.describe('Compared with the models it was made of; holes and unseen texts among them'),
      maxDifference: z.number().describe('Of a probability, or in standard deviations of the target'),
      crossedRows: unsigned.describe('That differ by more than 1e-5'),
    })
    .nullable(),
  reason: z.string().nullable().describe('Why there is no file'),
});
/** out/predictions.csv is complete; columns: its header. */
const predicted = message('predicted', { rows: unsigned, columns: z.array(z.string()) });
/** out/folds.u8 is complete. */
const split = message('split', {
  rows: unsigned.describe('Rows with a target'),
  droppedRows: unsigned.describe('Rows left out because their target is missing'),
  folds: z.int().min(2),
  foldsSha256: z.string().describe('Of the fold number of each kept row, as in `started`'),
  artifact: RunnerArtifact,
});
/** out/pipeline.py is complete. */
const compiled = message('compiled', { artifact: RunnerArtifact });
/** What an edited file says. Code with a fault is not to be run; its steps are told as far as they can be read. */
const parsed = message('parsed', {
  steps: z.array(RunStep),
  faults: z.array(
    z
      .strictObject({
        line: z.int().min(1).nullable(),
        column: z.int().min(1).nullable(),
        step: unsigned.nullable().describe('Place of the step that it stands in; null: of none'),
        rule: key,
        message: z.string(),
      })
      .meta({ id: 'CodeFault' }),
  ),
});

/**
 * One line of the event channel. Scores are in the metric's own unit (the catalogue tells the direction);
 * numbers are finite; a line is at most 1 MiB of UTF-8.
 */
export const RunnerMessage = z
  .discriminatedUnion('type', [
    started,
    runStarted,
    foldScored,
    iterationScored,
    trialFinished,
    tuned,
    runFinished,
    runFailed,
    bestChanged,
    progress,
    log,
    failed,
    finished,
    portable,
    predicted,
    split,
    compiled,
    parsed,
  ])
  .meta({ id: 'RunnerMessage' });
export type RunnerMessage = z.infer<typeof RunnerMessage>;
/** One kind of message, for example `MessageOf<'runFinished'>`. */
export type MessageOf<Type extends RunnerMessage['type']> = Extract<RunnerMessage, { type: Type }>;
