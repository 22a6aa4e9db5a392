import { z } from 'zod';
import { columnName, RUNNER_PROTOCOL, RunColumn } from './runner.ts';

/**
 * Code that is not ours, run apart from everything that trains: one job learns from the training rows of a fold, another
 * one applies what was learned to rows without their target. Such jobs say nothing on the event channel; their results
 * are files, which the server holds against this contract.
 */
const code = z
  .string()
  .describe('Python file with `fit(train, target)` and `transform(rows, state)`: in/code.py');
const fresh = z
  .boolean()
  .optional()
  .describe('In an interpreter of its own instead of a warm one: other hashes of texts, other addresses');
const columns = z.array(RunColumn).describe('The code sees them by their labels');

/** Leaves out/matrix.f32 and out/matrix.json of the training rows, and out/state.bin. */
export const FitSpec = z
  .strictObject({
    kind: z.literal('fit'),
    protocol: z.literal(RUNNER_PROTOCOL),
    code,
    data: z.string().describe('Parquet file of the training rows, the target among its columns'),
    columns,
    target: columnName,
    fresh,
  })
  .meta({ id: 'FitSpec' });
export type FitSpec = z.infer<typeof FitSpec>;

/** Leaves out/matrix.f32 and out/matrix.json of the given rows. */
export const TransformSpec = z
  .strictObject({
    kind: z.literal('transform'),
    protocol: z.literal(RUNNER_PROTOCOL),
    code,
    state: z.string().describe('What the job that learned left as state.bin'),
    data: z.string().describe('Parquet file without the target'),
    columns,
    fresh,
    batches: z.array(z.int().min(1)).describe('Rows of each call of `transform`, in order'),
  })
  .meta({ id: 'TransformSpec' });
export type TransformSpec = z.infer<typeof TransformSpec>;

/** The most columns that code may make of a table. */
export const MAX_MATRIX_COLUMNS = 10_000;

const MatrixColumn = z
  .strictObject({
    // what cannot be printed could imitate something else where it is shown
    name: z.string().regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u),
    categories: z
      .array(z.string())
      .max(10_000)
      .nullable()
      .describe('Texts that the values of this column are positions in; null: they are numbers'),
    outOfFold: z
      .boolean()
      .optional()
      .describe(
        'Training rows were not made as other rows are: `fit_transform` did not show a row its own target',
      ),
  })
  .meta({ id: 'MatrixColumn' });

/** out/matrix.json. The values are in out/matrix.f32: float32, little-endian, row by row, NaN for a missing one. */
export const MatrixMeta = z
  .strictObject({
    rows: z.int().min(0),
    columns: z.array(MatrixColumn).min(1).max(MAX_MATRIX_COLUMNS),
  })
  .meta({ id: 'MatrixMeta' });
export type MatrixMeta = z.infer<typeof MatrixMeta>;
