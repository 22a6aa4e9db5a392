import { closeSync, openSync, writeSync } from 'node:fs';
import type { Repair } from '#contract/table.ts';
import { TableError } from '#tables/errors.ts';

/** A sheet written as CSV: commas, quotes doubled, one line a row; its cells lie within `firstColumn`…`lastColumn`. */
export interface SheetText {
  path: string;
  byteSize: number;
  firstColumn: number;
  /** -1 when the sheet is empty. */
  lastColumn: number;
  repairs: Repair[];
}

export interface SheetWriter {
  /** Values by column, of the row with this index, which only grows; undefined and '' are empty cells. */
  row(index: number, cells: (string | undefined)[]): void;
  /** Fills a merged cell down: to be told before its second row is written. */
  merge(column: number, lastRow: number, value: string): void;
  countError(): void;
  finish(): SheetText;
  /** Lets go of the file; to be called in any case. */
  close(): void;
}

const flushCharacters = 1024 * 1024;
/** Blank rows that are kept above the first filled one, so that rows are numbered as the user sees them, and further down. */
const leadingBlankRows = 1_000;
const innerBlankRows = 20;

/** Writes in step with its caller: a repeated row of a few bytes may stand for more than fits in memory. */
export function openSheetWriter(
  path: string,
  limits: { maximumColumns: number; maximumBytes: number },
): SheetWriter {
  const file = openSync(path, 'w');
  let pending = '';
  let byteSize = 0;
  let nextRow = 0;
  let firstColumn = Number.POSITIVE_INFINITY;
  let lastColumn = -1;
  let errors = 0;
  let filledDown = 0;
  const merges = new Map<number, { lastRow: number; value: string }>();

  /** A row without a cell of its own stays blank, however far a merged cell reaches. */
  function applyMerges(index: number, cells: (string | undefined)[]): void {
    if (merges.size === 0 || !cells.some((cell) => (cell ?? '') !== '')) return;
    for (const [column, { lastRow, value }] of merges) {
      if (index > lastRow) merges.delete(column);
      else if ((cells[column] ?? '') === '') {
        cells[column] = value;
        filledDown += 1;
      }
    }
  }

  function write(cells: (string | undefined)[]): void {
    let last = cells.length - 1;
    while (last >= 0 && (cells[last] ?? '') === '') last -= 1;
    if (last >= limits.maximumColumns) {
      throw new TableError(
        'TOO_MANY_COLUMNS',
        `The sheet has more than ${limits.maximumColumns} columns. Delete the surplus ones.`,
        { line: nextRow + 1 },
      );
    }
    let line = '';
    let first = -1;
    for (let column = 0; column <= last; column += 1) {
      if (column > 0) line += ',';
      const cell = cells[column] ?? '';
      if (cell === '') continue;
      if (first === -1) first = column;
      line += `"${cell.includes('"') ? cell.replaceAll('"', '""') : cell}"`;
    }
    if (first !== -1) firstColumn = Math.min(firstColumn, first);
    lastColumn = Math.max(lastColumn, last);
    pending += `${line}\n`;
    if (pending.length > flushCharacters) writeOut();
  }

  function writeOut(): void {
    const bytes = Buffer.from(pending);
    pending = '';
    byteSize += bytes.length;
    if (byteSize > limits.maximumBytes) {
      throw new TableError(
        'FILE_TOO_LARGE',
        `The sheet unpacks to more than ${Math.round(limits.maximumBytes / 1024 ** 2)} MiB of text. Save it as CSV and upload that.`,
      );
    }
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  }

  return {
    row(index, cells) {
      const kept = lastColumn === -1 ? leadingBlankRows : innerBlankRows;
      pending += '\n'.repeat(Math.min(kept, index - nextRow));
      nextRow = index;
      applyMerges(index, cells);
      write(cells);
      nextRow = index + 1;
    },
    merge: (column, lastRow, value) => void merges.set(column, { lastRow, value }),
    countError() {
      errors += 1;
    },
    finish() {
      writeOut();
      const repairs: Repair[] = [
        {
          code: 'MERGED_CELLS_FILLED',
          message: 'Cells merged over several rows: the value was given to each of them.',
          count: filledDown,
        },
        {
          code: 'CELL_ERRORS_EMPTIED',
          message: 'Cells that show an error such as #DIV/0! were read as missing.',
          count: errors,
        },
      ];
      return {
        path,
        byteSize,
        firstColumn: lastColumn === -1 ? 0 : firstColumn,
        lastColumn,
        repairs: repairs.filter(({ count }) => count > 0),
      };
    },
    close: () => closeSync(file),
  };
}
