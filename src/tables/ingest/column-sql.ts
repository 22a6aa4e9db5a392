import type { ColumnFormat, PhysicalType } from '#contract/table.ts';
import { quoteText } from '#tables/engine.ts';
import { cleanedSql } from './cleanups.ts';

/**
 * SQL that turns the text of a raw column into its physical value; NULL where it does not fit. Spellings of "no value"
 * never fit a number or a date, so only text has to look for them. Each form names its operand once or twice at most:
 * the engine computes a repeated operand again.
 */
export function valueSql(raw: string, physicalType: PhysicalType, format: ColumnFormat): string {
  if (physicalType === 'VARCHAR') return presentSql(raw, physicalType, format);
  const text = cleanedSql(`trim(${raw})`, format.cleanups);
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

const groups: Record<string, string> = { ',': ',', '.': '[.]', ' ': '[ \u00a0\u202f\u2009]', "'": "[''’]" };

function numberText(text: string, { decimal, thousands, unit }: ColumnFormat): string {
  let sql = text;
  if (unit !== '') {
    const sign = quoteText(escapeExpression(unit));
    sql = `regexp_replace(trim(regexp_replace(${sql}, ${sign}, '')), '^([+-]) +', '\\1')`;
  }
  const group = groups[thousands];
  if (group) {
    const fraction = decimal === '.' ? '[.]' : decimal;
    // 1,23 is no number where the comma groups thousands, and "1 2" none where a space does: neither must lose its mark.
    const lakh = thousands === ',' ? `|[1-9][0-9]?(,[0-9]{2})*,[0-9]{3}` : '';
    const shape = `[+-]?([1-9][0-9]{0,2}(${group}[0-9]{3})+${lakh}|[0-9]+)(${fraction}[0-9]*)?`;
    sql = `CASE WHEN regexp_full_match(${sql}, '${shape}') THEN regexp_replace(${sql}, '${group}', '', 'g') END`;
  }
  if (decimal === '.') return sql;
  // A point would be taken for the decimal mark that it is not.
  return group
    ? `replace(${sql}, ',', '.')`
    : `CASE WHEN contains(${sql}, '.') THEN NULL ELSE replace(${sql}, ',', '.') END`;
}

function escapeExpression(text: string): string {
  return text.replaceAll(/[.$^|()[\]*+?{}\\]/g, '\\$&');
}

function timestampSql(text: string, { dateFormats }: ColumnFormat): string {
  if (dateFormats !== null) {
    const parsed = `try_strptime(${text}, [${dateFormats.map(quoteText).join(', ')}])`;
    return dateFormats.some((format) => format.includes('%z')) ? `CAST(${parsed} AS TIMESTAMP)` : parsed;
  }
  // Through TIMESTAMPTZ, so that an offset is applied; the session is in UTC. Words such as 'epoch' are no dates.
  return `CAST(TRY_CAST(CASE WHEN ${text} BETWEEN '0' AND ':' THEN ${text} END AS TIMESTAMPTZ) AS TIMESTAMP)`;
}
