import { createReadStream } from 'node:fs';
import { createInflateRaw } from 'node:zlib';
import { TableError } from '#tables/errors.ts';
import type { ZipMember } from '../zip.ts';
import { damagedWorkbook } from './xml.ts';

/** The parts of a workbook; together they may unpack to `maximumBytes`, and no more. */
export interface WorkbookParts {
  names: string[];
  has(name: string): boolean;
  /** The unpacked bytes of a part; nothing when the workbook lacks it. */
  read(name: string): AsyncIterable<Buffer>;
}

export function openParts(
  source: string,
  members: ZipMember[],
  maximumBytes: number,
  signal: AbortSignal,
): WorkbookParts {
  const byName = new Map(members.map((member) => [member.name.toLowerCase(), member]));
  let unpacked = 0;

  async function* read(name: string): AsyncIterable<Buffer> {
    const member = byName.get(name.toLowerCase());
    if (!member || member.packedSize === 0) return;
    if (member.isEncrypted || (member.method !== 0 && member.method !== 8)) {
      throw new TableError(
        'UNSUPPORTED_FORMAT',
        'The workbook is protected or packed in an unusual way. Save it without a password, or save the sheet as CSV.',
      );
    }
    const { dataStart, packedSize } = member;
    const input = createReadStream(source, { start: dataStart, end: dataStart + packedSize - 1, signal });
    const output = member.method === 8 ? input.pipe(createInflateRaw()) : input;
    input.on('error', (error) => output.destroy(error));
    try {
      for await (const chunk of output as AsyncIterable<Buffer>) {
        unpacked += chunk.length;
        if (unpacked > maximumBytes) {
          throw new TableError(
            'FILE_TOO_LARGE',
            `The workbook unpacks to more than ${Math.round(maximumBytes / 1024 ** 2)} MiB. Save the sheet as CSV and upload that.`,
          );
        }
        yield chunk;
      }
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code.startsWith('Z_')) throw damagedWorkbook('a part of it cannot be unpacked');
      throw error;
    } finally {
      input.destroy();
      output.destroy();
    }
  }

  return {
    names: members.map(({ name }) => name),
    has: (name) => byName.has(name.toLowerCase()),
    read,
  };
}
