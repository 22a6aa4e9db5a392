import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Repair } from '#contract/table.ts';
import { TableError } from '#tables/errors.ts';
import { isBlankRow, type RowNotes, type RowSyntax, readRow } from './rows.ts';

export interface Canonical {
  rowCount: number;
  longestRowBytes: number;
  repairs: Repair[];
}

const chunkBytes = 1024 * 1024;
const maximumRowCharacters = 32 * 1024 * 1024;
const flushCharacters = 1024 * 1024;

/** Counts of what was mended, with the first line where it happened. */
interface Mends {
  padded: number;
  cut: number;
  joined: number;
  blank: number;
  comments: number;
}

/**
 * Reads the table tolerantly from `byteStart` on and writes it as plain CSV: comma, every cell quoted, `width` cells a
 * row. Memory stays at one row plus two buffers.
 */
export async function writeCanonical(
  source: string,
  byteStart: number,
  syntax: RowSyntax,
  width: number,
  target: string,
  signal: AbortSignal,
): Promise<Canonical> {
  const notes: RowNotes = { strayQuotes: 0, unclosedQuotes: 0 };
  const mends: Mends = { padded: 0, cut: 0, joined: 0, blank: 0, comments: 0 };
  const output = await open(target, 'w');
  let rowCount = 0;
  let longestRowBytes = 0;
  let pending = '';
  let heldBlanks = 0;
  const cells: string[] = [];
  const write = (row: string[]) => {
    const text = formatRow(row);
    // Three bytes a UTF-16 unit is the most that UTF-8 takes.
    longestRowBytes = Math.max(longestRowBytes, text.length * 3);
    pending += text;
    rowCount += 1;
  };
  const accept = () => {
    if (isBlankRow(cells)) {
      // In a table of one column an empty line is a missing value, unless nothing follows it.
      if (width === 1) heldBlanks += 1;
      else mends.blank += 1;
      return;
    }
    if (width > 2 && cells.length === 1 && (cells[0] ?? '').startsWith('#')) {
      mends.comments += 1;
      return;
    }
    for (; heldBlanks > 0; heldBlanks -= 1) write(['']);
    write(fitRow(cells, width, syntax.delimiter, mends));
  };
  try {
    let text = '';
    const input = createReadStream(source, {
      start: byteStart,
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
      if (text.length > maximumRowCharacters) {
        throw new TableError(
          'CELL_TOO_LONG',
          `The row after data row ${rowCount} is longer than ${maximumRowCharacters / 1024 ** 2} million characters. A quote may be left open there; close it, or choose another quote character.`,
          { line: rowCount + 1 },
        );
      }
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
  return { rowCount, longestRowBytes, repairs: describe(mends, notes, width) };
}

function fitRow(cells: string[], width: number, delimiter: string, mends: Mends): string[] {
  if (cells.length === width) return cells;
  if (cells.length < width) {
    mends.padded += 1;
    return [...cells, ...Array<string>(width - cells.length).fill('')];
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

function formatRow(cells: string[]): string {
  if (cells.length === 1 && cells[0] === '') return '""\n';
  let line = '';
  for (let index = 0; index < cells.length; index += 1) {
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
