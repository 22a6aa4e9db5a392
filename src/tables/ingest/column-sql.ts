import type { ColumnFormat, PhysicalType } from '#contract/table.ts';
import { quoteText } from '#tables/engine.ts';

/**
 * SQL that turns the text of a raw column into its physical value; NULL where it does not fit. Spellings of "no value"
 * never fit a number or a date, so only text has to look for them. Each form names its operand once or twice at most:
 * the engine computes a repeated operand again.
 */
export function valueSql(raw: string, physicalType: PhysicalType, format: ColumnFormat): string {
  if (physicalType === 'VARCHAR') return presentSql(raw, physicalType, format);
  const text = `trim(${raw})`;
  if (physicalType === 'TIMESTAMP') return timestampSql(text, format);
  const number = numberText(text, format);
  // The engine also reads 1e3, 1.0, 0x10 and 1_000 as whole numbers.
  if (physicalType === 'BIGINT') {
    return `TRY_CAST(CASE WHEN regexp_full_match(${number}, '[+-]?[0-9]+') THEN ${number} END AS BIGINT)`;
  }
  return `nullif(TRY_CAST(CASE WHEN contains(${number}, '_') THEN NULL ELSE ${number} END AS DOUBLE), 'nan'::DOUBLE)`;
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
  // Through TIMESTAMPTZ, so that an offset is applied; the session is in UTC. Words such as 'epoch' are no dates.
  return `CAST(TRY_CAST(CASE WHEN ${text} BETWEEN '0' AND ':' THEN ${text} END AS TIMESTAMPTZ) AS TIMESTAMP)`;
}
