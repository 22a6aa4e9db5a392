import type { ColumnProfile } from '#contract/report.ts';
import { type Engine, inBatches, quoteText } from '#tables/engine.ts';
import type { ProfileSpec } from '#tables/tasks.ts';

export type ProfiledColumn = ProfileSpec['columns'][number];
export type NumericProfile = NonNullable<ColumnProfile['numeric']>;
export type TextProfile = NonNullable<ColumnProfile['text']>;
export type DateProfile = NonNullable<ColumnProfile['date']>;

const widestBatch = 200;
/** Values that one statement may hand over: what several columns that are read at once hold in memory. */
const valuesInMemory = 1_000_000;

/** Names the Parquet copy `t`: its columns are read from the file one by one and never held together. */
export async function openTable(engine: Engine, parquet: string): Promise<void> {
  await engine.run('SET parquet_metadata_cache=true');
  await engine.run(
    `CREATE VIEW t AS SELECT * FROM read_parquet(${quoteText(parquet)}, file_row_number=true)`,
  );
}

/** As many columns at once as memory allows: a wide table needs few statements, a long one little memory. */
export function inReadableBatches<Item>(columns: Item[], rowCount: number): Item[][] {
  const size = Math.floor(valuesInMemory / Math.max(1, rowCount));
  return inBatches(columns, Math.max(1, Math.min(widestBatch, size)));
}

export function isNumeric({ physicalType }: Pick<ProfiledColumn, 'physicalType'>): boolean {
  return physicalType !== 'VARCHAR';
}

export function isDate({ physicalType }: Pick<ProfiledColumn, 'physicalType'>): boolean {
  return physicalType === 'TIMESTAMP';
}

/** Column as DOUBLE, infinities and NaN among them; dates as milliseconds since 1970. */
export function doubleSql({ physicalName, physicalType }: ProfiledColumn): string {
  if (physicalType === 'TIMESTAMP') {
    return `CASE WHEN isfinite(${physicalName}) THEN epoch_us(${physicalName}) / 1000.0 WHEN ${physicalName} IS NOT NULL THEN 'nan'::DOUBLE END`;
  }
  return physicalType === 'BIGINT' ? `${physicalName}::DOUBLE` : physicalName;
}

/** A finite number or null. */
export function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The same at 12 significant digits, so that the order of summation does not show. */
export function tidy(value: unknown, digits = 12): number | null {
  const number = finite(value);
  // the largest numbers would be rounded to infinity
  return number === null ? null : (finite(Number(number.toPrecision(digits))) ?? number);
}

export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Number((part / whole).toPrecision(12));
}

/** ISO 8601 in UTC; the number itself beyond what a Date can hold. */
export function isoDate(milliseconds: number): string {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? String(milliseconds) : date.toISOString();
}
