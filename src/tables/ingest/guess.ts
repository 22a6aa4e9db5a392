import type { ColumnType } from '#contract/report.ts';
import type { ColumnFormat, PhysicalType } from '#contract/table.ts';
import { isMissingToken, standardMissingSpellings } from './cells.ts';
import { detectDateFormat } from './date-format.ts';
import { detectNumberFormat, hasLeadingZeros } from './number-format.ts';

/** A column's reading, drawn from a sample; the whole column is checked against it afterwards. */
export interface ColumnGuess {
  type: ColumnType;
  physicalType: PhysicalType;
  format: ColumnFormat;
  isAmbiguousDate: boolean;
}

/** A sample may hold stray texts; below this share of fitting values the column stays text. */
const minimumShare = 0.95;
const booleanPairs = [
  ['true', 'false'],
  ['yes', 'no'],
  ['t', 'f'],
  ['y', 'n'],
  ['on', 'off'],
];

export const plainFormat: ColumnFormat = {
  decimal: '.',
  thousands: '',
  unit: '',
  dateFormats: null,
  missingSpellings: standardMissingSpellings,
};

/** `values`: the column's cells without empty ones. `forced` fixes the type, the sample then only gives the format. */
export function guessColumn(
  values: string[],
  name: string,
  prefersDecimalComma: boolean,
  forced?: ColumnType,
): ColumnGuess {
  const trimmed = values.map((value) => value.trim()).filter((value) => value !== '');
  const present = trimmed.filter((value) => !isMissingToken(value));
  const spellings = [...new Set([...standardMissingSpellings, ...trimmed.filter(isMissingToken)])].sort();
  const typed = { ...plainFormat, missingSpellings: spellings };
  const share = forced ? 0 : minimumShare;
  if (present.length > 0 && forced !== 'boolean' && forced !== 'category' && forced !== 'text') {
    const wantsDate = forced === undefined || forced === 'datetime';
    const date = wantsDate ? detectDateFormat(present, name, share) : undefined;
    if (date) {
      return {
        type: 'datetime',
        physicalType: 'TIMESTAMP',
        format: { ...typed, dateFormats: date.formats },
        isAmbiguousDate: date.isAmbiguous,
      };
    }
    const number =
      forced === 'datetime' ? undefined : detectNumberFormat(present, prefersDecimalComma, share);
    const keepsText = forced === 'id' || forced === 'constant' || forced === undefined;
    if (number && !(keepsText && (hasLeadingZeros(present) || present.some(overflows)))) {
      const { decimal, thousands, unit } = number;
      const isInteger = number.isInteger && forced !== 'number';
      return {
        type: isInteger ? 'integer' : 'number',
        physicalType: isInteger ? 'BIGINT' : 'DOUBLE',
        format: { ...typed, decimal, thousands, unit },
        isAmbiguousDate: false,
      };
    }
  }
  if (forced === 'datetime' || forced === 'integer' || forced === 'number') return forcedGuess(forced, typed);
  return { type: textType(present), physicalType: 'VARCHAR', format: plainFormat, isAmbiguousDate: false };
}

function forcedGuess(type: 'datetime' | 'integer' | 'number', format: ColumnFormat): ColumnGuess {
  const physicalType = type === 'datetime' ? 'TIMESTAMP' : type === 'integer' ? 'BIGINT' : 'DOUBLE';
  return { type, physicalType, format, isAmbiguousDate: false };
}

/** Whole numbers beyond 64 bits are codes. */
function overflows(value: string): boolean {
  return /^[+-]?\d{19,}$/.test(value);
}

function textType(values: string[]): ColumnType {
  if (values.length === 0) return 'category';
  const distinct = new Set(values);
  const folded = [...new Set([...distinct].map((value) => value.toLowerCase()))];
  if (booleanPairs.some((pair) => folded.length === 2 && folded.every((value) => pair.includes(value))))
    return 'boolean';
  const ratio = distinct.size / values.length;
  const words = values.reduce((sum, value) => sum + value.split(/\s+/).length, 0) / values.length;
  const length = values.reduce((sum, value) => sum + value.length, 0) / values.length;
  if (ratio > 0.3 && (words >= 4 || length >= 50)) return 'text';
  if (ratio > 0.9 && values.length >= 50 && words >= 1.5) return 'text';
  return 'category';
}
