import type { ColumnType } from '#contract/report.ts';
import type { ColumnFormat, PhysicalType } from '#contract/table.ts';
import { isMissingToken, standardMissingSpellings } from './cells.ts';
import { keepsNa } from './country-codes.ts';
import { type DayOrder, detectDateFormat } from './date-format.ts';
import { detectNumberFormat, hasLeadingZeros } from './number-format.ts';
import { textType } from './text-type.ts';

/** A column's reading, drawn from a sample; the whole column is checked against it afterwards. */
export interface ColumnGuess {
  type: ColumnType;
  physicalType: PhysicalType;
  format: ColumnFormat;
  /** Day and month, or the marks of a number, could be read the other way round. */
  doubt: 'date' | 'number' | undefined;
  /** Values without the percent sign that most of the others carry. */
  unitless: number;
}

/** What the columns of a file tell each other. */
export interface FileHabits {
  decimal: '.' | ',' | undefined;
  /** True when some column uses the mark for certain, false when only the delimiter speaks for it. */
  isDecimalCertain: boolean;
  dayOrder: DayOrder | undefined;
  /** NA stands among numbers: it is the file's way to say that there is none. */
  usesNa: boolean;
}

/** A sample may hold stray texts; below this share of fitting values the column stays text. */
const minimumShare = 0.95;

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
  habits: FileHabits,
  forced?: ColumnType,
): ColumnGuess {
  const trimmed = values.map((value) => value.trim()).filter((value) => value !== '');
  const present = trimmed.filter((value) => !isMissingToken(value));
  const spellings = [...new Set([...standardMissingSpellings, ...trimmed.filter(isMissingToken)])].sort();
  const typed = { ...plainFormat, missingSpellings: spellings };
  const share = forced ? 0 : minimumShare;
  if (present.length > 0 && forced !== 'boolean' && forced !== 'category' && forced !== 'text') {
    const wantsDate = forced === undefined || forced === 'datetime';
    const date = wantsDate ? detectDateFormat(present, name, share, habits.dayOrder) : undefined;
    if (date) {
      const { formats, cleanups } = date;
      return {
        type: 'datetime',
        physicalType: 'TIMESTAMP',
        format: { ...typed, dateFormats: formats, ...(cleanups.length > 0 ? { cleanups } : {}) },
        doubt: date.isAmbiguous ? 'date' : undefined,
        unitless: 0,
      };
    }
    const number = forced === 'datetime' ? undefined : detectNumberFormat(present, habits.decimal, share);
    const keepsText = forced === 'id' || forced === 'constant' || forced === undefined;
    if (number && !(keepsText && (hasLeadingZeros(present) || present.some(overflows)))) {
      const { decimal, thousands, unit, cleanups } = number;
      const isInteger = number.isInteger && forced !== 'number';
      // With commas between the cells a point is the decimal mark, unless a column shows otherwise.
      const isUsual = decimal === '.' && thousands === '' && habits.decimal !== ',';
      return {
        type: isInteger ? 'integer' : 'number',
        physicalType: isInteger ? 'BIGINT' : 'DOUBLE',
        format: { ...typed, decimal, thousands, unit, ...(cleanups.length > 0 ? { cleanups } : {}) },
        doubt: number.isAmbiguous && !habits.isDecimalCertain && !isUsual ? 'number' : undefined,
        unitless: unit === '%' ? number.unitless : 0,
      };
    }
  }
  if (forced === 'datetime' || forced === 'integer' || forced === 'number') return forcedGuess(forced, typed);
  return textGuess(trimmed, name, habits);
}

export function textGuess(values: string[], name: string, habits: FileHabits): ColumnGuess {
  const missingSpellings = keepsNa(values, name, habits)
    ? standardMissingSpellings.filter((spelling) => spelling !== 'NA')
    : standardMissingSpellings;
  const type = textType(values.filter((value) => !isMissingToken(value)));
  const format = { ...plainFormat, missingSpellings };
  return { type, physicalType: 'VARCHAR', format, doubt: undefined, unitless: 0 };
}

function forcedGuess(type: 'datetime' | 'integer' | 'number', format: ColumnFormat): ColumnGuess {
  const physicalType = type === 'datetime' ? 'TIMESTAMP' : type === 'integer' ? 'BIGINT' : 'DOUBLE';
  return { type, physicalType, format, doubt: undefined, unitless: 0 };
}

/** Whole numbers beyond 64 bits are codes. */
function overflows(value: string): boolean {
  return /^[+-]?\d{19,}$/.test(value);
}
