import { SaxesParser } from 'saxes';
import { TableError } from '#tables/errors.ts';

export interface XmlHandlers {
  open?: (name: string, attributes: Record<string, string>) => void;
  close?: (name: string) => void;
  text?: (text: string) => void;
}

const widestPiece = 32 * 1024 ** 2;

/**
 * Reads XML as a stream. Names come without their namespace prefix, attributes with it. Document types are refused: with
 * them go entities that grow, and files outside.
 */
export async function parseXml(chunks: AsyncIterable<Buffer>, handlers: XmlHandlers): Promise<void> {
  const parser = new SaxesParser({ position: false });
  let sinceEvent = 0;
  parser.on('error', () => {
    throw damagedWorkbook('a part of it is not well-formed XML');
  });
  parser.on('doctype', () => {
    throw damagedWorkbook('a part of it declares a document type');
  });
  parser.on('opentag', ({ name, attributes }) => {
    sinceEvent = 0;
    handlers.open?.(localName(name), attributes as Record<string, string>);
  });
  parser.on('closetag', ({ name }) => {
    sinceEvent = 0;
    handlers.close?.(localName(name));
  });
  parser.on('text', (text) => handlers.text?.(text));
  parser.on('cdata', (text) => handlers.text?.(text));
  let decoder: TextDecoder | undefined;
  for await (const chunk of chunks) {
    decoder ??= new TextDecoder(encodingOf(chunk));
    sinceEvent += chunk.length;
    if (sinceEvent > widestPiece) {
      throw new TableError(
        'CELL_TOO_LONG',
        `A cell of the workbook is longer than ${widestPiece / 1024 ** 2} MiB. Shorten it and save the workbook again.`,
      );
    }
    parser.write(decoder.decode(chunk, { stream: true }));
  }
  // A part that the workbook lacks is no fault by itself.
  if (decoder) parser.close();
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}

function encodingOf(head: Buffer): string {
  const mark = head.subarray(0, 2).toString('hex');
  return mark === 'fffe' ? 'utf-16le' : mark === 'feff' ? 'utf-16be' : 'utf-8';
}

export function damagedWorkbook(why: string): TableError {
  return new TableError(
    'MALFORMED_FILE',
    `The workbook is damaged: ${why}. Open it in a spreadsheet program and save it again, or save the sheet as CSV.`,
  );
}
