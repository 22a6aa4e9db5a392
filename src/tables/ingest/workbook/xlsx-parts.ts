import path from 'node:path';
import type { WorkbookParts } from './member.ts';
import { type NumberStyle, numberStyle } from './number-style.ts';
import { damagedWorkbook, parseXml } from './xml.ts';

export interface XlsxSheet {
  name: string;
  /** Part that holds its cells. */
  part: string;
  isHidden: boolean;
}

export interface XlsxBook {
  sheets: XlsxSheet[];
  /** Days count from 1904 instead of 1900. */
  is1904: boolean;
  sharedStrings: string | undefined;
  styles: string | undefined;
}

/** Follows the relationships from the package to its workbook, and from there to the sheets (ECMA-376, part 2). */
export async function readBook(parts: WorkbookParts): Promise<XlsxBook> {
  const root = await readRelationships(parts, '');
  const workbook = root.find(({ type }) => type.endsWith('/officeDocument'))?.target ?? 'xl/workbook.xml';
  const related = await readRelationships(parts, workbook);
  const targetOf = (kind: string) => related.find(({ type }) => type.endsWith(`/${kind}`))?.target;
  const sheets: XlsxSheet[] = [];
  let is1904 = false;
  await parseXml(parts.read(workbook), {
    open(name, attributes) {
      if (name === 'workbookPr') is1904 = /^(?:1|true)$/.test(attributes.date1904 ?? '');
      if (name !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1];
      const relation = related.find((each) => each.id === id);
      if (!relation?.type.endsWith('/worksheet')) return;
      sheets.push({
        name: attributes.name ?? '',
        part: relation.target,
        isHidden: /hidden/i.test(attributes.state ?? ''),
      });
    },
  });
  if (sheets.length === 0) throw damagedWorkbook('it names no sheet');
  return { sheets, is1904, sharedStrings: targetOf('sharedStrings'), styles: targetOf('styles') };
}

interface Relationship {
  id: string;
  type: string;
  target: string;
}

async function readRelationships(parts: WorkbookParts, part: string): Promise<Relationship[]> {
  const folder = path.posix.dirname(part);
  const file = path.posix.join(folder, '_rels', `${path.posix.basename(part)}.rels`);
  const found: Relationship[] = [];
  await parseXml(parts.read(file), {
    open(name, { Id = '', Type = '', Target = '' }) {
      if (name !== 'Relationship') return;
      const target = Target.startsWith('/') ? Target.slice(1) : path.posix.join(folder, Target);
      found.push({ id: Id, type: Type, target });
    },
  });
  return found;
}

/** Number style of each cell format, by its index. */
export async function readStyles(parts: WorkbookParts, part: string | undefined): Promise<NumberStyle[]> {
  const codes = new Map<number, string>();
  const styles: NumberStyle[] = [];
  let isCellFormats = false;
  if (part === undefined) return styles;
  await parseXml(parts.read(part), {
    open(name, attributes) {
      if (name === 'cellXfs') isCellFormats = true;
      if (name === 'numFmt') codes.set(Number(attributes.numFmtId), attributes.formatCode ?? '');
      if (name !== 'xf' || !isCellFormats) return;
      const id = Number(attributes.numFmtId ?? 0);
      styles.push(numberStyle(id, codes.get(id)));
    },
    close(name) {
      if (name === 'cellXfs') isCellFormats = false;
    },
  });
  return styles;
}

/** The texts that cells refer to by number; phonetic hints are left out. */
export async function readSharedStrings(parts: WorkbookParts, part: string | undefined): Promise<string[]> {
  const texts: string[] = [];
  if (part === undefined) return texts;
  let text = '';
  let isText = false;
  let isPhonetic = false;
  await parseXml(parts.read(part), {
    open(name) {
      if (name === 'si') text = '';
      else if (name === 'rPh') isPhonetic = true;
      else if (name === 't') isText = !isPhonetic;
    },
    text(piece) {
      if (isText) text += piece;
    },
    close(name) {
      if (name === 't') isText = false;
      else if (name === 'rPh') isPhonetic = false;
      else if (name === 'si') texts.push(unescapeText(text));
    },
  });
  return texts;
}

/** Characters that XML cannot hold are written `_x000D_`. */
export function unescapeText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

export interface MergedCells {
  column: number;
  firstRow: number;
  lastRow: number;
}

const tailCharacters = 8 * 1024 ** 2;

/** Regions of several rows. They are listed behind the cells, so the part is skimmed once for its end. */
export async function readMerges(parts: WorkbookParts, part: string): Promise<MergedCells[]> {
  let tail = '';
  let isBehind = false;
  for await (const chunk of parts.read(part)) {
    const text = chunk.toString('latin1');
    if (isBehind) {
      if (tail.length < tailCharacters) tail += text;
      continue;
    }
    tail = tail.slice(-32) + text;
    const end = /<\/(?:\w+:)?sheetData>|<(?:\w+:)?sheetData\s*\/>/.exec(tail);
    if (!end) continue;
    isBehind = true;
    tail = tail.slice(end.index);
  }
  if (!isBehind) return [];
  return [...tail.matchAll(/<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3})(\d+):[A-Z]{1,3}(\d+)"/g)]
    .map(([, letters = '', first, last]) => ({
      column: columnOf(letters),
      firstRow: Number(first) - 1,
      lastRow: Number(last) - 1,
    }))
    .filter(({ firstRow, lastRow }) => lastRow > firstRow);
}

/** 0 for A, 26 for AA. */
export function columnOf(letters: string): number {
  let column = 0;
  for (let at = 0; at < letters.length; at += 1) column = column * 26 + letters.charCodeAt(at) - 64;
  return column - 1;
}
