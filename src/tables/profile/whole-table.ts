import type { AnalysisReport, ColumnProfile } from '#contract/report.ts';
import { type Engine, inBatches } from '#tables/engine.ts';
import type { ProfiledColumn } from './columns.ts';
import type { MeasuredColumn } from './measure-columns.ts';
import { countHashes, readHashes } from './read-long-texts.ts';
import type { Sample } from './sample.ts';

/** Arguments of one call of hash(). */
const hashedTogether = 200;
const textOverheadBytes = 16;
const comparedHead = 1_000;

export type Repetition = Pick<AnalysisReport['overview'], 'duplicateRows'> & {
  /** Rows whose features stand elsewhere with another value of the target; null without a target. */
  conflictingRows: number | null;
};

export async function countRows(engine: Engine): Promise<number> {
  return Number((await engine.row('SELECT count(*) FROM t'))[0]);
}

/** Rows that repeat earlier ones, by 64-bit hashes of whole rows. */
export async function measureRepetition(
  engine: Engine,
  columns: ProfiledColumn[],
  target: string | null,
): Promise<Repetition> {
  const names = columns.map(({ physicalName }) => physicalName);
  const features = rowHash(names.filter((name) => name !== target));
  if (target === null || names.length === 1) {
    const [rows] = await countRepeated(engine, [rowHash(names)]);
    return { duplicateRows: rows as number, conflictingRows: null };
  }
  const [rows, inputs] = await countRepeated(engine, [`hash(${features}, ${target})`, features]);
  // as many different inputs as different rows: none stands with two answers
  if (inputs === rows) return { duplicateRows: rows as number, conflictingRows: 0 };
  const [conflicting] = await engine.row(
    `SELECT coalesce(sum(n), 0)::BIGINT FROM (SELECT count(*) AS n FROM t WHERE ${target} IS NOT NULL GROUP BY ${features} HAVING count(DISTINCT hash(${target})) > 1)`,
  );
  return { duplicateRows: rows as number, conflictingRows: Number(conflicting) };
}

/** How many hashes repeat another one, for each expression. */
async function countRepeated(engine: Engine, expressions: string[]): Promise<number[]> {
  const hashes = await readHashes(engine, expressions);
  return hashes.map((own) => own.length - countHashes(own).counts.length);
}

function rowHash(names: string[]): string {
  const parts = inBatches(names, hashedTogether).map((batch) => `hash(${batch.join(', ')})`);
  return parts.length === 1 ? (parts[0] as string) : `hash(${parts.join(', ')})`;
}

/** 8 bytes a number or date, texts by their UTF-8 length and an overhead. */
export function measureMemory(
  columns: ProfiledColumn[],
  measured: MeasuredColumn[],
  rowCount: number,
): number {
  const texts = columns.filter(({ physicalType }) => physicalType === 'VARCHAR').length;
  const written = measured.reduce((sum, { byteCount }) => sum + byteCount, 0);
  return (columns.length - texts) * rowCount * 8 + texts * rowCount * textOverheadBytes + written;
}

/** Groups of columns that hold the same value in every row; constants are left out. */
export async function findCopies(
  engine: Engine,
  columns: ProfiledColumn[],
  profiles: ColumnProfile[],
  sample: Sample,
): Promise<string[][]> {
  const alike = new Map<string, string[]>();
  for (const [index, { physicalName, physicalType }] of columns.entries()) {
    const profile = profiles[index];
    if (!profile || profile.isConstant) continue;
    const { distinctCount, valueCount, modeCount } = profile;
    const key = [physicalType, distinctCount, valueCount, modeCount, headOf(sample, physicalName)].join('/');
    alike.set(key, [...(alike.get(key) ?? []), physicalName]);
  }
  const groups: string[][] = [];
  for (let left of alike.values()) {
    while (left.length > 1) {
      const [first, ...others] = left as [string, ...string[]];
      const row = await engine.row(
        `SELECT ${others.map((other) => `count_if(${first} IS DISTINCT FROM ${other})`).join(', ')} FROM t`,
      );
      const copies = others.filter((_, index) => Number(row[index]) === 0);
      if (copies.length > 0) groups.push([first, ...copies]);
      left = others.filter((other) => !copies.includes(other));
    }
  }
  return groups;
}

/** The first values of the sample: columns that differ there need not be compared. */
function headOf(sample: Sample, name: string): string {
  const column = sample.columns.get(name);
  if (!column) return '';
  const values = column.kind === 'texts' ? column.texts : [...column.values.subarray(0, comparedHead)];
  return JSON.stringify(values.slice(0, comparedHead));
}
