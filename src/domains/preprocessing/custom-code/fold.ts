import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunColumn } from '#contract/runner.ts';
import { JobError } from '#errors.ts';
import { runTableTask } from '#tables/run.ts';
import { dealRows } from './deal.ts';
import { type CodeJobs, fitCode, type Learned, transformCode } from './jobs.ts';
import { type Matrix, takeBack } from './matrix.ts';

/** The table that is cut; nothing but the tables' own process reads it. */
export interface CodeTable {
  parquet: string;
  /** All columns that may be used, the target among them. Identifiers are kept from the code. */
  columns: RunColumn[];
  target: string;
  memoryBytes: number;
}

/** Row numbers of the table. `labels`: rows whose target the training rows are given in place of their own. */
export interface FoldRows {
  train: Uint32Array;
  validation: Uint32Array;
  labels?: Uint32Array;
}

/** A fold as files for its two jobs; any number of codes can be run on it. */
export interface CutFold {
  train: { path: string; count: number; columns: RunColumn[]; target: string };
  dealt: { path: string; batches: number[]; columns: RunColumn[] };
  /** What lies where among the dealt rows: for the server alone. */
  slots: Int32Array;
  validationCount: number;
}

export interface FoldMatrices extends Learned {
  validation: Matrix;
}

/**
 * Writes the training rows with their target and the dealt ones without it below `directory`.
 * @throws TableError; JobError DATASET_CHANGED
 */
export async function cutFold(
  directory: string,
  table: CodeTable,
  rows: FoldRows,
  signal: AbortSignal,
): Promise<CutFold> {
  const [fold] = await cutFolds(directory, table, [rows], signal);
  if (!fold) throw new Error('a fold was not cut');
  return fold;
}

/** As `cutFold`, any number of folds at once. */
export async function cutFolds(
  directory: string,
  table: CodeTable,
  folds: readonly FoldRows[],
  signal: AbortSignal,
): Promise<CutFold[]> {
  const { target } = table;
  const columns = table.columns.filter(({ name, type }) => type !== 'id' || name === target);
  const features = columns.filter(({ name }) => name !== target);
  const own = await mkdtemp(join(directory, 'folds-'));
  const parts: Part[] = [];
  const made = folds.map(({ train, validation, labels }, number) => {
    const { slots, batches } = dealRows(train.length, validation.length);
    const rows = slots.map((slot) => validation[slot] ?? train[-1 - slot] ?? 0);
    const paths = {
      train: join(own, `${number}-train.parquet`),
      dealt: join(own, `${number}-dealt.parquet`),
    };
    const swapped = labels ? { column: target, rows: labels } : null;
    parts.push({ path: paths.train, columns, rows: train, swapped });
    parts.push({ path: paths.dealt, columns: features, rows, swapped: null });
    return {
      train: { path: paths.train, count: train.length, columns, target },
      dealt: { path: paths.dealt, batches, columns: features },
      ...{ slots, validationCount: validation.length },
    };
  });
  await cut(own, table, parts, signal);
  return made;
}

/**
 * One fold through code that is not ours, in two jobs which share nothing but the state that the first one leaves. The
 * second one has no target, and the order and batches of its rows are secret.
 * @throws JobError CODE_FAILED, CODE_CONTRACT, SANDBOX_LIMIT or CANCELED
 */
export async function transformFold(jobs: CodeJobs, code: string, fold: CutFold): Promise<FoldMatrices> {
  const learned = await fitCode(jobs, code, fold.train);
  const matrix = await transformCode(jobs, code, learned, fold.dealt);
  return { ...learned, validation: takeBack(fold.slots, matrix, learned.train, fold.validationCount) };
}

type Part = {
  path: string;
  columns: RunColumn[];
  rows: Uint32Array | Int32Array;
  /** Of a column, the rows whose values are taken instead. */
  swapped: { column: string; rows: Uint32Array } | null;
};

async function cut(
  directory: string,
  { parquet, memoryBytes }: CodeTable,
  parts: Part[],
  signal: AbortSignal,
): Promise<void> {
  const cuts = parts.map(({ path, columns, swapped }) => ({
    ...{ parquet: path, rows: `${path}.rows` },
    columns: columns.map(({ name }) => name),
    ...(swapped ? { swapped: swapped.column } : {}),
  }));
  for (const { path, rows, swapped } of parts) {
    const line = (row: number, position: number) =>
      swapped ? `${position},${row},${swapped.rows[position] ?? row}\n` : `${position},${row}\n`;
    await writeFile(`${path}.rows`, Array.from(rows, line).join(''));
  }
  const options = { temporaryDirectory: directory, memoryBytes, signal };
  const { rowCounts } = await runTableTask('cut', { parquet, cuts }, options);
  for (const { rows } of cuts) await rm(rows);
  if (parts.some(({ rows }, index) => rows.length !== rowCounts[index]))
    throw new JobError('DATASET_CHANGED', 'The table has not the rows that the folds were made of.');
}
