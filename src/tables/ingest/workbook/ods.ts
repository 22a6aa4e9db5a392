import type { WorkbookParts } from './member.ts';
import { numberText } from './number-style.ts';
import type { SheetWriter } from './sheet-text.ts';
import { parseXml } from './xml.ts';

const lastSheetRow = 1_048_576;
const lastSheetColumn = 16_384;

/**
 * Writes the cells of the wanted sheet, or of the first that has any (OpenDocument 1.3, part 3, chapter 9). Tells all
 * sheets' names and the index of the one that was written, -1 when there is none.
 */
export async function writeOdsSheet(
  parts: WorkbookParts,
  isWanted: (name: string) => boolean,
  writer: SheetWriter,
): Promise<{ names: string[]; written: number }> {
  const names: string[] = [];
  let written = -1;
  let reads = false;
  let row = -1;
  let rowRepeats = 1;
  let cells: (string | undefined)[] = [];
  let column = 0;
  let columnRepeats = 1;
  let spannedRows = 1;
  let valueText: string | undefined;
  let paragraphs: string[] = [];
  let inParagraph = 0;
  let inAnnotation = 0;
  let isCell = false;

  function openCell(attributes: Record<string, string>): void {
    isCell = true;
    columnRepeats = Math.max(1, Number(attributes['table:number-columns-repeated'] ?? 1));
    spannedRows = Number(attributes['table:number-rows-spanned'] ?? 1);
    paragraphs = [];
    valueText = storedValue(attributes);
    if (attributes['calcext:value-type'] === 'error') {
      valueText = '';
      writer.countError();
    }
  }

  function closeCell(): void {
    isCell = false;
    const text = valueText ?? paragraphs.join('\n');
    if (text !== '') {
      if (written === -1) written = names.length - 1;
      const end = Math.min(column + columnRepeats, lastSheetColumn);
      for (let at = column; at < end; at += 1) cells[at] = text;
      if (spannedRows > 1) writer.merge(column, row + spannedRows, text);
    }
    column += columnRepeats;
  }

  function closeRow(): void {
    const isFilled = cells.length > 0;
    for (let repeat = 0; repeat < rowRepeats && row < lastSheetRow; repeat += 1) {
      row += 1;
      if (isFilled) writer.row(row, [...cells]);
      else if (rowRepeats > 1) {
        row += rowRepeats - 1;
        return;
      }
    }
  }

  await parseXml(parts.read('content.xml'), {
    open(name, attributes) {
      if (name === 'table') {
        names.push(attributes['table:name'] ?? '');
        reads = written === -1 && isWanted(names.at(-1) ?? '');
        row = -1;
      }
      if (!reads) return;
      if (name === 'table-row') {
        rowRepeats = Math.max(1, Number(attributes['table:number-rows-repeated'] ?? 1));
        cells = [];
        column = 0;
      } else if (name === 'table-cell' || name === 'covered-table-cell') openCell(attributes);
      else if (name === 'annotation') inAnnotation += 1;
      else if (isCell && inAnnotation === 0) {
        if (name === 'p') {
          inParagraph += 1;
          paragraphs.push('');
        } else if (inParagraph > 0) addText(inlineText(name, attributes));
      }
    },
    text(piece) {
      if (reads && inParagraph > 0 && inAnnotation === 0) addText(piece);
    },
    close(name) {
      if (!reads) return;
      if (name === 'annotation') inAnnotation -= 1;
      else if (name === 'p' && inAnnotation === 0 && inParagraph > 0) inParagraph -= 1;
      else if (name === 'table-cell' || name === 'covered-table-cell') closeCell();
      else if (name === 'table-row') closeRow();
      else if (name === 'table') reads = false;
    },
  });
  return { names, written };

  function addText(piece: string): void {
    paragraphs[paragraphs.length - 1] += piece;
  }
}

function inlineText(name: string, attributes: Record<string, string>): string {
  if (name === 's') return ' '.repeat(Math.min(1_000, Number(attributes['text:c'] ?? 1)));
  return name === 'tab' ? '\t' : name === 'line-break' ? '\n' : '';
}

/** The stored value as text; undefined for a text cell, whose paragraphs are its value. */
function storedValue(attributes: Record<string, string>): string | undefined {
  switch (attributes['office:value-type']) {
    case 'float':
    case 'currency':
      return numberText(Number(attributes['office:value']), 'plain', false);
    case 'percentage':
      return numberText(Number(attributes['office:value']), 'percent', false);
    case 'boolean':
      return attributes['office:boolean-value'] === 'true' ? 'TRUE' : 'FALSE';
    case 'date':
      return (attributes['office:date-value'] ?? '').replace(/T00:00:00(?:\.0+)?$/, '');
    case 'time':
      return clockText(attributes['office:time-value'] ?? '');
    case 'string':
      return attributes['office:string-value'];
    default:
      return undefined;
  }
}

/** PT08H30M00S is half past eight. */
function clockText(duration: string): string {
  const parts = /^PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S$/.exec(duration);
  if (!parts) return duration;
  return parts
    .slice(1)
    .map((part) => part.padStart(2, '0'))
    .join(':');
}
