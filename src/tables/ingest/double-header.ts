import { cellKind } from './cells.ts';

const comparedRows = 200;
const isTyped = (cell: string) => ['number', 'date'].includes(cellKind(cell));

/**
 * True when the row below the header speaks of the columns too ("kg", "2023"): text above at least two columns of numbers
 * or dates, and a number above none of them. `following`: the rows below the header, this one first.
 */
export function isSecondHeader(second: string[], following: string[][]): boolean {
  const rows = following.slice(1, comparedRows);
  if (rows.length < 2 || second.some(isTyped)) return false;
  let typedColumns = 0;
  let named = 0;
  for (const [index, cell] of second.entries()) {
    const kinds = rows.map((row) => cellKind(row[index] ?? '')).filter((kind) => kind !== 'empty');
    const typed = kinds.filter((kind) => kind === 'number' || kind === 'date').length;
    if (kinds.length < 2 || typed < kinds.length * 0.8) continue;
    typedColumns += 1;
    if (cellKind(cell) !== 'empty') named += 1;
  }
  return named >= 2 && named >= typedColumns * 0.6;
}

/** "Q1" over two columns is written once: it holds for the empty cells to its right. */
export function joinHeaders(first: string[], second: string[]): string[] {
  let group = '';
  return Array.from({ length: Math.max(first.length, second.length) }, (_, index) => {
    const below = (second[index] ?? '').trim();
    const above = (first[index] ?? '').trim();
    if (above !== '') group = above;
    if (below === '' || below === above) return above;
    const prefix = above === '' ? group : above;
    return prefix === '' ? below : `${prefix} ${below}`;
  });
}
