import { createReadStream } from 'node:fs';
import { TableError } from '#tables/errors.ts';
import type { RowSyntax } from './rows.ts';

export interface Structure {
  /** True when every row has `width` cells and every quote is regular: the fast reader cannot misread it. */
  isRegular: boolean;
  rowCount: number;
  longestRowBytes: number;
  /** 1-based line, counted from the start of the scan, of the first irregularity. */
  firstIrregularLine: number | undefined;
}

/** Bytes of a row that are read; one of more is a quote left open, or no table. */
export const longestRow = 32 * 1024 * 1024;
const lineFeed = 10;
const carriageReturn = 13;

/**
 * Walks the bytes from `byteStart` and proves that the rows are rectangular. Only for delimiters of one byte and doubled
 * quotes; stops at the first irregularity.
 */
export async function scanStructure(
  path: string,
  byteStart: number,
  syntax: RowSyntax,
  width: number,
  signal: AbortSignal,
): Promise<Structure> {
  const structure: Structure = {
    isRegular: true,
    rowCount: 0,
    longestRowBytes: 0,
    firstIrregularLine: undefined,
  };
  const delimiter = syntax.delimiter.charCodeAt(0);
  const quote = syntax.quote === '' ? -1 : syntax.quote.charCodeAt(0);
  if (
    syntax.delimiter.length > 1 ||
    delimiter > 127 ||
    quote > 127 ||
    (syntax.quote !== '' && syntax.escape !== syntax.quote)
  ) {
    return { ...structure, isRegular: false };
  }
  const cellStart = 0;
  const unquoted = 1;
  const quoted = 2;
  const afterQuote = 3;
  const afterReturn = 4;
  let state = cellStart;
  let cells = 1;
  let line = 1;
  let rowBytes = 0;
  let lineEnd = 0;
  const fail = () => ({ ...structure, isRegular: false, firstIrregularLine: line });
  for await (const chunk of createReadStream(path, {
    start: byteStart,
    highWaterMark: 1024 * 1024,
    signal,
  }) as AsyncIterable<Buffer>) {
    if (rowBytes > longestRow) throw rowTooLong(structure.rowCount);
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      rowBytes += 1;
      if (state === quoted) {
        if (byte === quote) state = afterQuote;
        else if (byte === lineFeed) line += 1;
        else if (byte !== carriageReturn) {
          const next = chunk.indexOf(quote, at + 1);
          const stop = next === -1 ? chunk.length : next;
          // Line feeds in the skipped piece only matter for the line number of a later fault.
          rowBytes += stop - at - 1;
          at = stop - 1;
        }
      } else if (byte === delimiter && state !== afterReturn) {
        cells += 1;
        state = cellStart;
      } else if (byte === lineFeed) {
        const kind = state === afterReturn ? 2 : 1;
        if (lineEnd === 0) lineEnd = kind;
        if (kind !== lineEnd || cells !== width || (state === cellStart && cells === 1)) return fail();
        structure.rowCount += 1;
        if (rowBytes > structure.longestRowBytes) structure.longestRowBytes = rowBytes;
        rowBytes = 0;
        cells = 1;
        line += 1;
        state = cellStart;
      } else if (state === afterReturn) {
        return fail();
      } else if (byte === carriageReturn) {
        if (state === cellStart && cells === 1) return fail();
        state = afterReturn;
      } else if (byte === quote) {
        if (state === cellStart) state = quoted;
        else if (state === afterQuote) state = quoted;
        else return fail();
      } else if (state === afterQuote) {
        return fail();
      } else {
        state = unquoted;
      }
    }
  }
  if (state === quoted || state === afterReturn) return fail();
  if (rowBytes > 0) {
    if (cells !== width) return fail();
    structure.rowCount += 1;
    structure.longestRowBytes = Math.max(structure.longestRowBytes, rowBytes);
  }
  return structure;
}

export function rowTooLong(rowCount: number): TableError {
  return new TableError(
    'CELL_TOO_LONG',
    `The row after data row ${rowCount} is longer than ${longestRow / 1024 ** 2} million characters. A quote may be left open there; close it, or choose another quote character.`,
    { line: rowCount + 1 },
  );
}
