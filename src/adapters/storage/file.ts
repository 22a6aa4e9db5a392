import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newId } from '#ids.ts';
import { type Storage, StorageError, type StoredObject } from '#ports/storage.ts';
import { checkedKey } from './key.ts';

/** An upload that has not been written to for so long was cut off by a crash. */
const ABANDONED_MILLISECONDS = 3_600_000;
/** Room that is left for the database and for logs. */
const RESERVED_BYTES = 256 * 1024 ** 2;

/** Files below one directory: written beside their place, synced, then renamed; readable by their owner alone. */
export async function fileStorage(directory: string): Promise<Storage> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const incoming = join(directory, '.incoming');
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  await sweep(incoming);

  const pathOf = (key: string) => join(directory, checkedKey(key));

  async function place(temporary: string, key: string): Promise<void> {
    const target = pathOf(key);
    const handle = await open(temporary, 'r');
    await handle.sync().finally(() => handle.close());
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await rename(temporary, target);
  }

  async function store(
    key: string,
    body: Readable,
    maxBytes: number,
    signal?: AbortSignal,
  ): Promise<StoredObject> {
    const { bavail, bsize } = await statfs(directory);
    if (bavail * bsize < RESERVED_BYTES) throw storageFull();
    const temporary = join(incoming, newId());
    const hash = createHash('sha256');
    let byteSize = 0;
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        byteSize += chunk.length;
        hash.update(chunk);
        done(
          byteSize > maxBytes ? new StorageError('TOO_LARGE', `More than ${maxBytes} bytes arrived.`) : null,
          chunk,
        );
      },
    });
    try {
      // opened first: a stream that fails while it opens its file would make it after the removal below
      const file = await open(temporary, 'wx', 0o600);
      await pipeline(body, meter, file.createWriteStream(), signal ? { signal } : {});
      await place(temporary, key);
    } catch (error) {
      await rm(temporary, { force: true });
      throw translate(error);
    }
    return { byteSize, sha256: hash.digest('hex') };
  }

  return {
    kind: 'file:',
    put: (key, body, { maxBytes, signal }) => store(key, body, maxBytes, signal),
    async putFile(key, path) {
      const stored = await store(key, createReadStream(path), Number.POSITIVE_INFINITY);
      await rm(path, { force: true });
      return stored;
    },
    async get(key, range) {
      await sizeOf(pathOf(key));
      const handle = await open(pathOf(key), 'r').catch((error) => {
        throw translate(error);
      });
      return handle.createReadStream(range ?? {});
    },
    async size(key) {
      return sizeOf(pathOf(key)).catch((error) => {
        if (error instanceof StorageError && error.code === 'OBJECT_NOT_FOUND') return null;
        throw error;
      });
    },
    async open(key) {
      const path = pathOf(key);
      await sizeOf(path);
      return { path, release: async () => {} };
    },
    async remove(key) {
      await rm(pathOf(key), { force: true });
    },
  };
}

/** @throws StorageError OBJECT_NOT_FOUND, for a directory too: it is only the beginning of keys. */
async function sizeOf(path: string): Promise<number> {
  const found = await stat(path).catch((error) => {
    throw translate(error);
  });
  if (found.isFile()) return found.size;
  throw new StorageError('OBJECT_NOT_FOUND', 'The file is not in the store.');
}

async function sweep(incoming: string): Promise<void> {
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > ABANDONED_MILLISECONDS) await rm(path, { force: true });
  }
}

const storageFull = (cause?: unknown) =>
  new StorageError('STORAGE_FULL', 'The server has no room left for this file.', { cause });

function translate(error: unknown): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error;
  const code = 'code' in error ? error.code : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return storageFull(error);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new StorageError('OBJECT_NOT_FOUND', 'The file is not in the store.', { cause: error });
  return error;
}
