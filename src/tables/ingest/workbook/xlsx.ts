import type { WorkbookParts } from './member.ts';
import { type NumberStyle, numberText } from './number-style.ts';
import type { SheetWriter } from './sheet-text.ts';
import { columnOf, type MergedCells, readMerges, unescapeText } from './xlsx-parts.ts';
import { damagedWorkbook, parseXml } from './xml.ts';

export interface SheetContext {
  texts: string[];
  styles: NumberStyle[];
  is1904: boolean;
}

const lastSheetRow = 1_048_576;
const lastSheetColumn = 16_384;

/** Writes the cells of one sheet (ECMA-376, 18.3): values as they are stored, formulas by their last result. */
export async function writeXlsxSheet(
  parts: WorkbookParts,
  part: string,
  { texts, styles, is1904 }: SheetContext,
  writer: SheetWriter,
): Promise<void> {
  const merges = mergesByRow(await readMerges(parts, part));
  let row = -1;
  let column = -1;
  let cells: (string | undefined)[] = [];
  let type = 'n';
  let style: NumberStyle = 'plain';
  let value = '';
  let takesText = false;
  let isPhonetic = false;

  function valueText(): string {
    if (value === '') return '';
    if (type === 's') return texts[Number(value)] ?? '';
    if (type === 'str' || type === 'inlineStr') return unescapeText(value);
    if (type === 'b') return value.trim() === '1' || value.trim() === 'true' ? 'TRUE' : 'FALSE';
    if (type === 'd') return value.replace(/T00:00:00(?:\.0+)?Z?$/, '');
    if (type === 'e') {
      writer.countError();
      return '';
    }
    return numberText(Number(value), style, is1904);
  }

  function place(reference: string | undefined): void {
    if (reference === undefined) {
      column += 1;
      return;
    }
    const letters = /^[A-Z]{1,3}/.exec(reference)?.[0];
    if (letters === undefined) throw damagedWorkbook(`a cell is called "${reference.slice(0, 20)}"`);
    column = columnOf(letters);
    if (column >= lastSheetColumn) throw damagedWorkbook('a cell lies beyond column XFD');
  }

  await parseXml(parts.read(part), {
    open(name, attributes) {
      if (name === 'row') {
        const index = attributes.r === undefined ? row + 1 : Number(attributes.r) - 1;
        if (!(index > row && index < lastSheetRow)) throw damagedWorkbook('its rows are not in order');
        row = index;
        column = -1;
        cells = [];
      } else if (name === 'c') {
        place(attributes.r);
        type = attributes.t ?? 'n';
        style = styles[Number(attributes.s ?? 0)] ?? 'plain';
        value = '';
      } else if (name === 'rPh') isPhonetic = true;
      else if (name === 'v' || (name === 't' && type === 'inlineStr' && !isPhonetic)) takesText = true;
    },
    text(piece) {
      if (takesText) value += piece;
    },
    close(name) {
      if (name === 'v' || name === 't') takesText = false;
      else if (name === 'rPh') isPhonetic = false;
      else if (name === 'c') cells[column] = valueText();
      else if (name === 'row') {
        for (const merge of merges.get(row) ?? []) {
          const merged = cells[merge.column] ?? '';
          if (merged !== '') writer.merge(merge.column, merge.lastRow, merged);
        }
        if (cells.length > 0) writer.row(row, cells);
      }
    },
  });
}

function mergesByRow(merges: MergedCells[]): Map<number, MergedCells[]> {
  const byRow = new Map<number, MergedCells[]>();
  for (const merge of merges) {
    const same = byRow.get(merge.firstRow);
    if (same) same.push(merge);
    else byRow.set(merge.firstRow, [merge]);
  }
  return byRow;
}
