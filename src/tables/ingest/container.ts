import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { TableError } from '#tables/errors.ts';
import { refusalBySignature } from './signatures.ts';
import { listZipMembers, type ZipMember } from './zip.ts';

export interface OpenedFile {
  kind: 'text' | 'parquet' | 'json' | 'xlsx' | 'ods';
  path: string;
  byteSize: number;
}

const mebibyte = 1024 ** 2;
/** Real tables compress at most about a hundredfold; more is a bomb. */
const maximumExpansion = 200;
const alwaysAllowedBytes = 256 * mebibyte;

/** Looks at the first bytes, unpacks gzip and one-member zip files, and refuses what is no table. */
export async function openContainer(
  source: string,
  temporaryDirectory: string,
  signal: AbortSignal,
): Promise<OpenedFile> {
  const head = await readHead(source);
  if (head.length === 0) throw emptyFile();
  const hex = head.toString('hex');
  if (hex.startsWith('1f8b')) {
    const unpacked = path.join(temporaryDirectory, 'unpacked');
    await unpack(createReadStream(source), createGunzip(), source, unpacked, signal);
    return openUnpacked(unpacked);
  }
  if (hex.startsWith('504b0304') || hex.startsWith('504b0506')) {
    const members = await listZipMembers(source);
    const kind = workbookKind(members);
    if (kind) return { kind, path: source, byteSize: (await stat(source)).size };
    const unpacked = path.join(temporaryDirectory, 'unpacked');
    await unzip(source, members, unpacked, signal);
    return openUnpacked(unpacked);
  }
  return openUnpacked(source);
}

async function openUnpacked(file: string): Promise<OpenedFile> {
  const head = await readHead(file);
  if (head.length === 0) throw emptyFile();
  const hex = head.toString('hex');
  const refused = refusalBySignature(head);
  if (refused) throw refused;
  if (hex.startsWith('1f8b') || hex.startsWith('504b0304')) {
    throw new TableError(
      'UNSUPPORTED_FORMAT',
      'The archive holds another archive. Unpack it once and upload the table itself.',
    );
  }
  const byteSize = (await stat(file)).size;
  if (hex.startsWith('50415231')) return { kind: 'parquet', path: file, byteSize };
  refuseWideJson(head);
  if (looksLikeJson(head)) return { kind: 'json', path: file, byteSize };
  refuseListOfOthers(head, await readTail(file, byteSize));
  return { kind: 'text', path: file, byteSize };
}

/** JSON lines (`{"…`) or an array of objects (`[ {"…`): a CSV cell never starts a file that way without being quoted. */
function looksLikeJson(head: Buffer): boolean {
  const text = head.toString('utf8').replace(/^\uFEFF/, '');
  return /^\s*(\[\s*)?\{\s*("(?:[^"\\]|\\.)*"\s*:|\}\s*$)/.test(text);
}

/** An array of numbers or of arrays has no names, and as CSV it would only look like a table. */
function refuseListOfOthers(head: Buffer, tail: string): void {
  const text = head.toString('utf8').replace(/^\uFEFF/, '');
  const begins = /^\s*\[\s*(?:\[|-?\d|"|null|true|false)/.test(text);
  if (!begins || !tail.trimEnd().endsWith(']')) return;
  throw new TableError(
    'NOT_TABULAR',
    'The file is a JSON list without names for its columns. Upload an array of objects, or one object a line.',
  );
}

function refuseWideJson(head: Buffer): void {
  const mark = head.subarray(0, 2).toString('hex');
  if (mark !== 'fffe' && mark !== 'feff') return;
  const text = new TextDecoder(mark === 'fffe' ? 'utf-16le' : 'utf-16be').decode(head);
  if (!/^\s*(?:\[\s*)?\{\s*"/.test(text)) return;
  throw new TableError('UNDECODABLE_TEXT', 'The file is JSON in UTF-16. Save it as UTF-8.');
}

/** By the parts that every file of the kind has. */
function workbookKind(members: ZipMember[]): 'xlsx' | 'ods' | undefined {
  const has = (pattern: RegExp) => members.some(({ name }) => pattern.test(name));
  if (has(/^content\.xml$/) && has(/^META-INF\/manifest\.xml$/)) return 'ods';
  if (!has(/^\[Content_Types\]\.xml$/i)) return undefined;
  if (has(/(?:^|\/)workbook\.xml$/i)) return 'xlsx';
  throw new TableError(
    'UNSUPPORTED_FORMAT',
    has(/(?:^|\/)workbook\.bin$/i)
      ? 'The file is a binary Excel workbook (.xlsb). Save it as .xlsx, or save the sheet as CSV.'
      : 'The file is an Office document without a sheet. Save the table as .xlsx or CSV.',
  );
}

async function unzip(
  source: string,
  members: ZipMember[],
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const files = members.filter(
    ({ name }) => !name.endsWith('/') && !/(^|\/)(__MACOSX\/|\.DS_Store|\._)/.test(name),
  );
  const [member, ...others] = files;
  if (!member) throw new TableError('EMPTY_FILE', 'The zip archive holds no file. Put one table into it.');
  if (others.length > 0) {
    const names = files.slice(0, 3).map(({ name }) => `"${name}"`);
    throw new TableError(
      'AMBIGUOUS_ARCHIVE',
      `The zip archive holds ${files.length} files (${names.join(', ')}${files.length > 3 ? ', …' : ''}). Upload an archive with exactly one table, or each table by itself.`,
    );
  }
  if (member.isEncrypted) {
    throw new TableError(
      'UNSUPPORTED_FORMAT',
      'The zip archive is protected by a password. Unpack it and upload the table itself.',
    );
  }
  const range = createReadStream(source, {
    start: member.dataStart,
    end: Math.max(member.dataStart, member.dataStart + member.packedSize - 1),
  });
  if (member.unpackedSize === 0) throw emptyFile();
  if (member.method !== 0 && member.method !== 8) {
    throw new TableError(
      'UNSUPPORTED_FORMAT',
      `The zip archive uses compression method ${member.method}. Pack it again with "deflate".`,
    );
  }
  await unpack(range, member.method === 8 ? createInflateRaw() : undefined, source, target, signal);
}

async function unpack(
  input: Readable,
  inflate: Transform | undefined,
  source: string,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const limit = Math.max(alwaysAllowedBytes, (await stat(source)).size * maximumExpansion);
  let written = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      written += chunk.length;
      if (written <= limit) return done(null, chunk);
      done(
        new TableError(
          'FILE_TOO_LARGE',
          `The archive unpacks to more than ${Math.round(limit / mebibyte)} MiB, over ${maximumExpansion} times its size. Upload the table unpacked.`,
        ),
      );
    },
  });
  try {
    await (inflate
      ? pipeline(input, inflate, meter, createWriteStream(target), { signal })
      : pipeline(input, meter, createWriteStream(target), { signal }));
  } catch (error) {
    if (error instanceof TableError || signal.aborted) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code.startsWith('Z_') || code === 'ERR_TRAILING_JUNK_AFTER_STREAM_END') {
      throw new TableError(
        'TRUNCATED_ARCHIVE',
        `The archive is cut off or damaged after ${written} unpacked bytes. Upload it again, or unpack it first.`,
        { byte: written },
      );
    }
    throw error;
  }
}

async function readTail(file: string, byteSize: number): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, Math.max(0, byteSize - 64));
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

export async function readHead(file: string, length = 4_096): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

export function emptyFile(): TableError {
  return new TableError('EMPTY_FILE', 'The file is empty. Check the export and upload it again.', {
    byte: 0,
  });
}
