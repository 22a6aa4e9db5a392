import type { Engine } from '#tables/engine.ts';
import { type Codes, type Ranked, rankAll, sortValues } from './coefficients.ts';
import { doubleSql, isNumeric, type ProfiledColumn } from './columns.ts';

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
  codes: Codes;
  missingCount: number;
}
export type SampleColumn = NumberSample | TextSample;

export interface Sample {
  columns: Map<string, SampleColumn>;
  rows: number;
  /** One row in so many: 1 when the sample is the table. */
  step: number;
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
export function samplingRule(step: number): string {
  return step === 1 ? 'every row' : `hash(row number from 0) % ${step} = 0, with the hash of DuckDB`;
}

export async function readSample(engine: Engine, columns: ProfiledColumn[], step: number): Promise<Sample> {
  const where = step === 1 ? '' : `WHERE hash(file_row_number) % ${step} = 0`;
  const sample: Sample = { columns: new Map(), rows: 0, step };
  for (let at = 0; at < columns.length; at += columnsAtOnce) {
    const batch = columns.slice(at, at + columnsAtOnce);
    const list = batch.map((column) =>
      isNumeric(column) ? doubleSql(column) : `left(${column.physicalName}, ${longestText + 1})`,
    );
    const cells: (string | number | null)[][] = batch.map(() => []);
    await engine.scan(`SELECT ${list.join(', ')} FROM t ${where}`, (chunk) => {
      for (const [index, column] of cells.entries()) {
        const vector = chunk.getColumnVector(index);
        for (let row = 0; row < chunk.rowCount; row += 1)
          column.push(vector.getItem(row) as string | number | null);
      }
    });
    for (const [index, column] of batch.entries()) {
      const own = cells[index] ?? [];
      sample.rows = own.length;
      sample.columns.set(
        column.physicalName,
        isNumeric(column)
          ? numberSample(column, own as (number | null)[])
          : textSample(column, own as (string | null)[]),
      );
    }
  }
  return sample;
}

function numberSample(column: ProfiledColumn, cells: (number | null)[]): NumberSample {
  const values = Float64Array.from(cells, (cell) =>
    cell !== null && Number.isFinite(cell) ? cell : Number.NaN,
  );
  const sorted = sortValues(values);
  return {
    column,
    kind: 'numbers',
    values,
    ranks: rankAll(values, sorted),
    hasGaps: sorted.length < values.length,
    bins: quantileBins(values, sorted),
    missingCount: cells.reduce<number>((sum, cell) => sum + (cell === null ? 1 : 0), 0),
  };
}

function textSample(column: ProfiledColumn, texts: (string | null)[]): TextSample {
  const codes = encode(texts);
  return {
    column,
    kind: 'texts',
    texts,
    codes,
    missingCount: texts.reduce<number>((sum, text) => sum + (text === null ? 1 : 0), 0),
  };
}

/** The most frequent values get a code each, by frequency, then by first place; all others share the last one. */
export function encode(values: readonly (string | null)[]): Codes {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const kept = [...counts].sort((first, second) => second[1] - first[1]).slice(0, largestVocabulary);
  const vocabulary = new Map(kept.map(([value], code) => [value, code]));
  const other = vocabulary.size;
  const codes = Int32Array.from(values, (value) => (value === null ? -1 : (vocabulary.get(value) ?? other)));
  return { codes, size: counts.size > other ? other + 1 : Math.max(1, other) };
}

/** At most 10 bins of about equal count; equal values share a bin. */
export function quantileBins(values: Float64Array, sorted: Float64Array): Codes {
  const limits: number[] = [];
  for (let bin = 1; bin < binCount; bin += 1) {
    const limit = sorted[Math.floor((bin * sorted.length) / binCount)];
    if (limit !== undefined && limit !== limits.at(-1)) limits.push(limit);
  }
  const codes = Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) return -1;
    let bin = 0;
    while (bin < limits.length && value >= (limits[bin] as number)) bin += 1;
    return bin;
  });
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
