import type { AnalysisReport, ColumnType, TaskType } from '#contract/report.ts';

/** How the text of a file is cut into cells. */
export interface Dialect {
  /** One character. */
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
}

/** What was changed while reading: nothing is repaired silently. */
export interface Repair {
  code: string;
  message: string;
  /** How many rows, cells or columns it touched. */
  count: number;
}

export interface DetectedDialect extends Dialect {
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
}

export interface TableColumn {
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

/** A training schema that another file is read by: matched by column name, values parsed as the training columns. */
export interface ExpectedSchema {
  /** Reading that is tried first; the file's own dialect is used when the columns are not found with it. */
  dialect?: Dialect;
  columns: Pick<TableColumn, 'name' | 'physicalName' | 'type' | 'physicalType' | 'format'>[];
  /** Physical name of the target: a file for prediction may lack it without a warning. */
  target?: string;
}

export interface IngestSpec {
  /** Local path of the file as it was uploaded. */
  source: string;
  /** The user's file name, for messages and as a hint of the format. */
  fileName: string;
  /** Path that the Parquet copy is written to; exists only after success. */
  parquet: string;
  overrides?: {
    dialect?: Partial<Dialect>;
    /** By the user's column name. */
    columnTypes?: { name: string; type: ColumnType }[];
    expected?: ExpectedSchema;
  };
}

export interface IngestResult {
  rowCount: number;
  columns: TableColumn[];
  /** Null for files that carry their own structure (Parquet, JSON). */
  dialect: DetectedDialect | null;
  format: 'csv' | 'parquet' | 'json';
  warnings: TableWarning[];
  /** Size of the Parquet copy. */
  byteSize: number;
}

export interface ProfileSpec {
  parquet: string;
  columns: Pick<
    TableColumn,
    'name' | 'physicalName' | 'position' | 'type' | 'physicalType' | 'semanticType'
  >[];
  /** Physical name, or null for an analysis without a target. */
  target: string | null;
  /** Forces the task type instead of detecting it. */
  taskType?: TaskType;
}

export interface TableTasks {
  ingest: { spec: IngestSpec; result: IngestResult };
  profile: { spec: ProfileSpec; result: AnalysisReport };
}
export type TableTaskKind = keyof TableTasks;

export interface TableProgress {
  /** 0..1, never falls. */
  fraction: number;
  stage: string;
  message: string;
}

/** What a task may use while it runs inside the child. */
export interface TableTaskContext {
  onProgress: (progress: TableProgress) => void;
  signal: AbortSignal;
  memoryBytes: number;
  /** Existing directory for spilled and intermediate files; emptied by the caller of the task. */
  temporaryDirectory: string;
}

/** Messages between `run.ts` and `child.ts`. */
export type ToChild =
  | {
      type: 'start';
      kind: TableTaskKind;
      spec: IngestSpec | ProfileSpec;
      memoryBytes: number;
      temporaryDirectory: string;
    }
  | { type: 'cancel' };
export type FromChild =
  | { type: 'ready' }
  | ({ type: 'progress' } & TableProgress)
  | { type: 'done'; result: IngestResult | AnalysisReport }
  | {
      type: 'failed';
      code: string;
      message: string;
      where?: { line?: number; byte?: number; column?: string };
    };
