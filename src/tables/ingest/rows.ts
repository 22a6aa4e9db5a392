/** What the row reader needs of a dialect. */
export interface RowSyntax {
  /** One character or, rarely, several. */
  delimiter: string;
  quote: string;
  escape: string;
}

/** What was bent while reading; added up over rows. */
export interface RowNotes {
  /** Quotes inside a cell that neither close it nor are escaped, read as text. */
  strayQuotes: number;
  /** Quotes that open a cell and are never closed, read as text. */
  unclosedQuotes: number;
}

const lineFeed = 10;
const carriageReturn = 13;
const space = 32;

/**
 * Reads the row that starts at `start` into `cells` and returns the offset behind its line end, or -1 when the text ends
 * before the row does and more is to come. Tolerant: a quote that cannot be syntax is text.
 */
export function readRow(
  text: string,
  start: number,
  isLast: boolean,
  { delimiter, quote, escape: escapeCharacter }: RowSyntax,
  cells: string[],
  notes: RowNotes,
): number {
  cells.length = 0;
  const delimiterCode = delimiter.charCodeAt(0);
  const isLong = delimiter.length > 1;
  const quoteCode = quote === '' ? -1 : quote.charCodeAt(0);
  const end = text.length;
  let at = start;
  for (;;) {
    let opening = at;
    if (quoteCode !== -1 && delimiterCode !== space) while (text.charCodeAt(opening) === space) opening += 1;
    let next = -1;
    if (quoteCode !== -1 && text.charCodeAt(opening) === quoteCode) {
      next = readQuoted(text, opening, isLast, delimiter, quoteCode, escapeCharacter, cells, notes);
      if (next === -1) return -1;
    }
    if (next === -1 || next === -2) {
      next = at;
      for (; next < end; next += 1) {
        const code = text.charCodeAt(next);
        if (code === lineFeed || code === carriageReturn) break;
        if (code !== delimiterCode) continue;
        if (!isLong || text.startsWith(delimiter, next)) break;
        if (!isLast && next + delimiter.length > end) return -1;
      }
      if (next === end && !isLast) return -1;
      cells.push(text.slice(at, next));
    }
    if (next >= end) return isLast ? end : -1;
    const code = text.charCodeAt(next);
    if (code === delimiterCode) {
      at = next + delimiter.length;
      continue;
    }
    if (code === carriageReturn) {
      if (next + 1 === end && !isLast) return -1;
      return text.charCodeAt(next + 1) === lineFeed ? next + 2 : next + 1;
    }
    return next + 1;
  }
}

/** Offset of the delimiter, line end or end of text behind the cell; -1 more text is needed; -2 the quote is no syntax. */
function readQuoted(
  text: string,
  opening: number,
  isLast: boolean,
  delimiter: string,
  quoteCode: number,
  escapeCharacter: string,
  cells: string[],
  notes: RowNotes,
): number {
  const quote = text[opening] ?? '';
  const delimiterCode = delimiter.charCodeAt(0);
  const escapesByBackslash = escapeCharacter !== '' && escapeCharacter !== quote;
  const end = text.length;
  const first = opening + 1;
  let from = first;
  let stray = 0;
  let escaped = false;
  for (;;) {
    const at = text.indexOf(quote, from);
    if (at === -1 || (at + 1 === end && !isLast)) {
      if (!isLast) return -1;
      notes.unclosedQuotes += 1;
      return -2;
    }
    if (escapesByBackslash && isEscaped(text, at, first, escapeCharacter)) {
      escaped = true;
      from = at + 1;
      continue;
    }
    const isDoubled = text.charCodeAt(at + 1) === quoteCode;
    let after = at + 1;
    if (delimiterCode !== space) while (text.charCodeAt(after) === space) after += 1;
    if (after >= end && !isLast) return -1;
    const code = text.charCodeAt(after);
    if (delimiter.length > 1 && !isLast && after + delimiter.length > end) return -1;
    const isDelimiter =
      code === delimiterCode && (delimiter.length === 1 || text.startsWith(delimiter, after));
    const closes = after >= end || isDelimiter || code === lineFeed || code === carriageReturn;
    if (closes) {
      notes.strayQuotes += stray;
      let value = text.slice(first, at);
      if (value.includes(quote)) value = value.replaceAll(quote + quote, quote);
      if (escaped) value = value.replaceAll(escapeCharacter + quote, quote);
      cells.push(value);
      return after;
    }
    if (isDoubled) {
      from = at + 2;
      continue;
    }
    // A quote that looks like the start of a later cell, lines below: this one was never closed where it should have been.
    const before = text.charCodeAt(at - 1);
    if ((before === delimiterCode || before === lineFeed) && hasLineEnd(text, first, at)) {
      notes.unclosedQuotes += 1;
      return -2;
    }
    stray += 1;
    from = at + 1;
  }
}

function isEscaped(text: string, at: number, first: number, escapeCharacter: string): boolean {
  let count = 0;
  for (let index = at - 1; index >= first && text[index] === escapeCharacter; index -= 1) count += 1;
  return count % 2 === 1;
}

function hasLineEnd(text: string, from: number, to: number): boolean {
  const at = text.indexOf('\n', from);
  return at !== -1 && at < to;
}

/** An empty line gives one empty cell. */
export function isBlankRow(cells: string[]): boolean {
  return cells.length === 1 && (cells[0] ?? '').trim() === '';
}

/** A row of nothing but delimiters holds no more than a blank line. */
export function isEmptyRow(cells: string[]): boolean {
  return cells.every((cell) => cell.trim() === '');
}

/** All rows of a text that fits in memory; with `isLast` false the unfinished row at the end is left out. */
export function readRows(
  text: string,
  isLast: boolean,
  syntax: RowSyntax,
  limit = Number.POSITIVE_INFINITY,
): { rows: string[][]; ends: number[]; notes: RowNotes } {
  const notes: RowNotes = { strayQuotes: 0, unclosedQuotes: 0 };
  const rows: string[][] = [];
  const ends: number[] = [];
  let at = 0;
  while (at < text.length && rows.length < limit) {
    const cells: string[] = [];
    const next = readRow(text, at, isLast, syntax, cells, notes);
    if (next === -1) break;
    rows.push(cells);
    ends.push(next);
    at = next;
  }
  return { rows, ends, notes };
}
