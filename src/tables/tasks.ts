import type { AnalysisReport, ColumnProfile, ColumnType, TaskType } from '#contract/report.ts';
import type { CsvDialect, DatasetColumn, Dialect, TableWarning } from '#contract/table.ts';

/** A training schema that another file is read by: matched by column name, values parsed as the training columns. */
export interface ExpectedSchema {
  /** Reading that is tried first; the file's own dialect is used when the columns are not found with it. */
  dialect?: Dialect;
  columns: Pick<DatasetColumn, 'name' | 'physicalName' | 'type' | 'physicalType' | 'format'>[];
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
  /** A table of more columns is refused; default 10,000. */
  maximumColumns?: number;
  overrides?: {
    dialect?: Partial<Dialect>;
    /** By the user's column name. */
    columnTypes?: { name: string; type: ColumnType }[];
    expected?: ExpectedSchema;
  };
}

export interface IngestResult {
  rowCount: number;
  columns: DatasetColumn[];
  /** Null for files that carry their own structure (Parquet, JSON). */
  dialect: CsvDialect | null;
  format: 'csv' | 'parquet' | 'json' | 'xlsx' | 'ods';
  warnings: TableWarning[];
  /** Size of the Parquet copy. */
  byteSize: number;
}

export interface ProfileSpec {
  parquet: string;
  /** Of the file as it was uploaded: with the target it decides which rows are held out. */
  datasetSha256: string;
  columns: Pick<
    DatasetColumn,
    'name' | 'physicalName' | 'position' | 'type' | 'physicalType' | 'semanticType' | 'confidence'
  >[];
  /** Physical name, or null for an analysis without a target. */
  target: string | null;
  /** Forces the task type instead of detecting it. */
  taskType?: TaskType;
}

export interface CutSpec {
  parquet: string;
  cuts: {
    /** Physical names. */
    columns: string[];
    /** File of lines `position,row number`, both from 0; a row may come more than once. */
    rows: string;
    /** Of this column the value of another row is taken: its number stands third on each line. */
    swapped?: string;
    /** Path that the rows are written to, in the order of their positions. */
    parquet: string;
  }[];
}

export interface CutResult {
  rowCounts: number[];
}

export interface ProbeSpec {
  parquet: string;
  /** Physical names. */
  columns: string[];
  /** Path that the rows are written to. */
  probes: string;
}

export interface ProbeResult {
  rowCount: number;
}

export interface TableTasks {
  ingest: { spec: IngestSpec; result: IngestResult };
  profile: { spec: ProfileSpec; result: AnalysisReport };
  cut: { spec: CutSpec; result: CutResult };
  probe: { spec: ProbeSpec; result: ProbeResult };
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
  /** Columns of an analysis as they are measured; their warnings do not know the other columns yet. */
  onColumns?: (profiles: ColumnProfile[]) => void;
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
      spec: TableTasks[TableTaskKind]['spec'];
      memoryBytes: number;
      temporaryDirectory: string;
    }
  | { type: 'cancel' };
export type FromChild =
  | { type: 'ready' }
  | ({ type: 'progress' } & TableProgress)
  | { type: 'columns'; profiles: ColumnProfile[] }
  | { type: 'done'; result: TableTasks[TableTaskKind]['result'] }
  | {
      type: 'failed';
      code: string;
      message: string;
      where?: { line?: number; byte?: number; column?: string };
    };
