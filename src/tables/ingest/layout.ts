import { TableError } from '#tables/errors.ts';
import { cellKind } from './cells.ts';
import { commonWidth } from './dialect.ts';
import { isSecondHeader, joinHeaders } from './double-header.ts';
import { isEmptyRow } from './rows.ts';

export interface Layout {
  /** Index of the first row of the table (the header where there is one). */
  firstRow: number;
  hasHeader: boolean;
  /** Rows that hold names: 0 without a header, 2 where a second row divides the columns or tells their units. */
  headerRows: number;
  header: string[] | undefined;
  /** Cells in a row of the table. */
  width: number;
}

/** Rows of the head that are looked at. */
export const layoutRows = 2_000;
const maximumPreambleRows = 60;

/** Finds where the table begins, how wide it is, and whether its first row holds names. */
export function detectLayout(rows: string[][], fixed: { hasHeader?: boolean; skipRows?: number }): Layout {
  const filled = rows.map((row, index) => ({ row, index })).filter(({ row }) => !isEmptyRow(row));
  const body = filled.length > 20 ? filled.slice(5) : filled;
  const bodyWidth = commonWidth(body.map(({ row }) => row));
  const firstRow = fixed.skipRows ?? findFirstRow(filled, bodyWidth);
  const first = rows[firstRow];
  if (first === undefined) {
    throw new TableError(
      'INVALID_DIALECT',
      `There is no row below the ${firstRow} that are to be skipped. Skip fewer lines.`,
    );
  }
  const following = filled.filter(({ index }) => index > firstRow).map(({ row }) => row);
  const hasHeader = fixed.hasHeader ?? looksLikeHeader(first, following.slice(0, 200));
  if (!hasHeader) return { firstRow, hasHeader, headerRows: 0, header: undefined, width: bodyWidth };
  const width = headerWidth(first, following, bodyWidth);
  const second = rows[firstRow + 1];
  // Whoever says where the table begins has the row above the data in mind.
  const isDouble = fixed.skipRows === undefined && second !== undefined && isSecondHeader(second, following);
  const header = isDouble ? joinHeaders(first, second) : first;
  return { firstRow, hasHeader, headerRows: isDouble ? 2 : 1, header, width };
}

function findFirstRow(filled: { row: string[]; index: number }[], width: number): number {
  let start = 0;
  while (start < filled.length && isComment(filled[start]?.row ?? [], filled[start + 1]?.row, width))
    start += 1;
  if (width > 1) {
    const limit = Math.min(filled.length, maximumPreambleRows);
    for (let at = start; at < limit; at += 1) {
      const row = filled[at]?.row ?? [];
      if (isTableRow(row, width)) return filled[at]?.index ?? 0;
    }
  }
  return filled[start]?.index ?? 0;
}

/** `# text` above the table; a header that starts with `#` has as many cells as the rows below. */
function isComment(row: string[], next: string[] | undefined, width: number): boolean {
  return (row[0] ?? '').trimStart().startsWith('#') && next !== undefined && row.length !== width;
}

/** A title line is narrow, or as wide as the table with one or two cells filled. */
function isTableRow(row: string[], width: number): boolean {
  const filledCells = row.filter((cell) => cell.trim() !== '').length;
  if (width === 2) return row.length >= 2 && filledCells >= 1;
  return row.length >= width * 0.6 && filledCells >= Math.max(2, Math.ceil(width * 0.35));
}

/** Names may be fewer or more than the cells below: a nameless index column, a separator at the end of the rows. */
function headerWidth(header: string[], rows: string[][], bodyWidth: number): number {
  if (rows.length === 0) return header.length;
  return Math.max(
    bodyWidth,
    header.length > bodyWidth && header.slice(bodyWidth).some((cell) => cell.trim() !== '')
      ? header.length
      : 0,
  );
}

/** Votes of the columns: text above numbers speaks for names, a value that fits the column below speaks against. */
export function looksLikeHeader(first: string[], following: string[][]): boolean {
  // A header that comes again further down is no value of its column.
  const rows = following.filter((row) => row.some((cell, index) => cell !== first[index]));
  if (rows.length === 0) return first.some((cell) => !/\d/.test(cell) && cell.trim() !== '');
  let votes = 0;
  let filledCells = 0;
  const seen = new Set<string>();
  let repeats = 0;
  for (const [index, raw] of first.entries()) {
    const cell = raw.trim();
    if (cell === '') continue;
    filledCells += 1;
    if (seen.has(cell)) repeats += 1;
    seen.add(cell);
    votes += columnVote(
      cell,
      rows.map((row) => row[index] ?? '').filter((value) => value.trim() !== ''),
    );
  }
  if (filledCells === 0) return false;
  if (repeats > filledCells / 2 && votes <= 0) return false;
  return votes / filledCells >= -0.2;
}

function columnVote(cell: string, values: string[]): number {
  const kind = cellKind(cell);
  if (values.length === 0) return kind === 'number' || kind === 'date' ? -0.5 : 0.1;
  const kinds = values.map(cellKind);
  const share = (wanted: string) => kinds.filter((each) => each === wanted).length / kinds.length;
  const isYear = /^(?:19|20)\d\d$/.test(cell);
  if (kind === 'number' || kind === 'date') {
    if (isYear)
      return share('number') > 0.8 && values.every((value) => /^(?:19|20)\d\d$/.test(value.trim())) ? -1 : 0;
    return share(kind) > 0.5 ? -1 : -0.6;
  }
  if (share('number') > 0.8 || share('date') > 0.8) return 1;
  if (values.filter((value) => value.trim() === cell).length / values.length > 0.05) return -0.8;
  if (/@|^https?:/.test(cell)) return -1;
  const lengths = values.map((value) => value.trim().length);
  const isFixedLength = lengths.length >= 3 && lengths.every((length) => length === lengths[0]);
  if (isFixedLength && cell.length !== lengths[0]) return 0.6;
  return 0.05;
}
