import type { Engine } from '#tables/engine.ts';
import { type Codes, type Sorted, sortOrder } from './coefficients.ts';
import { numberSql, type ProfiledColumn } from './columns.ts';

/** A column of the sample, ready for every coefficient. */
export type SampleColumn =
  | { column: ProfiledColumn; kind: 'numbers'; sorted: Sorted; bins: Codes }
  | { column: ProfiledColumn; kind: 'codes'; codes: Codes };

const sampleRows = 20_000;
const fewestSampleRows = 1_000;
const sampleCells = 4_000_000;
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

export async function readSample(
  engine: Engine,
  columns: ProfiledColumn[],
  step: number,
): Promise<SampleColumn[]> {
  if (columns.length === 0) return [];
  const list = columns.map((column) =>
    column.physicalType === 'VARCHAR' ? column.physicalName : numberSql(column),
  );
  const where = step === 1 ? '' : `WHERE hash(rowid) % ${step} = 0`;
  const rows = await engine.rows(`SELECT ${list.join(', ')} FROM t ${where}`);
  return columns.map((column, place) => {
    if (column.physicalType === 'VARCHAR') {
      return { column, kind: 'codes', codes: encode(rows.map((row) => row[place] as string | null)) };
    }
    const values = rows.map((row) => row[place] as number | null);
    const sorted = { values, order: sortOrder(values) };
    return { column, kind: 'numbers', sorted, bins: quantileBins(sorted) };
  });
}

/** The most frequent values get a code each, all others share the last one. */
export function encode(values: (string | null)[]): Codes {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const kept = [...counts].sort((first, second) => second[1] - first[1]).slice(0, largestVocabulary);
  const vocabulary = new Map(kept.map(([value], code) => [value, code]));
  const other = vocabulary.size;
  const codes = Int32Array.from(values, (value) => (value === null ? -1 : (vocabulary.get(value) ?? other)));
  return { codes, size: counts.size > other ? other + 1 : Math.max(1, other) };
}

/** At most 10 bins of about equal count; equal values share a bin. */
export function quantileBins({ values, order }: Sorted): Codes {
  const limits: number[] = [];
  for (let bin = 1; bin < binCount; bin += 1) {
    const at = order[Math.floor((bin * order.length) / binCount)];
    const limit = at === undefined ? undefined : (values[at] ?? undefined);
    if (limit !== undefined && limit !== limits.at(-1)) limits.push(limit);
  }
  const codes = Int32Array.from(values, (value) => {
    if (value === null) return -1;
    let bin = 0;
    while (bin < limits.length && value >= (limits[bin] as number)) bin += 1;
    return bin;
  });
  return { codes, size: limits.length + 1 };
}

export function codesOf(column: SampleColumn): Codes {
  return column.kind === 'codes' ? column.codes : column.bins;
}

/** The same codes with one more for "no value": a gap can be telling. */
export function withMissingCode({ codes, size }: Codes): Codes {
  return { codes: codes.map((code) => (code < 0 ? size : code)), size: size + 1 };
}

export function isMissingAt(column: SampleColumn, index: number): boolean {
  return column.kind === 'codes'
    ? (column.codes.codes[index] ?? -1) < 0
    : (column.sorted.values[index] ?? null) === null;
}

export function sampleLength(columns: SampleColumn[]): number {
  const first = columns[0];
  if (!first) return 0;
  return first.kind === 'codes' ? first.codes.codes.length : first.sorted.values.length;
}
