import { z } from 'zod';
import { columnTypeSchema } from './table.ts';
import { taskTypes, tuningStrategies } from './vocabulary.ts';

/** Version of everything in this file; a runner refuses a spec of another protocol with `SPEC_INVALID`. */
export const RUNNER_PROTOCOL = 1;

const key = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);
export const columnName = z.string().regex(/^c\d{1,6}$/);
const unsigned = z.int().min(0);
const seconds = z.number().min(0);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const fraction = z.number().min(0).max(1);

/** How a physical column is to be seen, whatever its storage type in the Parquet file. */
export const ColumnType = z.enum(columnTypeSchema.options).meta({ id: 'ColumnType' });

/** One column of the Parquet file. `label` is the user's name for it: text for logs, never an identifier. */
export const RunColumn = z
  .strictObject({
    name: columnName.describe('Physical name in the Parquet file, unique'),
    label: z.string(),
    type: ColumnType,
  })
  .meta({ id: 'RunColumn' });
export type RunColumn = z.infer<typeof RunColumn>;

/** Hyperparameters of a trial by name, as in the catalogue's search space; `null` means the library's own choice. */
export const Parameters = z.record(z.string(), scalar).meta({ id: 'Parameters' });

/** One preprocessing step of the catalogue. Fitted on the training rows of each fold, in the order given. */
export const RunStep = z
  .strictObject({
    key: key.describe('Key of a step in the catalogue'),
    columns: z
      .array(columnName)
      .optional()
      .describe('Columns it works on; absent: every column of a type that it takes'),
    parameters: z
      .record(z.string(), z.union([scalar, z.array(scalar)]))
      .describe('Values for the step’s parameter schema; absent ones take their defaults'),
    reason: z.string().optional().describe('Why it is there: a comment of the compiled code'),
    code: z
      .string()
      .optional()
      .describe(
        'Python of a step with the key `custom`, which is only written into compiled code, never run',
      ),
  })
  .meta({ id: 'RunStep' });
export type RunStep = z.infer<typeof RunStep>;

/** What is predicted. Decided by the server; the runner never guesses. */
export const TaskType = z.enum(taskTypes).meta({ id: 'TaskType' });

/** How trials after the first of each algorithm are chosen. NONE: one trial each. AUTO: TPE. */
export const Tuning = z.enum(tuningStrategies).meta({ id: 'Tuning' });

const Folds = z
  .strictObject({
    count: z.int().min(2).max(20).describe('Wished for; fewer where the rarest class has fewer rows'),
    seed: unsigned.max(4_294_967_295),
  })
  .describe('Stratified for classification')
  .meta({ id: 'Folds' });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * Draw the folds of a training before it. Answers with `split`, or `failed`. Leaves out/folds.u8: a byte for each row of
 * the table, its fold, or 255 where the target is missing.
 */
export const SplitSpec = z
  .strictObject({
    kind: z.literal('split'),
    protocol: z.literal(RUNNER_PROTOCOL),
    data: z.string().describe('As in training; the target is all that is read'),
    target: columnName,
    taskType: TaskType,
    folds: Folds,
  })
  .meta({ id: 'SplitSpec' });
export type SplitSpec = z.infer<typeof SplitSpec>;

/** Matrices that the code of a user has made of each fold, checked by the server. */
export const PreparedFolds = z
  .strictObject({
    files: z
      .string()
      .describe(
        'How their names begin: PREFIX-<fold>.json (a MatrixMeta), PREFIX-<fold>-train.f32, PREFIX-<fold>-validation.f32',
      ),
    folds: z.string().describe('What `split` has left: in/folds.u8'),
    foldsSha256: sha256.describe('As `split` told it; other folds are `SPEC_INVALID`'),
  })
  .meta({ id: 'PreparedFolds' });

/** A wish for one dimension of a search space: `low` and `high` of numbers, or `choices`; what is absent stays. */
export const SearchDimension = z
  .strictObject({
    low: z.number().optional(),
    high: z.number().optional(),
    choices: z.array(scalar).min(1).max(100).optional(),
  })
  .meta({ id: 'SearchDimension' });

/** Wishes by dimension, laid over the search space that an algorithm has in the catalogue. */
export const SearchSpace = z.record(z.string(), SearchDimension).meta({ id: 'SearchSpace' });
export type SearchSpace = z.infer<typeof SearchSpace>;

const RecordedTrial = z
  .strictObject({
    number: unsigned,
    parameters: Parameters,
    score: z.number(),
    foldScores: z.array(z.number()).min(1),
    seconds,
  })
  .meta({ id: 'RecordedTrial' });

/** What an earlier training has left of an algorithm that has a model. */
export const ResumedRun = z
  .strictObject({
    algorithm: key,
    score: z.number().describe('Of its model'),
    best: unsigned.describe('Number of the trial that its model is of; 0 for the ensemble'),
    model: z.string().nullable().describe('Its archive: in/<algorithm>.zip; null: the ensemble'),
    trials: z.array(RecordedTrial).describe('The best one among them; none: the ensemble'),
  })
  .meta({ id: 'ResumedRun' });
export type ResumedRun = z.infer<typeof ResumedRun>;

/** Train, cross-validate, tune, blend. Answers with `started` … `finished`, or `failed`. */
export const TrainSpec = z
  .strictObject({
    kind: z.literal('train'),
    protocol: z.literal(RUNNER_PROTOCOL),
    data: z.string().describe('Parquet file, relative to the work directory: in/data.parquet'),
    columns: z.array(RunColumn).min(1).describe('All columns that may be used, the target among them'),
    target: columnName,
    taskType: TaskType,
    metric: key.describe('Key of the metric that is optimised and ranked by'),
    algorithms: z.array(key).describe('Empty: every default one that fits the task, and the ensemble'),
    steps: z.array(RunStep),
    folds: Folds,
    prepared: PreparedFolds.optional().describe('In place of `steps`, which are empty then'),
    seed: unsigned.max(4_294_967_295),
    budgetSeconds: z.number().positive().describe('From the message `started` to `finished`'),
    maxTrials: z
      .int()
      .min(1)
      .nullable()
      .describe('New ones over all algorithms together; null: as time allows'),
    tuning: Tuning,
    searchSpace: z
      .record(key, SearchSpace)
      .optional()
      .describe('By algorithm; `SPEC_INVALID` says what is not possible'),
    resume: z
      .array(ResumedRun)
      .optional()
      .describe(
        'Goes on from there: best models are restored, numbers of trials continued. Those that `algorithms` does not name are only blended with. A resumed run gives `runFinished` when it has become better, and never `runFailed`',
      ),
    startParameters: z
      .record(z.string(), Parameters)
      .optional()
      .describe('Trial 0 by algorithm, laid over the defaults: repeats a recorded trial'),
    threads: z.int().min(1).max(256),
    memoryBytes: z.int().min(1).describe('Cap over all processes of the job together'),
  })
  .meta({ id: 'TrainSpec' });
export type TrainSpec = z.infer<typeof TrainSpec>;

/** Apply a model archive to rows. Leaves out/predictions.csv and answers with `predicted`, or `failed`. */
export const PredictSpec = z
  .strictObject({
    kind: z.literal('predict'),
    protocol: z.literal(RUNNER_PROTOCOL),
    data: z.string(),
    columns: z
      .array(RunColumn)
      .describe('Named as in training; unknown ones are ignored, absent ones missing'),
    model: z.string().describe('Model archive, relative to the work directory: in/model.zip'),
    rowCount: unsigned.describe('Rows of the file; another count is `DATA_UNREADABLE`'),
    prepared: z
      .string()
      .optional()
      .describe(
        'For a model trained on prepared folds, what its code has made of the rows: PREFIX-<fold>.json, PREFIX-<fold>-rows.f32',
      ),
  })
  .meta({ id: 'PredictSpec' });
export type PredictSpec = z.infer<typeof PredictSpec>;

/** How the text of the user's file became columns, so that compiled code can read it by itself. */
const Reading = z
  .strictObject({
    delimiter: z.string(),
    quote: z.string(),
    encoding: z.string(),
    skipRows: unsigned,
    hasHeader: z.boolean(),
    formats: z
      .record(
        columnName,
        z
          .strictObject({
            decimal: z.string(),
            thousands: z.string(),
            unit: z.string(),
            dates: z.array(z.string()).nullable().describe('strptime formats in order; null: ISO 8601'),
            missing: z.array(z.string()).describe('Spellings of “no value”'),
          })
          .meta({ id: 'ReadingFormat' }),
      )
      .describe('Of columns that are written in another way than plain numbers, ISO dates and empty cells'),
  })
  .meta({ id: 'Reading' });

/** A plan and what it is for: all that the compiled code tells of it. */
const planShape = {
  dataset: z.string().describe('For the heading: the user’s name for the data set'),
  strategy: z.string().describe('For the heading'),
  steps: z.array(RunStep),
  columns: z.array(RunColumn),
  target: columnName,
  taskType: TaskType,
  reading: Reading.optional(),
};

/** Write steps as readable Python that runs alone. Leaves out/pipeline.py and answers with `compiled`. */
export const CompileSpec = z
  .strictObject({ kind: z.literal('compile'), protocol: z.literal(RUNNER_PROTOCOL), ...planShape })
  .meta({ id: 'CompileSpec' });
export type CompileSpec = z.infer<typeof CompileSpec>;

/** Read an edited file back into steps; nothing of it is run. `steps`: those that `original` was compiled from. */
export const ParseSpec = z
  .strictObject({
    kind: z.literal('parse'),
    protocol: z.literal(RUNNER_PROTOCOL),
    code: z.string().describe('The edited text: in/code.py'),
    original: z.string().describe('The text before: in/original.py'),
    ...planShape,
  })
  .meta({ id: 'ParseSpec' });
export type ParseSpec = z.infer<typeof ParseSpec>;

/** What the server asks of the runner: the content of in/spec.json. */
export const RunSpec = z
  .discriminatedUnion('kind', [TrainSpec, PredictSpec, CompileSpec, SplitSpec, ParseSpec])
  .meta({ id: 'RunSpec' });
export type RunSpec = z.infer<typeof RunSpec>;

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
  members: z
    .array(z.strictObject({ algorithm: key, weight: fraction }))
    .describe('Of the ensemble, weights add up to 1; empty for the others'),
});

const runFailed = message('runFailed', { algorithm: key, code: FailureCode, message: z.string() });
const bestChanged = message('bestChanged', { algorithm: key, score: z.number() });
const progress = message('progress', {
  fraction,
  message: z.string(),
  etaSeconds: seconds.nullable(),
  bestScore: z.number().nullable(),
});
const log = message('log', { severity: z.enum(['INFO', 'WARNING', 'ERROR']), message: z.string() });
/** The whole job; nothing follows. */
export const failed = message('failed', { code: FailureCode, message: z.string() });
/** The end of a training; nothing follows. */
const finished = message('finished', {
  stopReason: z.enum(['DONE', 'BUDGET', 'CANCELED']),
  budgetSeconds: seconds.describe(
    'What it kept to: that of the spec and what in/extension had added in time',
  ),
  bestAlgorithm: key,
  seconds,
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
    predicted,
    split,
    compiled,
    parsed,
  ])
  .meta({ id: 'RunnerMessage' });
export type RunnerMessage = z.infer<typeof RunnerMessage>;
/** One kind of message, for example `MessageOf<'runFinished'>`. */
export type MessageOf<Type extends RunnerMessage['type']> = Extract<RunnerMessage, { type: Type }>;
