import { z } from 'zod';
import { columnTypeSchema } from './table.ts';
import { taskTypes, tuningStrategies } from './vocabulary.ts';

/** Version of everything here and in the messages; a runner refuses a spec of another protocol with `SPEC_INVALID`. */
export const RUNNER_PROTOCOL = 1;

export const key = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);
export const columnName = z.string().regex(/^c\d{1,6}$/);
export const unsigned = z.int().min(0);
export const seconds = z.number().min(0);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const fraction = z.number().min(0).max(1);

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

export const Folds = z
  .strictObject({
    count: z.int().min(2).max(20).describe('Wished for; fewer where the rarest class has fewer rows'),
    seed: unsigned.max(4_294_967_295),
  })
  .describe('Stratified for classification')
  .meta({ id: 'Folds' });
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

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
    foldScores: z.array(z.number()).optional().describe('Of its model, fold by fold'),
    best: unsigned.describe('Number of the trial that its model is of; 0 for the ensemble'),
    model: z.string().nullable().describe('Its archive: in/<algorithm>.zip; null: the ensemble'),
    trials: z.array(RecordedTrial).describe('The best one among them; none: the ensemble'),
  })
  .meta({ id: 'ResumedRun' });
export type ResumedRun = z.infer<typeof ResumedRun>;

/** A fold that a training had scored before its worker was lost. */
const KeptFold = z
  .strictObject({
    file: z.string().describe('What `foldScored` had promised, in/fold-<algorithm>-<trial>-<fold>.zip'),
    told: z.boolean().describe('Its trial has had its `trialFinished`'),
  })
  .meta({ id: 'KeptFold' });

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
    wholeBudgetSeconds: z
      .number()
      .positive()
      .optional()
      .describe('What the training was given at first, where some of it is spent'),
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
    keepFolds: z
      .boolean()
      .optional()
      .describe('Whether each fold’s model is left in out/ for a while, so that a lost worker costs no fold'),
    keptFolds: z
      .array(KeptFold)
      .optional()
      .describe(
        'Of the same training, before its worker was lost: told already, taken up in place of fits. Their algorithms have had `runStarted`',
      ),
    threads: z.int().min(1).max(256),
    memoryBytes: z.int().min(1).describe('Cap over all processes of the job together'),
    portable: z.boolean().optional().describe('Whether `portable` is to follow `finished`'),
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
