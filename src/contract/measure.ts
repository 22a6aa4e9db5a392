import { z } from 'zod';
import { columnName, RUNNER_PROTOCOL, RunColumn, RunStep, TaskType } from './runner.ts';
import { FailureCode, failed } from './runner-messages.ts';

/**
 * What plans are worth: small models on the same folds of the same rows, by our package alone. The spec is the content of
 * in/spec.json; the answers come on the event channel, as those of a training.
 */

const unsigned = z.int().min(0);
const score = z.number().nullable().describe('In the unit of the metric; null where it is undefined');

/** A plan of the catalogue's steps, or what the code of a plan has made of every split. */
export const MeasuredPlan = z
  .strictObject({
    steps: z.array(RunStep),
    prepared: z
      .string()
      .optional()
      .describe(
        'In place of `steps`, how the names begin: PREFIX-<split>.json (a MatrixMeta), PREFIX-<split>-train.f32, PREFIX-<split>-validation.f32',
      ),
  })
  .meta({ id: 'MeasuredPlan' });
export type MeasuredPlan = z.infer<typeof MeasuredPlan>;

/** Answers with `scored` and `planFailed` in any order, `columnMeasured` where they are asked for, then `measured`. */
export const MeasureSpec = z
  .strictObject({
    kind: z.literal('measure'),
    protocol: z.literal(RUNNER_PROTOCOL),
    data: z.string().describe('Parquet file: in/data.parquet'),
    columns: z.array(RunColumn).min(1).describe('The target among them'),
    target: columnName,
    taskType: TaskType,
    metric: z.string(),
    plans: z.array(MeasuredPlan).min(1),
    splits: z
      .strictObject({
        file: z
          .string()
          .describe('A byte a row of the table, split after split. 0: not used, 1: training, 2: validation'),
        count: z.int().min(1),
      })
      .describe('Rows without a target must not be used'),
    labels: z
      .string()
      .optional()
      .describe(
        'uint32, little-endian, one a row of the table: the row whose target it is given instead of its own',
      ),
    groups: z
      .int()
      .min(0)
      .max(100)
      .describe('Groups of validation rows that are left out of the score one by one'),
    describe: z.boolean().describe('Whether the columns that the plans make of the first split are measured'),
    seconds: z.number().positive().describe('Afterwards it ends with what there is'),
    threads: z.int().min(1).max(256),
    memoryBytes: z.int().min(1).describe('Cap over all processes of the job together'),
  })
  .meta({ id: 'MeasureSpec' });
export type MeasureSpec = z.infer<typeof MeasureSpec>;

const message = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z
    .strictObject({ type: z.literal(type), ...shape })
    .meta({ id: `${type.charAt(0).toUpperCase()}${type.slice(1)}` });

const place = {
  plan: unsigned.describe('Place among the plans of the spec'),
  split: unsigned,
};

/** One small model of one plan on the validation rows of one split. */
const scored = message('scored', {
  ...place,
  proxy: z.string().describe('Key of the algorithm'),
  score,
  withoutGroup: z.array(score),
});

/** The plan could not be applied to that split, or nothing could be learned from what it made. */
const planFailed = message('planFailed', { ...place, code: FailureCode, message: z.string() });

/** A column as a plan makes it of the training rows of the first split. */
const columnMeasured = message('columnMeasured', {
  plan: unsigned,
  name: z.string(),
  source: z
    .string()
    .nullable()
    .describe('Name of the column of the table that it was made from, if that is known'),
  kind: z.enum(['NUMBER', 'CATEGORY']),
  missingFraction: z.number().min(0).max(1),
  distinctCount: unsigned,
  association: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe('With the target, from 0 for none to 1; null where it is undefined'),
  edges: z.array(z.number()).nullable().describe('Of a number: one more than there are counts'),
  labels: z.array(z.string()).nullable().describe('Of a category: the most frequent values'),
  counts: z.array(unsigned),
});

/** The end. `isComplete`: every plan has its score, or its failure, on every split. */
const measured = message('measured', { isComplete: z.boolean(), seconds: z.number().min(0) });

export const MeasureMessage = z
  .discriminatedUnion('type', [scored, planFailed, columnMeasured, measured, failed])
  .meta({ id: 'MeasureMessage' });
export type MeasureMessage = z.infer<typeof MeasureMessage>;
export type MeasureMessageOf<Type extends MeasureMessage['type']> = Extract<MeasureMessage, { type: Type }>;
