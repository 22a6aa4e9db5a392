/** Why a table could not be read or measured. The codes are stable: clients see them as a dataset's rejection. */
export type TableErrorCode =
  | 'EMPTY_FILE'
  | 'NO_DATA_ROWS'
  | 'BINARY_FILE'
  | 'TRUNCATED_ARCHIVE'
  | 'AMBIGUOUS_ARCHIVE'
  | 'NOT_TABULAR'
  | 'UNSUPPORTED_FORMAT'
  | 'TOO_MANY_COLUMNS'
  | 'UNDECODABLE_TEXT'
  | 'CELL_TOO_LONG'
  | 'FILE_TOO_LARGE'
  | 'MALFORMED_FILE'
  | 'MISSING_COLUMNS'
  | 'UNKNOWN_COLUMN'
  | 'UNKNOWN_SHEET'
  | 'INVALID_DIALECT'
  | 'UNREADABLE_FILE'
  | 'OUT_OF_MEMORY'
  | 'OUT_OF_DISK'
  | 'TABLE_ENGINE_CRASHED'
  | 'CANCELED';

/** Place of the fault: 1-based line of the decoded file, 0-based byte of the decoded file, user's column name. */
export interface TableFault {
  line?: number;
  byte?: number;
  column?: string;
}

export class TableError extends Error {
  readonly code: TableErrorCode;
  readonly where: TableFault | undefined;

  constructor(code: TableErrorCode, message: string, where?: TableFault) {
    super(message);
    this.name = 'TableError';
    this.code = code;
    this.where = where;
  }
}
