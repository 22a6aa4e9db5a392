import type { ColumnProfile } from '#contract/report.ts';
import type { ProfileSpec } from '#tables/tasks.ts';

export type ProfiledColumn = ProfileSpec['columns'][number];
export type NumericProfile = NonNullable<ColumnProfile['numeric']>;
export type TextProfile = NonNullable<ColumnProfile['text']>;
export type DateProfile = NonNullable<ColumnProfile['date']>;

export function isNumeric({ physicalType }: Pick<ProfiledColumn, 'physicalType'>): boolean {
  return physicalType === 'BIGINT' || physicalType === 'DOUBLE';
}

/** Column as a finite DOUBLE; dates as milliseconds since 1970. */
export function numberSql({ physicalName, physicalType }: ProfiledColumn): string {
  if (physicalType === 'TIMESTAMP') return `epoch_ms(${physicalName})::DOUBLE`;
  if (physicalType === 'BIGINT') return `${physicalName}::DOUBLE`;
  return `CASE WHEN isfinite(${physicalName}) THEN ${physicalName} END`;
}

/** A finite number or null. */
export function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** The same at 12 significant digits, so that the order of summation does not show. */
export function tidy(value: unknown, digits = 12): number | null {
  const number = finite(value);
  return number === null ? null : Number(number.toPrecision(digits));
}

export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Number((part / whole).toPrecision(12));
}

/** A DOUBLE literal: a plain decimal would be read as DECIMAL. */
export function literal(value: number): string {
  return `(${value.toExponential()})`;
}
