import type { ColumnFormat, PhysicalType } from '#contract/table.ts';
import { quoteText } from '#tables/engine.ts';

/** SQL that turns the text of a raw column into its physical value; NULL where it does not fit. */
export function valueSql(raw: string, physicalType: PhysicalType, format: ColumnFormat): string {
  const present = presentSql(raw, physicalType, format);
  if (physicalType === 'VARCHAR') return present;
  if (physicalType === 'TIMESTAMP') return timestampSql(present, format);
  const number = numberText(present, format);
  if (physicalType === 'BIGINT') {
    // The engine also reads 1e3, 1.0, 0x10 and 1_000 as whole numbers.
    return `CASE WHEN TRY_CAST(${number} AS BIGINT)::VARCHAR = ${number} OR regexp_full_match(${number}, '[+-]?[0-9]+') THEN TRY_CAST(${number} AS BIGINT) END`;
  }
  return `CASE WHEN NOT contains(${number}, '_') AND NOT isnan(TRY_CAST(${number} AS DOUBLE)) THEN TRY_CAST(${number} AS DOUBLE) END`;
}

/** The text where there is any: spellings of "no value" are NULL. */
export function presentSql(
  raw: string,
  physicalType: PhysicalType,
  { missingSpellings }: ColumnFormat,
): string {
  const text = physicalType === 'VARCHAR' ? raw : `nullif(trim(${raw}), '')`;
  if (missingSpellings.length === 0) return text;
  return `CASE WHEN ${raw} IS NULL OR ${text} IN (${missingSpellings.map(quoteText).join(', ')}) THEN NULL ELSE ${text} END`;
}

function numberText(text: string, { decimal, thousands, unit }: ColumnFormat): string {
  let sql = text;
  if (unit !== '') sql = `trim(replace(${sql}, ${quoteText(unit)}, ''))`;
  if (thousands === ' ') sql = `regexp_replace(${sql}, '[ \u00a0\u202f]', '', 'g')`;
  else if (thousands === "'") sql = `regexp_replace(${sql}, '[''’]', '', 'g')`;
  else if (thousands !== '') sql = thousandsSql(sql, decimal, thousands);
  return decimal === ',' ? `replace(${sql}, ',', '.')` : sql;
}

/** 1,23 is no number where the comma groups thousands: it must not become 123. */
function thousandsSql(text: string, decimal: string, thousands: string): string {
  const group = thousands === '.' ? '[.]' : thousands;
  const fraction = decimal === '.' ? '[.]' : decimal;
  const shape = `[+-]?[0-9]{1,3}(${group}[0-9]{3})*(${fraction}[0-9]+)?|[+-]?[0-9]+(${fraction}[0-9]+)?`;
  return `CASE WHEN regexp_full_match(${text}, '${shape}') THEN replace(${text}, '${thousands}', '') END`;
}

function timestampSql(text: string, { dateFormats }: ColumnFormat): string {
  if (dateFormats !== null) return `try_strptime(${text}, [${dateFormats.map(quoteText).join(', ')}])`;
  // Through TIMESTAMPTZ, so that an offset is applied; the session is in UTC. Words such as 'infinity' are no dates.
  const value = `TRY_CAST(${text} AS TIMESTAMPTZ)`;
  return `CASE WHEN isfinite(${value}) AND substr(${text}, 1, 1) BETWEEN '0' AND '9' THEN CAST(${value} AS TIMESTAMP) END`;
}
