import type { Repair, TableWarning } from '#contract/table.ts';
import { type Engine, type EngineValue, inBatches, quoteText } from '#tables/engine.ts';
import type { Layout } from './layout.ts';

export interface Trimmed {
  rowCount: number;
  noteCells: NoteCell[];
  repairs: Repair[];
  warnings: TableWarning[];
}

export interface NoteCell {
  column: number;
  text: string;
}

interface Loaded {
  rowCount: number;
  keepsEmptyRows: boolean;
  /** What reads like a note is one for certain: it was no row of as many cells as the table. */
  isNoteRow: (row: number) => boolean;
}

/** Takes rows that are no records out of `raw`: notes below the table, repeated headers, rows without a value. */
export async function trimRaw(engine: Engine, layout: Layout, loaded: Loaded): Promise<Trimmed> {
  const { rowCount: loadedRows, keepsEmptyRows, isNoteRow } = loaded;
  if (keepsEmptyRows || loadedRows === 0)
    return { rowCount: loadedRows, noteCells: [], repairs: [], warnings: [] };
  const found = await findNotes(engine, layout.width, loadedRows);
  const notes = found.filter(({ row }) => isNoteRow(row));
  const kept = found.filter(({ row }) => !isNoteRow(row));
  const headers = await repeatedHeaders(engine, layout);
  await remove(engine, [...notes.map(({ row }) => row), ...headers]);
  const empty = layout.width > 1 ? await removeEmptyRows(engine, layout.width) : 0;
  const repairs: Repair[] = [
    {
      code: 'FOOTER_SKIPPED',
      message: `Notes below the table were left out: ${quoted(notes)}.`,
      count: notes.length,
    },
    {
      code: 'REPEATED_HEADERS_SKIPPED',
      message: 'Rows that repeat the header were left out.',
      count: headers.length,
    },
    { code: 'BLANK_LINES_SKIPPED', message: 'Rows without any value were left out.', count: empty },
  ];
  const warnings = await totalRow(engine, layout, loadedRows);
  if (kept.length > 0) {
    warnings.unshift({
      code: 'NOTE_ROWS',
      message: `The last rows read like notes below the table: ${quoted(kept)}. They were kept as rows; delete them from the file if they are none.`,
      count: kept.length,
    });
  }
  const [rowCount] = await engine.row('SELECT count(*) FROM raw');
  return {
    rowCount: Number(rowCount),
    noteCells: kept.map(({ column, text }) => ({ column, text })),
    repairs: repairs.filter(({ count }) => count > 0),
    warnings,
  };
}

function quoted(notes: Note[]): string {
  const shown = notes.slice(0, 3).map(({ text }) => `"${text.trim().slice(0, 60)}"`);
  return `${shown.join(', ')}${notes.length > 3 ? ', …' : ''}`;
}

async function remove(engine: Engine, rowids: number[]): Promise<void> {
  if (rowids.length > 0) await engine.run(`DELETE FROM raw WHERE rowid IN (${rowids.join(', ')})`);
}

const tailRows = 50;
const noteWords = 4;
const noteStart =
  /^(?:sources?|notes?|footnotes?|quelle|hinweis|copyright|generated|exported|printed|downloaded|created|end of|last updated|\*|†|‡|©|#|--|\(?\d+ rows?)\b|^[*†‡©#]|^--|^\(\d+ rows?/i;

interface Note extends NoteCell {
  row: number;
}

/** Rows at the end with one filled cell: notes when a row without values stands above, or when they read like one. */
async function findNotes(engine: Engine, width: number, loadedRows: number): Promise<Note[]> {
  if (width < 2) return [];
  const list = Array.from({ length: width }, (_, index) => `r${index}`).join(', ');
  const rows = await engine.rows(
    `SELECT rowid, ${list} FROM raw WHERE rowid >= ${loadedRows - tailRows} ORDER BY rowid`,
  );
  const tail = rows.map(([row, ...cells]) => ({ row: Number(row), cells: filledCells(cells) }));
  const lastFull = tail.findLastIndex(({ cells }) => cells.length > 1);
  if (lastFull === -1) return [];
  const table = tail.slice(0, lastFull + 1);
  const notes: Note[] = [];
  let isApart = false;
  for (const { row, cells } of tail.slice(lastFull + 1)) {
    const [cell] = cells;
    if (!cell) {
      isApart = true;
      continue;
    }
    const peers = table.flatMap((row) => row.cells.filter(({ index }) => index === cell.index));
    const isSentence = words(cell.text) >= noteWords && !peers.some(({ text }) => words(text) >= noteWords);
    const reads =
      isSentence || (noteStart.test(cell.text) && !peers.some(({ text }) => noteStart.test(text)));
    if (width === 2 ? isApart && reads : isApart || reads)
      notes.push({ row, column: cell.index, text: cell.text });
  }
  return notes;
}

function filledCells(cells: EngineValue[]): { index: number; text: string }[] {
  return cells
    .map((cell, index) => ({ index, text: String(cell ?? '') }))
    .filter(({ text }) => text.trim() !== '');
}

function words(text: string): number {
  return text.trim().split(/\s+/).length;
}

const comparedNames = 20;

/** Files put together keep the header of each part. */
async function repeatedHeaders(engine: Engine, { header, headerRows }: Layout): Promise<number[]> {
  const names = (header ?? [])
    .map((name, index) => ({ name, index }))
    .filter(({ name }) => name.trim() !== '')
    .slice(0, comparedNames);
  if (headerRows !== 1 || names.length < 2) return [];
  const equal = names.map(({ name, index }) => `r${index} = ${quoteText(name)}`).join(' AND ');
  return (await engine.rows(`SELECT rowid FROM raw WHERE ${equal}`)).map(([row]) => Number(row));
}

const columnsTogether = 200;

async function removeEmptyRows(engine: Engine, width: number): Promise<number> {
  const [first = [], ...rest] = inBatches(
    Array.from({ length: width }, (_, index) => `r${index}`),
    columnsTogether,
  );
  const none = first.map((column) => `${column} IS NULL`).join(' AND ');
  await engine.run(`CREATE OR REPLACE TEMP TABLE blank AS SELECT rowid AS id FROM raw WHERE ${none}`);
  const [candidates] = await engine.row('SELECT count(*) FROM blank');
  if (Number(candidates) === 0) return 0;
  for (const batch of rest) {
    const some = batch.map((column) => `${column} IS NOT NULL`).join(' OR ');
    await engine.run(`DELETE FROM blank WHERE id IN (SELECT rowid FROM raw WHERE ${some})`);
  }
  const [count] = await engine.row('SELECT count(*) FROM blank');
  await engine.run('DELETE FROM raw WHERE rowid IN (SELECT id FROM blank)');
  return Number(count);
}

const totalPattern =
  /^(?:(?:grand |sub)?totals?|sum|summe|gesamt|insgesamt|somme|total général|suma|totale|totaal|итого|合計|总计|總計)\s*:?$/i;

/** The sum of a column is no record, but only the user knows. */
async function totalRow(engine: Engine, { width }: Layout, loadedRows: number): Promise<TableWarning[]> {
  if (width < 2) return [];
  const list = Array.from({ length: Math.min(width, 5) }, (_, index) => `r${index}`);
  const tail = await engine.rows(
    `SELECT ${list.join(', ')} FROM raw WHERE rowid >= ${loadedRows - 2 * tailRows} ORDER BY rowid`,
  );
  const last = tail.at(-1) ?? [];
  const index = last.findIndex((cell) => totalPattern.test(String(cell ?? '').trim()));
  if (index === -1) return [];
  const label = String(last[index]);
  const [count] = await engine.row(`SELECT count(*) FROM raw WHERE r${index} = ${quoteText(label)}`);
  if (count !== 1) return [];
  return [
    {
      code: 'TOTAL_ROW',
      message: `The last row ("${label.slice(0, 40)}") looks like the sum of the others. It was kept as a row; delete it from the file if it is none.`,
      count: 1,
    },
  ];
}
