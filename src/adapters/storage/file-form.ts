import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Encryption } from '#ports/storage.ts';

/** Ends the name of what an unfinished file may have beside it. */
export const TAIL = '~tail';

/** How the bytes of an object lie in its file. */
export type FileForm = {
  readonly encryption: Encryption;
  /** What the names of such files end with; no key does. */
  readonly suffix: string;
  /** How many bytes the object has whose file has `storedBytes`; null where no whole file has so many. */
  byteSizeOf(storedBytes: number): number | null;
  /** @throws StorageError CORRUPTED, KEY_MISSING. */
  read(file: FileHandle, key: string, range?: { start: number; end: number }): Promise<Readable>;
  /** Writes a new file, or goes on with one where it was left. `path` is that of the file itself. */
  writer(file: FileHandle, path: string, key: string): Promise<FileWriter>;
};

export type FileWriter = {
  /** How many bytes have been written from the start. */
  offset(): number;
  write(bytes: Buffer): Promise<void>;
  /** Keeps what was written, so that another writer can go on. */
  keep(): Promise<void>;
  /** After the last byte. */
  complete(): Promise<void>;
};

/** Bytes as they are. */
export const plainForm: FileForm = {
  encryption: 'NONE',
  suffix: '',
  byteSizeOf: (storedBytes) => storedBytes,
  read: async (file, _key, range) => file.createReadStream(range ?? {}),
  async writer(file) {
    let offset = (await file.stat()).size;
    return {
      offset: () => offset,
      async write(bytes) {
        await writeAll(file, bytes, offset);
        offset += bytes.length;
      },
      async keep() {},
      async complete() {},
    };
  },
};

/** At a place of its own: two writers of one upload never push each other's bytes on. */
export async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
