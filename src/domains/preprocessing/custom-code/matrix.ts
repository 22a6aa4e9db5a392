import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { MatrixMeta } from '#contract/transform.ts';
import { JobError } from '#errors.ts';

/** Rows that code which is not ours has made, checked. */
export interface Matrix {
  meta: MatrixMeta;
  /** Row by row; NaN for a missing value. */
  values: Float32Array;
}

const META = 'matrix.json';
const VALUES = 'matrix.f32';
const MAX_META_BYTES = 16 * 1024 ** 2;
const MAX_VALUES_BYTES = 1024 ** 3;
const FLOAT_BYTES = 4;

export const broken = (message: string) => new JobError('CODE_CONTRACT', message);

/**
 * Reads what a job left, whose process may have been taken over: sizes are known before anything is read, and nothing
 * is kept but names, texts and numbers.
 * @throws JobError CODE_CONTRACT
 */
export async function readMatrix(
  directory: string,
  files: readonly { name: string; byteSize: number }[],
  rowCount: number,
): Promise<Matrix> {
  const sizes = new Map(files.map(({ name, byteSize }) => [name, byteSize]));
  const meta = await readMeta(join(directory, META), sizes.get(META));
  if (meta.rows !== rowCount)
    throw broken(`The code was given ${rowCount} rows and says that it has made ${meta.rows}.`);
  const expectedBytes = rowCount * meta.columns.length * FLOAT_BYTES;
  if (expectedBytes > MAX_VALUES_BYTES)
    throw broken(`The code has made ${meta.columns.length} columns, which is too much for ${rowCount} rows.`);
  const byteSize = sizes.get(VALUES);
  if (byteSize !== expectedBytes)
    throw broken(`The values of the code have ${byteSize ?? 'no'} bytes, not ${expectedBytes}.`);
  const content = await readFile(join(directory, VALUES));
  const values = new Float32Array(rowCount * meta.columns.length);
  Buffer.from(values.buffer).set(content.subarray(0, expectedBytes));
  checkValues(values, meta);
  return { meta, values };
}

async function readMeta(path: string, byteSize: number | undefined): Promise<MatrixMeta> {
  if (byteSize === undefined) throw broken('The code has left no description of its columns.');
  if (byteSize > MAX_META_BYTES) throw broken('The description of the columns is too large.');
  const meta = parse(await readFile(path, 'utf8'));
  const names = new Set(meta.columns.map(({ name }) => name));
  if (names.size < meta.columns.length)
    throw broken('Two columns that the code has made have the same name.');
  for (const { name, categories } of meta.columns) {
    if (categories && new Set(categories).size < categories.length)
      throw broken(`The column “${name}” has the same category twice.`);
  }
  return meta;
}

function parse(text: string): MatrixMeta {
  try {
    return MatrixMeta.parse(JSON.parse(text));
  } catch {
    throw broken('The description of the columns is not as agreed.');
  }
}

/** Also brings every NaN to one form, so that none carries anything else. */
function checkValues(values: Float32Array, { columns }: MatrixMeta): void {
  const limits = columns.map(({ categories }) => categories?.length ?? null);
  const width = columns.length;
  let present = 0;
  for (let at = 0; at < values.length; at += 1) {
    const value = values[at] ?? Number.NaN;
    if (Number.isNaN(value)) {
      values[at] = Number.NaN;
      continue;
    }
    present += 1;
    const limit = limits[at % width] ?? null;
    const fits =
      limit === null ? Number.isFinite(value) : Number.isInteger(value) && value >= 0 && value < limit;
    if (!fits) {
      const what = limit === null ? 'an infinite number' : 'a category that it does not have';
      throw broken(`The column “${columns[at % width]?.name}” holds ${what}.`);
    }
  }
  if (values.length > 0 && present === 0) throw broken('The code has made nothing but missing values.');
}

/**
 * The validation rows in the order of the table, once it is sure that the same row always became the same.
 * @throws JobError CODE_CONTRACT when a row depends on its neighbours, its place or its batch.
 */
export function takeBack(slots: Int32Array, dealt: Matrix, train: Matrix, validationCount: number): Matrix {
  const width = train.meta.columns.length;
  const scales = columnScales(train.values, width);
  const isOutOfFold = train.meta.columns.map(({ outOfFold }) => outOfFold ?? false);
  const values = new Float32Array(validationCount * width);
  const seen = new Uint8Array(validationCount);
  slots.forEach((slot, place) => {
    const row = dealt.values.subarray(place * width, (place + 1) * width);
    const isKnown = slot < 0;
    const index = isKnown ? -1 - slot : slot;
    const known = (isKnown ? train.values : values).subarray(index * width, (index + 1) * width);
    if (!isKnown && seen[index] === 0) {
      known.set(row);
      seen[index] = 1;
      return;
    }
    const column = differing(known, row, scales, isKnown ? isOutOfFold : []);
    if (column >= 0) {
      const other = isKnown ? 'than in training' : 'among other rows';
      throw broken(
        `The code gives the same row another value ${other} in the column “${train.meta.columns[column]?.name}”. ` +
          'transform must look at each row alone: not at its place, its neighbours, its batch or at earlier calls.',
      );
    }
  });
  return { meta: { ...dealt.meta, rows: validationCount }, values };
}

/** Name of a column in which two matrices of the same rows differ; null where they are the same. */
export function differingColumn(one: Matrix, other: Matrix): string | null {
  const names = one.meta.columns.map(({ name }) => name);
  if (other.meta.rows !== one.meta.rows || other.meta.columns.length !== names.length) return names[0] ?? '';
  const changed = one.meta.columns.findIndex(
    (column, place) => !isDeepStrictEqual(column, other.meta.columns[place]),
  );
  if (changed >= 0) return names[changed] ?? '';
  const width = names.length;
  const scales = columnScales(one.values, width);
  for (let row = 0; row < one.meta.rows; row += 1) {
    const [from, to] = [row * width, (row + 1) * width];
    const column = differing(one.values.subarray(from, to), other.values.subarray(from, to), scales);
    if (column >= 0) return names[column] ?? '';
  }
  return null;
}

/** The same sum in another order differs in its last digits. */
const RELATIVE = 1e-4;
const OF_SCALE = 1e-6;

/** The first column in which two rows differ, -1 where there is none; those that are `excused` may. */
function differing(
  one: Float32Array,
  other: Float32Array,
  scales: Float32Array,
  excused: readonly boolean[] = [],
): number {
  return one.findIndex((value, column) => {
    if (excused[column]) return false;
    const twin = other[column] ?? Number.NaN;
    if (Number.isNaN(value) || Number.isNaN(twin)) return Number.isNaN(value) !== Number.isNaN(twin);
    const tolerance = RELATIVE * Math.min(Math.abs(value), Math.abs(twin)) + OF_SCALE * (scales[column] ?? 0);
    return Math.abs(value - twin) > tolerance;
  });
}

/** The largest absolute value of each column. */
function columnScales(values: Float32Array, width: number): Float32Array {
  const scales = new Float32Array(width);
  values.forEach((value, at) => {
    const size = Math.abs(value);
    if (size > (scales[at % width] ?? 0)) scales[at % width] = size;
  });
  return scales;
}
