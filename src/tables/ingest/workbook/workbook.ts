import { stat } from 'node:fs/promises';
import path from 'node:path';
import { TableError } from '#tables/errors.ts';
import type { TableTaskContext } from '#tables/tasks.ts';
import { listZipMembers } from '../zip.ts';
import { openParts, type WorkbookParts } from './member.ts';
import { writeOdsSheet } from './ods.ts';
import { openSheetWriter, type SheetText, type SheetWriter } from './sheet-text.ts';
import { writeXlsxSheet } from './xlsx.ts';
import { readBook, readSharedStrings, readStyles } from './xlsx-parts.ts';

export interface OpenedSheet extends SheetText {
  sheet: string;
  sheets: string[];
}

const mebibyte = 1024 ** 2;
/** XML of cells packs about twentyfold; more than this is a bomb. */
const maximumExpansion = 100;
const alwaysAllowedBytes = 256 * mebibyte;

/** Writes the named sheet as text, or the first visible one that holds anything. */
export async function openSheet(
  file: { path: string; kind: 'xlsx' | 'ods' },
  wanted: string | undefined,
  maximumColumns: number,
  { temporaryDirectory, signal }: Pick<TableTaskContext, 'temporaryDirectory' | 'signal'>,
): Promise<OpenedSheet> {
  const { size } = await stat(file.path);
  const maximumBytes = Math.max(alwaysAllowedBytes, size * maximumExpansion);
  const parts = openParts(file.path, await listZipMembers(file.path), maximumBytes, signal);
  const target = path.join(temporaryDirectory, 'sheet.csv');
  const openWriter = () => openSheetWriter(target, { maximumColumns, maximumBytes });
  const opened =
    file.kind === 'xlsx'
      ? await readXlsx(parts, wanted, openWriter)
      : await readOds(parts, wanted, openWriter);
  if (opened.lastColumn === -1) {
    throw new TableError(
      'EMPTY_FILE',
      wanted === undefined
        ? 'No sheet of the workbook holds anything. Check the export and upload it again.'
        : `The sheet "${wanted}" is empty. The workbook has ${listed(opened.sheets)}.`,
    );
  }
  return opened;
}

async function readXlsx(
  parts: WorkbookParts,
  wanted: string | undefined,
  openWriter: () => SheetWriter,
): Promise<OpenedSheet> {
  const book = await readBook(parts);
  const sheets = book.sheets.map(({ name }) => name);
  const visible = book.sheets.filter(({ isHidden }) => !isHidden);
  const candidates =
    wanted === undefined
      ? visible.length > 0
        ? visible
        : book.sheets
      : book.sheets.filter(({ name }) => name === wanted);
  if (candidates.length === 0) throw unknownSheet(wanted ?? '', sheets);
  const texts = await readSharedStrings(parts, book.sharedStrings);
  const styles = await readStyles(parts, book.styles);
  let opened: OpenedSheet | undefined;
  for (const { name, part } of candidates) {
    opened = await written(openWriter(), async (writer) => {
      await writeXlsxSheet(parts, part, { texts, styles, is1904: book.is1904 }, writer);
      return { sheet: name, sheets };
    });
    if (opened.lastColumn >= 0) break;
  }
  return opened as OpenedSheet;
}

async function readOds(
  parts: WorkbookParts,
  wanted: string | undefined,
  openWriter: () => SheetWriter,
): Promise<OpenedSheet> {
  return written(openWriter(), async (writer) => {
    const isWanted = (name: string) => wanted === undefined || name === wanted;
    const { names, written: index } = await writeOdsSheet(parts, isWanted, writer);
    if (wanted !== undefined && !names.includes(wanted)) throw unknownSheet(wanted, names);
    return { sheet: names[index] ?? wanted ?? '', sheets: names };
  });
}

async function written(
  writer: SheetWriter,
  work: (writer: SheetWriter) => Promise<{ sheet: string; sheets: string[] }>,
): Promise<OpenedSheet> {
  try {
    const names = await work(writer);
    return { ...names, ...writer.finish() };
  } finally {
    writer.close();
  }
}

export function unknownSheet(wanted: string, sheets: string[]): TableError {
  return new TableError(
    'UNKNOWN_SHEET',
    `There is no sheet "${wanted}". ${sheets.length === 0 ? 'The file is no workbook.' : `The workbook has ${listed(sheets)}.`}`,
  );
}

function listed(sheets: string[]): string {
  const shown = sheets.slice(0, 10).map((name) => `"${name}"`);
  return `${sheets.length === 1 ? 'the sheet' : 'the sheets'} ${shown.join(', ')}${sheets.length > 10 ? ', …' : ''}`;
}
