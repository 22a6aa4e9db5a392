import path from 'node:path';
import type { CsvDialect, Dialect, Repair } from '#contract/table.ts';
import type { Engine } from '#tables/engine.ts';
import { TableError } from '#tables/errors.ts';
import type { TableTaskContext } from '#tables/tasks.ts';
import { writeCanonical } from './canonical.ts';
import { emptyFile } from './container.ts';
import { detectSyntax, separatorHint } from './dialect.ts';
import { detectEncoding } from './encoding.ts';
import { detectLayout } from './layout.ts';
import { nameColumns } from './names.ts';
import { loadRaw } from './read-csv.ts';
import { type RowSyntax, readRows } from './rows.ts';
import { scanStructure } from './structure.ts';
import { surveyBytes } from './survey.ts';
import { refuseProse } from './tabular.ts';
import { readTextHead } from './text-head.ts';
import { toCleanText } from './transcode.ts';

/** The file's cells as text in the engine's table `raw` (columns `r0`…), in file order. */
export interface RawTable {
  names: string[];
  rowCount: number;
  dialect: CsvDialect | null;
}

export const maximumColumns = 20_000;
const layoutRows = 2_000;

export async function readText(
  engine: Engine,
  file: { path: string; byteSize: number },
  overrides: Partial<Dialect>,
  context: TableTaskContext,
): Promise<RawTable> {
  const { signal, temporaryDirectory, onProgress } = context;
  const survey = await surveyBytes(file.path, signal, (bytes) =>
    onProgress({
      fraction: 0.05 + 0.1 * (bytes / file.byteSize),
      stage: 'decode',
      message: 'Checking the encoding',
    }),
  );
  const encoding = detectEncoding(survey, overrides.encoding);
  onProgress({ fraction: 0.15, stage: 'decode', message: `Reading as ${encoding.name}` });
  const clean = await toCleanText(file.path, survey, encoding, temporaryDirectory, signal);
  const { text, isWhole } = await readTextHead(clean.path);
  if (text.trim() === '') throw emptyFile();

  onProgress({ fraction: 0.22, stage: 'dialect', message: 'Finding delimiter and header' });
  const hint = separatorHint(text);
  const skippedHint = hint === undefined ? 0 : text.indexOf('\n') + 1 || text.length;
  const visible = text.slice(skippedHint);
  const fixed: Partial<RowSyntax> = {
    delimiter: overrides.delimiter ?? hint,
    quote: overrides.quote,
    escape: overrides.escape,
  };
  const syntax = detectSyntax(visible, isWhole, withoutUndefined(fixed));
  const head = readRows(visible, isWhole, syntax, layoutRows);
  if (head.rows.length === 0) throw notTabular('no row ends within the first 32 MiB');
  const layout = detectLayout(
    head.rows,
    withoutUndefined({ hasHeader: overrides.hasHeader, skipRows: overrides.skipRows }),
  );
  if (layout.width > maximumColumns) {
    throw new TableError(
      'TOO_MANY_COLUMNS',
      `The table has ${layout.width} columns; at most ${maximumColumns} are read. Drop columns, or check the delimiter.`,
      { line: layout.firstRow + 1 },
    );
  }
  refuseProse(visible, head.rows, layout, overrides.delimiter !== undefined);
  const header = layout.hasHeader ? head.rows[layout.firstRow] : undefined;
  const bodyRow = layout.hasHeader ? layout.firstRow + 1 : layout.firstRow;
  const offset = (row: number) => skippedHint + (row === 0 ? 0 : (head.ends[row - 1] ?? visible.length));
  const byteAt = (row: number) => Buffer.byteLength(text.slice(0, offset(row)));

  const { names, repairs } = nameColumns(header, layout.width);
  const read = await readBody(engine, {
    path: clean.path,
    bodyByte: byteAt(bodyRow),
    syntax,
    width: layout.width,
    // The engine can leave out a header by itself when nothing stands above it.
    canSkipHeader: header !== undefined && offset(layout.firstRow) === 0 && header.length === layout.width,
    context,
  });
  if (read.rowCount === 0) {
    throw new TableError(
      'NO_DATA_ROWS',
      `The file has a header with ${layout.width} columns and no rows below it. Export the data too, or say that there is no header.`,
      { line: layout.firstRow + 1 },
    );
  }
  const hintRepairs: Repair[] =
    hint === undefined
      ? []
      : [{ code: 'SEPARATOR_LINE', message: 'The line "sep=" was obeyed and left out.', count: 1 }];
  const preamble: Repair[] =
    layout.firstRow > 0
      ? [
          {
            code: 'PREAMBLE_SKIPPED',
            message: 'Lines above the table were left out.',
            count: layout.firstRow,
          },
        ]
      : [];
  return {
    names,
    rowCount: read.rowCount,
    dialect: {
      delimiter: syntax.delimiter,
      quote: syntax.quote,
      escape: syntax.escape,
      hasHeader: layout.hasHeader,
      skipRows: layout.firstRow + (hint === undefined ? 0 : 1),
      encoding: encoding.name,
      newline: newlineOf(text),
      decimal: overrides.decimal ?? '.',
      confidence: Math.round(Math.min(syntax.confidence, encoding.confidence) * 100) / 100,
      repairs: [...clean.repairs, ...hintRepairs, ...preamble, ...repairs, ...read.repairs],
    },
  };
}

interface Body {
  path: string;
  bodyByte: number;
  syntax: RowSyntax;
  width: number;
  canSkipHeader: boolean;
  context: TableTaskContext;
}

/** The engine's fast reader where the structure is proven regular, ours otherwise. */
async function readBody(engine: Engine, body: Body): Promise<{ rowCount: number; repairs: Repair[] }> {
  const { path: source, bodyByte, syntax, width, context } = body;
  const progress = (fraction: number, message: string) =>
    context.onProgress({ fraction, stage: 'read', message });
  progress(0.25, 'Checking the rows');
  const structure = await scanStructure(source, bodyByte, syntax, width, context.signal);
  if (structure.isRegular && structure.rowCount > 0 && (bodyByte === 0 || body.canSkipHeader)) {
    progress(0.35, `Loading ${structure.rowCount} rows`);
    const { longestRowBytes } = structure;
    const csv = { path: source, syntax, hasHeader: bodyByte > 0, width, longestRowBytes };
    if (await loadRaw(engine, csv, structure.rowCount)) return { rowCount: structure.rowCount, repairs: [] };
  }
  progress(0.3, 'Mending the rows');
  const target = path.join(context.temporaryDirectory, 'canonical.csv');
  const canonical = await writeCanonical(source, bodyByte, syntax, width, target, context.signal);
  if (canonical.rowCount === 0) return { rowCount: 0, repairs: canonical.repairs };
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
  return { rowCount: canonical.rowCount, repairs: canonical.repairs };
}

function newlineOf(text: string): CsvDialect['newline'] {
  const crlf = text.split('\r\n').length - 1;
  const lf = text.split('\n').length - 1 - crlf;
  const cr = text.split('\r').length - 1 - crlf;
  if (crlf === 0 && cr === 0) return 'lf';
  if (lf === 0 && cr === 0) return 'crlf';
  return lf === 0 && crlf === 0 ? 'cr' : 'mixed';
}

function notTabular(why: string): TableError {
  return new TableError(
    'NOT_TABULAR',
    `The file does not look like a table: ${why}. Upload a CSV with one record a line.`,
  );
}

function withoutUndefined<Value extends object>(
  value: Value,
): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never;
}
