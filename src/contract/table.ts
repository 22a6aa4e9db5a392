import * as z from 'zod';

/** What a column is for the runner. Decides the physical type in the Parquet copy. */
export const columnTypeSchema = z.enum([
  'integer',
  'number',
  'boolean',
  'category',
  'datetime',
  'text',
  'id',
  'constant',
]);
export type ColumnType = z.infer<typeof columnTypeSchema>;

/** How the text of a file is cut into cells. */
export interface Dialect {
  /** One character, or up to four. */
  delimiter: string;
  /** One character, or empty when cells are never quoted. */
  quote: string;
  /** Character that makes a quote inside quotes literal: the quote itself (doubling) or a backslash. */
  escape: string;
  hasHeader: boolean;
  /** Lines before the header (or the first row) that are not part of the table. */
  skipRows: number;
  /** Name as understood by the decoder, for example utf-8, windows-1252, utf-16le. */
  encoding: string;
  newline: 'lf' | 'crlf' | 'cr' | 'mixed';
  /** Decimal mark of the numbers. */
  decimal: '.' | ',';
  /** Name of the sheet that was read; only of workbooks. */
  sheet?: string;
}

/** What was changed while reading: nothing is repaired silently. */
export interface Repair {
  code: string;
  message: string;
  /** How many rows, cells or columns it touched. */
  count: number;
}

export interface CsvDialect extends Dialect {
  /** Names of all sheets; only of workbooks. */
  sheets?: string[];
  /** 0..1: how far the chosen reading is ahead of the next best. */
  confidence: number;
  repairs: Repair[];
}

export interface TableWarning {
  code: string;
  message: string;
  /** Physical name, when the warning is about one column. */
  column?: string;
  count?: number;
}

export type PhysicalType = 'BIGINT' | 'DOUBLE' | 'TIMESTAMP' | 'VARCHAR';

/** How the text of a column becomes its physical value; stored with the dataset so that later files are read alike. */
export interface ColumnFormat {
  /** Decimal mark of this column's numbers. */
  decimal: '.' | ',';
  /** Thousands separator that is removed, empty when none. */
  thousands: string;
  /** Currency sign or percent sign that is removed, empty when none. A percentage keeps its figure (12 % -> 12). */
  unit: string;
  /** strptime formats tried in order; null: ISO 8601. */
  dateFormats: string[] | null;
  /** Spellings that mean "no value" in this column, besides the empty cell. */
  missingSpellings: string[];
  /** Replacements made before numbers and dates are read, in this order: (5) becomes -5, 1. März becomes 1. March. */
  cleanups?: Cleanup[];
}

export interface Cleanup {
  /** Regular expression without regard to case, in the common part of what JavaScript and RE2 understand. */
  pattern: string;
  /** `\1` stands for the first group. */
  replacement: string;
}

export interface DatasetColumn {
  /** The user's spelling. */
  name: string;
  /** `c` + position. */
  physicalName: string;
  position: number;
  type: ColumnType;
  physicalType: PhysicalType;
  semanticType: string;
  /** 0..1: share of the values that fit the type. */
  confidence: number;
  nullCount: number;
  format: ColumnFormat;
}
