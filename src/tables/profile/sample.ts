import type { DuckDBVector } from '@duckdb/node-api';
import { type Engine, inBatches } from '#tables/engine.ts';
import type { Holdout } from '#tables/holdout.ts';
import { type Codes, type Ranked, rankAll, sortValues } from './coefficients.ts';
import { doubleSql, isNumeric, type ProfiledColumn } from './columns.ts';
import type { ValueCount } from './frequencies.ts';

/** Numbers of the sample; NaN stands for no value and for what is not finite. */
export interface NumberSample extends Ranked {
  column: ProfiledColumn;
  kind: 'numbers';
  bins: Codes;
  missingCount: number;
}
export interface TextSample {
  column: ProfiledColumn;
  kind: 'texts';
  /** Cut after `longestText` characters. */
  texts: (string | null)[];
  /** Distinct texts by first place. */
  pairs: ValueCount[];
  codes: Codes;
  missingCount: number;
}
export type SampleColumn = NumberSample | TextSample;

export interface Sample {
  columns: Map<string, SampleColumn>;
  rows: number;
  /** One row in so many. */
  step: number;
  /** Whether held-out rows are among them. */
  hasHeldOut: boolean;
}

const sampleRows = 20_000;
const fewestSampleRows = 1_000;
const sampleCells = 4_000_000;
const columnsAtOnce = 200;
export const longestText = 1_000;
const largestVocabulary = 200;
const binCount = 10;

/** Rows are chosen by a hash of their place: spread over the file and the same at every run. */
export function samplingStep(rowCount: number, columnCount: number): number {
  const wanted = Math.max(
    fewestSampleRows,
    Math.min(sampleRows, Math.floor(sampleCells / Math.max(1, columnCount))),
  );
  return Math.max(1, Math.ceil(rowCount / wanted));
}

/** The rule by which rows are in the sample, for whoever wants to draw it again. */
export function samplingRule({ step, hasHeldOut }: Sample): string {
  const rule = step === 1 ? 'every row' : `hash(row number from 0) % ${step} = 0, with the hash of DuckDB`;
  return hasHeldOut ? rule : `${rule}, but for the rows that are held out for this target`;
}

export const isSampled = ({ step, hasHeldOut }: Sample) => step > 1 || !hasHeldOut;

export async function readSample(engine: Engine, columns: ProfiledColumn[], step: number): Promise<Sample> {
  const where = whereOf(step);
  const rows = Number((await engine.row(`SELECT count(*) FROM t ${where}`))[0]);
  const sample: Sample = { columns: new Map(), rows, step, hasHeldOut: true };
  for (const batch of inBatches(columns, columnsAtOnce)) {
    const list = batch.map((column) =>
      isNumeric(column) ? doubleSql(column) : `left(${column.physicalName}, ${longestText + 1})`,
    );
    const readers = batch.map((column) =>
      isNumeric(column) ? numberReader(column, rows) : textReader(column, rows),
    );
    let place = 0;
    await engine.scan(`SELECT ${list.join(', ')} FROM t ${where}`, (chunk) => {
      // asked once: each time is a call into the engine
      const { rowCount } = chunk;
      for (const [index, reader] of readers.entries())
        reader.take(chunk.getColumnVector(index), rowCount, place);
      place += rowCount;
    });
    for (const reader of readers) {
      const own = reader.finish();
      sample.columns.set(own.column.physicalName, own);
    }
  }
  return sample;
}

const whereOf = (step: number) => (step === 1 ? '' : `WHERE hash(file_row_number) % ${step} = 0`);

/** The rows of a sample that are not held out: all that may tell of a target. */
export async function developmentPart(engine: Engine, sample: Sample, holdout: Holdout): Promise<Sample> {
  if (!holdout.exists) return sample;
  const kept = (await readRowNumbers(engine, sample)).flatMap((row, place) =>
    holdout.isHeldOut(row) ? [] : place,
  );
  const columns = [...sample.columns].map(([name, own]): [string, SampleColumn] => [
    name,
    own.kind === 'numbers'
      ? numberColumn(
          own.column,
          Float64Array.from(kept, (place) => own.values[place] as number),
        )
      : textColumn(
          own.column,
          kept.map((place) => own.texts[place] ?? null),
        ),
  ]);
  return { ...sample, columns: new Map(columns), rows: kept.length, hasHeldOut: false };
}

async function readRowNumbers(engine: Engine, { rows, step }: Sample): Promise<number[]> {
  if (step === 1) return Array.from({ length: rows }, (_, row) => row);
  return (await engine.rows(`SELECT file_row_number FROM t ${whereOf(step)}`)).map(([row]) => Number(row));
}

function numberReader(column: ProfiledColumn, rows: number) {
  const values = new Float64Array(rows);
  let missingCount = 0;
  return {
    take(vector: DuckDBVector, rowCount: number, place: number): void {
      for (let row = 0; row < rowCount; row += 1) {
        const value = vector.getItem(row) as number | null;
        if (value === null) missingCount += 1;
        values[place + row] = value !== null && Number.isFinite(value) ? value : Number.NaN;
      }
    },
    finish: () => numberColumn(column, values, missingCount),
  };
}

/** Without a count of the missing ones, what is not finite counts as missing. */
function numberColumn(column: ProfiledColumn, values: Float64Array, missingCount?: number): NumberSample {
  const sorted = sortValues(values);
  const ranked = rankAll(values, sorted);
  return {
    column,
    kind: 'numbers',
    values,
    ...ranked,
    hasGaps: sorted.length < values.length,
    bins: quantileBins(ranked, sorted),
    missingCount: missingCount ?? values.length - sorted.length,
  };
}

function textReader(column: ProfiledColumn, rows: number) {
  const texts = new Array<string | null>(rows).fill(null);
  return {
    take(vector: DuckDBVector, rowCount: number, place: number): void {
      for (let row = 0; row < rowCount; row += 1) texts[place + row] = vector.getItem(row) as string | null;
    },
    finish: () => textColumn(column, texts),
  };
}

function textColumn(column: ProfiledColumn, texts: (string | null)[]): TextSample {
  const missingCount = texts.filter((text) => text === null).length;
  return { column, kind: 'texts', texts, ...encode(texts), missingCount };
}

/** The most frequent values get a code each, by frequency, then by first place; all others share the last one. */
export function encode(values: readonly (string | null)[]): Pick<TextSample, 'pairs' | 'codes'> {
  const places = new Map<string, number>();
  const pairs: ValueCount[] = [];
  const codes = new Int32Array(values.length);
  for (const [index, value] of values.entries()) {
    if (value === null) {
      codes[index] = -1;
      continue;
    }
    let place = places.get(value);
    if (place === undefined) {
      place = pairs.length;
      places.set(value, place);
      pairs.push({ value, count: 0 });
    }
    (pairs[place] as ValueCount).count += 1;
    codes[index] = place;
  }
  const kept = [...pairs.keys()]
    .sort((first, second) => (pairs[second] as ValueCount).count - (pairs[first] as ValueCount).count)
    .slice(0, largestVocabulary);
  const codeOf = new Int32Array(pairs.length).fill(kept.length);
  for (const [code, place] of kept.entries()) codeOf[place] = code;
  for (let index = 0; index < codes.length; index += 1) {
    const place = codes[index] as number;
    if (place >= 0) codes[index] = codeOf[place] as number;
  }
  return { pairs, codes: { codes, size: Math.max(1, kept.length + (pairs.length > kept.length ? 1 : 0)) } };
}

/** At most 10 bins of about equal count; equal values share a bin. */
export function quantileBins(
  { places, distinct }: Pick<Ranked, 'places' | 'distinct'>,
  sorted: Float64Array,
): Codes {
  const limits: number[] = [];
  for (let bin = 1; bin < binCount; bin += 1) {
    const limit = sorted[Math.floor((bin * sorted.length) / binCount)];
    if (limit !== undefined && limit !== limits.at(-1)) limits.push(limit);
  }
  const binOf = new Int32Array(distinct.length);
  let bin = 0;
  for (let place = 0; place < distinct.length; place += 1) {
    while (bin < limits.length && (distinct[place] as number) >= (limits[bin] as number)) bin += 1;
    binOf[place] = bin;
  }
  const codes = new Int32Array(places.length);
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index] as number;
    codes[index] = place < 0 ? -1 : (binOf[place] as number);
  }
  return { codes, size: limits.length + 1 };
}

export function codesOf(column: SampleColumn): Codes {
  return column.kind === 'texts' ? column.codes : column.bins;
}

/** The same codes with one more for "no value": a gap can be telling. */
export function withMissingCode({ codes, size }: Codes): Codes {
  return { codes: codes.map((code) => (code < 0 ? size : code)), size: size + 1 };
}

export function isMissingAt(column: SampleColumn, index: number): boolean {
  return column.kind === 'texts' ? column.texts[index] == null : Number.isNaN(column.values[index] as number);
}
