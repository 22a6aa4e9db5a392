import { open } from 'node:fs/promises';
import { TableError } from '#tables/errors.ts';

export interface ZipMember {
  name: string;
  /** 0 stored, 8 deflate. */
  method: number;
  packedSize: number;
  unpackedSize: number;
  isEncrypted: boolean;
  dataStart: number;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const maximumEntries = 10_000;

function damaged(): TableError {
  return new TableError(
    'TRUNCATED_ARCHIVE',
    'The zip archive is cut off: its directory is missing. Upload it again.',
  );
}

/** Reads the central directory at the end of the archive (APPNOTE 4.3.12); archives beyond 4 GiB are refused. */
export async function listZipMembers(path: string): Promise<ZipMember[]> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const tail = Buffer.alloc(Math.min(size, 65_557));
    await handle.read(tail, 0, tail.length, size - tail.length);
    let end = tail.length - 22;
    while (end >= 0 && tail.readUInt32LE(end) !== endSignature) end -= 1;
    if (end < 0) throw damaged();
    const entryCount = tail.readUInt16LE(end + 10);
    const directorySize = tail.readUInt32LE(end + 12);
    const directoryStart = tail.readUInt32LE(end + 16);
    if (entryCount === 0xffff || directoryStart === 0xffffffff || entryCount > maximumEntries) {
      throw new TableError(
        'UNSUPPORTED_FORMAT',
        'The zip archive is too large to be read here. Use gzip, or upload it unpacked.',
      );
    }
    if (directoryStart + directorySize > size) throw damaged();
    const directory = Buffer.alloc(directorySize);
    await handle.read(directory, 0, directorySize, directoryStart);
    const members: ZipMember[] = [];
    for (let offset = 0; members.length < entryCount; ) {
      if (offset + 46 > directory.length || directory.readUInt32LE(offset) !== entrySignature)
        throw damaged();
      const nameLength = directory.readUInt16LE(offset + 28);
      const tailLength = directory.readUInt16LE(offset + 30) + directory.readUInt16LE(offset + 32);
      const headerStart = directory.readUInt32LE(offset + 42);
      const local = Buffer.alloc(30);
      await handle.read(local, 0, 30, headerStart);
      members.push({
        name: directory.toString('utf8', offset + 46, offset + 46 + nameLength),
        method: directory.readUInt16LE(offset + 10),
        packedSize: directory.readUInt32LE(offset + 20),
        unpackedSize: directory.readUInt32LE(offset + 24),
        isEncrypted: (directory.readUInt16LE(offset + 8) & 1) === 1,
        dataStart: headerStart + 30 + local.readUInt16LE(26) + local.readUInt16LE(28),
      });
      offset += 46 + nameLength + tailLength;
    }
    return members;
  } finally {
    await handle.close();
  }
}
