import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Repair } from '#contract/table.ts';
import type { Grid } from './read-rows.ts';
import { isBlankRow, type RowNotes, type RowSyntax, readRow } from './rows.ts';
import { longestRow, rowTooLong } from './structure.ts';

export interface Canonical {
  rowCount: number;
  longestRowBytes: number;
  /** Of the last rows those that are one cell on a line by itself: they may be notes below the table. */
  loneCells: number[];
  repairs: Repair[];
}

const chunkBytes = 1024 * 1024;
const keptLoneCells = 50;
const flushCharacters = 1024 * 1024;

/** Counts of what was mended, with the first line where it happened. */
interface Mends {
  padded: number;
  cut: number;
  joined: number;
  blank: number;
  comments: number;
}

export interface CanonicalOrder {
  source: string;
  /** Where the rows begin, below the header. */
  bodyByte: number;
  syntax: RowSyntax;
  width: number;
  /** A sheet: columns before the first are left out, and a short row only ends in empty cells. */
  grid: Grid | undefined;
  /** Blank lines are left out, but rows of empty cells are kept. */
  keepsEmptyRows: boolean;
  target: string;
  signal: AbortSignal;
}

/**
 * Reads the table tolerantly and writes it as plain CSV: comma, every cell quoted, `width` cells a row. A blank line
 * becomes a row without values. Memory stays at one row plus two buffers.
 */
export async function writeCanonical(order: CanonicalOrder): Promise<Canonical> {
  const { source, bodyByte, syntax, width, grid, keepsEmptyRows, target, signal } = order;
  const notes: RowNotes = { strayQuotes: 0, unclosedQuotes: 0 };
  const mends: Mends = { padded: 0, cut: 0, joined: 0, blank: 0, comments: 0 };
  const output = await open(target, 'w');
  let rowCount = 0;
  let longestRowBytes = 0;
  let pending = '';
  let heldBlanks = 0;
  let loneCells: number[] = [];
  const cells: string[] = [];
  const write = (row: string[]) => {
    const text = formatRow(row, width);
    // Three bytes a UTF-16 unit is the most that UTF-8 takes.
    longestRowBytes = Math.max(longestRowBytes, text.length * 3);
    pending += text;
    rowCount += 1;
  };
  const accept = () => {
    if (isBlankRow(cells)) {
      // In a table of one column an empty line is a missing value, unless nothing follows it.
      if (width === 1) heldBlanks += 1;
      else if (keepsEmptyRows) mends.blank += 1;
      else write([]);
      return;
    }
    if (grid) {
      write(cells.slice(grid.firstColumn, grid.firstColumn + width));
      return;
    }
    if (width > 2 && cells.length === 1 && (cells[0] ?? '').startsWith('#')) {
      mends.comments += 1;
      return;
    }
    for (; heldBlanks > 0; heldBlanks -= 1) write(['']);
    if (cells.length === 1 && width > 1) loneCells = [...loneCells.slice(1 - keptLoneCells), rowCount];
    write(fitRow(cells, width, syntax.delimiter, mends));
  };
  try {
    let text = '';
    const input = createReadStream(source, {
      start: bodyByte,
      highWaterMark: chunkBytes,
      encoding: 'utf8',
      signal,
    });
    for await (const chunk of input as AsyncIterable<string>) {
      text += chunk;
      let at = 0;
      for (let next = 0; ; at = next) {
        next = readRow(text, at, false, syntax, cells, notes);
        if (next === -1) break;
        accept();
      }
      text = text.slice(at);
      if (text.length > longestRow) throw rowTooLong(rowCount);
      if (pending.length > flushCharacters) {
        await output.write(pending);
        pending = '';
      }
    }
    for (let at = 0; at < text.length; ) {
      at = readRow(text, at, true, syntax, cells, notes);
      accept();
      if (pending.length > flushCharacters) {
        await output.write(pending);
        pending = '';
      }
    }
    await output.write(pending);
  } finally {
    await output.close();
  }
  return { rowCount, longestRowBytes, loneCells, repairs: describe(mends, notes, width) };
}

function fitRow(cells: string[], width: number, delimiter: string, mends: Mends): string[] {
  if (cells.length === width) return cells;
  if (cells.length < width) {
    mends.padded += 1;
    return cells;
  }
  if (cells.slice(width).every((cell) => cell.trim() === '')) {
    mends.cut += 1;
    return cells.slice(0, width);
  }
  mends.joined += 1;
  return [...cells.slice(0, width - 1), joinSurplus(cells.slice(width - 1), delimiter)];
}

/** "11" and "12" must not become the number 11,12. */
function joinSurplus(cells: string[], delimiter: string): string {
  const joined = cells.join(delimiter);
  return /[^\d\s.,'+-]/.test(joined) ? joined : cells.join(`${delimiter} `);
}

function formatRow(cells: string[], width: number): string {
  if (width === 1 && (cells[0] ?? '') === '') return '""\n';
  let line = '';
  for (let index = 0; index < width; index += 1) {
    const cell = cells[index] ?? '';
    if (index > 0) line += ',';
    if (cell !== '') line += `"${cell.includes('"') ? cell.replaceAll('"', '""') : cell}"`;
  }
  return `${line}\n`;
}

function describe(mends: Mends, notes: RowNotes, width: number): Repair[] {
  const repairs: Repair[] = [
    {
      code: 'SHORT_ROWS_PADDED',
      message: `Rows with fewer than ${width} cells were filled up with empty ones.`,
      count: mends.padded,
    },
    {
      code: 'EXTRA_EMPTY_CELLS_DROPPED',
      message: `Empty cells beyond column ${width} were dropped.`,
      count: mends.cut,
    },
    {
      code: 'LONG_ROWS_JOINED',
      message: `Rows with more than ${width} cells: the surplus was kept in the last column.`,
      count: mends.joined,
    },
    { code: 'BLANK_LINES_SKIPPED', message: 'Blank lines were skipped.', count: mends.blank },
    {
      code: 'COMMENT_LINES_SKIPPED',
      message: 'Lines that start with # were skipped.',
      count: mends.comments,
    },
    {
      code: 'STRAY_QUOTES_KEPT',
      message: 'Quotes in the middle of a cell were read as text.',
      count: notes.strayQuotes,
    },
    {
      code: 'UNCLOSED_QUOTES_KEPT',
      message: 'Quotes that are never closed were read as text.',
      count: notes.unclosedQuotes,
    },
  ];
  return repairs.filter(({ count }) => count > 0);
}
