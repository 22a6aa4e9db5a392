import path from 'node:path';
import type { CsvDialect, Dialect, Repair, TableWarning } from '#contract/table.ts';
import type { Engine } from '#tables/engine.ts';
import { TableError } from '#tables/errors.ts';
import type { TableTaskContext } from '#tables/tasks.ts';
import { writeCanonical } from './canonical.ts';
import { detectLayout, type Layout, layoutRows } from './layout.ts';
import { nameColumns } from './names.ts';
import { loadRaw } from './read-csv.ts';
import { type RowSyntax, readRows } from './rows.ts';
import { scanStructure } from './structure.ts';
import { refuseProse } from './tabular.ts';
import { type NoteCell, trimRaw } from './trim-raw.ts';
import { withoutUndefined } from './without-undefined.ts';

/** The file's cells as text in the engine's table `raw` (columns `r0`…), in file order. */
export interface RawTable {
  names: string[];
  rowCount: number;
  dialect: CsvDialect | null;
  warnings: TableWarning[];
  /** Cells of rows that were kept though they read like notes: they say nothing about their column. */
  noteCells: NoteCell[];
}

export interface ReadingRules {
  maximumColumns: number;
  /** Every row counts, also one without a value: it is answered by a prediction. */
  keepsEmptyRows: boolean;
}

export interface RowSource {
  path: string;
  /** Beginning of the file, from the first row on. */
  head: { text: string; isWhole: boolean };
  /** What stands before the head: an instruction line. */
  skippedText: string;
  syntax: RowSyntax;
  hasChosenDelimiter: boolean;
  /** Where the cells of a sheet lie: their rows are as wide as the grid, whatever the text says. */
  grid?: Grid;
}

export interface Grid {
  firstColumn: number;
  width: number;
}

/** Finds the table among the rows, and loads it. */
export async function readRowsOf(
  engine: Engine,
  source: RowSource,
  overrides: Pick<Partial<Dialect>, 'hasHeader' | 'skipRows'>,
  rules: ReadingRules,
  context: TableTaskContext,
): Promise<Omit<RawTable, 'dialect'> & { layout: Layout; repairs: Repair[] }> {
  const { head, syntax, grid } = source;
  const { rows: textRows, ends } = readRows(head.text, head.isWhole, syntax, layoutRows);
  if (textRows.length === 0) throw notTabular('no row ends within the first 32 MiB');
  const rows = grid ? textRows.map((row) => fitGrid(row, grid)) : textRows;
  const layout = detectLayout(
    rows,
    withoutUndefined({ hasHeader: overrides.hasHeader, skipRows: overrides.skipRows }),
  );
  refuseWidth(layout, rules.maximumColumns);
  refuseProse(head.text, rows, layout, source.hasChosenDelimiter);
  const offset = (row: number) => (row === 0 ? 0 : (ends[row - 1] ?? head.text.length));
  const byteAt = (row: number) => Buffer.byteLength(source.skippedText + head.text.slice(0, offset(row)));

  const header = rows[layout.firstRow] ?? [];
  const { names, repairs } = nameColumns(layout.header, layout.width);
  const bodyRow = layout.firstRow + layout.headerRows;
  const read = await readBody(engine, {
    path: source.path,
    bodyByte: byteAt(bodyRow),
    syntax,
    width: layout.width,
    grid,
    // The engine can leave out a header by itself when nothing stands above it.
    canSkipHeader:
      layout.headerRows === 1 &&
      source.skippedText === '' &&
      offset(layout.firstRow) === 0 &&
      header.length === layout.width,
    keepsEmptyRows: rules.keepsEmptyRows,
    context,
  });
  const trimmed = await trimRaw(engine, layout, {
    rowCount: read.rowCount,
    keepsEmptyRows: rules.keepsEmptyRows,
    isNoteRow: (row) => grid !== undefined || read.loneCells.includes(row),
  });
  if (trimmed.rowCount === 0) {
    throw new TableError(
      'NO_DATA_ROWS',
      layout.hasHeader
        ? `The file has a header with ${layout.width} columns and no rows below it. Export the data too, or say that there is no header.`
        : 'The file has no rows with a value. Export the data too.',
      { line: layout.firstRow + 1 },
    );
  }
  return {
    names,
    rowCount: trimmed.rowCount,
    layout,
    warnings: trimmed.warnings,
    noteCells: trimmed.noteCells,
    repairs: [...layoutRepairs(layout), ...repairs, ...read.repairs, ...trimmed.repairs],
  };
}

function fitGrid(row: string[], { firstColumn, width }: Grid): string[] {
  return Array.from({ length: width }, (_, index) => row[firstColumn + index] ?? '');
}

function refuseWidth({ width, firstRow }: Layout, maximumColumns: number): void {
  if (width <= maximumColumns) return;
  throw new TableError(
    'TOO_MANY_COLUMNS',
    `The table has ${width} columns; at most ${maximumColumns} are read. Drop columns, or check the delimiter.`,
    { line: firstRow + 1 },
  );
}

function layoutRepairs({ firstRow, headerRows }: Layout): Repair[] {
  const repairs: Repair[] = [
    { code: 'PREAMBLE_SKIPPED', message: 'Lines above the table were left out.', count: firstRow },
    {
      code: 'HEADER_ROWS_JOINED',
      message: 'The header has several rows: the names were put together.',
      count: headerRows > 1 ? headerRows : 0,
    },
  ];
  return repairs.filter(({ count }) => count > 0);
}

interface Body {
  path: string;
  bodyByte: number;
  syntax: RowSyntax;
  width: number;
  grid: Grid | undefined;
  canSkipHeader: boolean;
  keepsEmptyRows: boolean;
  context: TableTaskContext;
}

interface ReadBody {
  rowCount: number;
  loneCells: number[];
  repairs: Repair[];
}

/** The engine's fast reader where the structure is proven regular, ours otherwise. */
async function readBody(engine: Engine, body: Body): Promise<ReadBody> {
  const { path: source, bodyByte, syntax, width, context } = body;
  const progress = (fraction: number, message: string) =>
    context.onProgress({ fraction, stage: 'read', message });
  if (!body.grid && (bodyByte === 0 || body.canSkipHeader)) {
    progress(0.25, 'Checking the rows');
    const structure = await scanStructure(source, bodyByte, syntax, width, context.signal);
    if (structure.isRegular && structure.rowCount > 0) {
      progress(0.35, `Loading ${structure.rowCount} rows`);
      const { longestRowBytes, rowCount } = structure;
      const csv = { path: source, syntax, hasHeader: bodyByte > 0, width, longestRowBytes };
      if (await loadRaw(engine, csv, rowCount)) return { rowCount, loneCells: [], repairs: [] };
    }
  }
  progress(0.3, 'Mending the rows');
  const target = path.join(context.temporaryDirectory, 'canonical.csv');
  const canonical = await writeCanonical({ ...body, source, target, signal: context.signal });
  if (canonical.rowCount === 0) {
    await engine.run('CREATE OR REPLACE TABLE raw (r0 VARCHAR)');
    return canonical;
  }
  progress(0.4, `Loading ${canonical.rowCount} rows`);
  const csv = {
    path: target,
    syntax: { delimiter: ',', quote: '"', escape: '"' },
    hasHeader: false,
    width,
    longestRowBytes: canonical.longestRowBytes,
  };
  if (!(await loadRaw(engine, csv, canonical.rowCount))) {
    throw new TableError(
      'MALFORMED_FILE',
      'The rows of the file could not be loaded. Export the table again as plain CSV in UTF-8.',
    );
  }
  return canonical;
}

function notTabular(why: string): TableError {
  return new TableError(
    'NOT_TABULAR',
    `The file does not look like a table: ${why}. Upload a CSV with one record a line.`,
  );
}
