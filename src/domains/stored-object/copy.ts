import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { and, asc, eq, ne, sql } from 'drizzle-orm';
import type { Db } from '#db.ts';
import { type Storage, StorageError } from '#ports/storage.ts';
import { type StoredObjectRow, storedObject } from './table.ts';

const BATCH = 200;
const AT_ONCE = 4;

type Stores = { from: Storage; to: Storage };
type Content = { byteSize: number; sha256: string };

/** Of `total` objects, `objects` are in the other store, of which `copied` were written now; all were read back there. */
export type Copied = {
  total: number;
  objects: number;
  copied: number;
  bytes: number;
  failures: { key: string; code: string; message: string }[];
  /** Objects that are being written at the end: another copy will find them. */
  unfinished: number;
};

/**
 * Copies every stored object to another store under the same key and reads it back there: it counts once its SHA-256 is
 * that of the source. One that is there already is only read, so a copy that was killed goes on where it was. Nothing is
 * removed from the source. What fails is told at the end; the rest is copied.
 */
export async function copyObjects(
  db: Db,
  stores: Stores,
  { signal, tell }: { signal: AbortSignal; tell?: (soFar: Copied) => void },
): Promise<Copied> {
  const isStored = eq(storedObject.status, 'STORED');
  const total = await db.$count(storedObject, isStored);
  const result: Copied = { total, objects: 0, copied: 0, bytes: 0, failures: [], unfinished: 0 };

  async function copy(row: StoredObjectRow): Promise<void> {
    try {
      const { byteSize, isNew } = await copyObject(stores, row, signal);
      result.objects++;
      result.bytes += byteSize;
      if (isNew) result.copied++;
    } catch (error) {
      if (signal.aborted || !(error instanceof StorageError)) throw error;
      const kept = await db.$count(storedObject, and(isStored, eq(storedObject.key, row.key)));
      if (kept > 0) result.failures.push({ key: row.key, code: error.code, message: error.message });
    }
    tell?.(result);
  }

  let last: StoredObjectRow | undefined;
  do {
    const after =
      last &&
      sql`(${storedObject.createdAt}, ${storedObject.key}) > (${last.createdAt.toISOString()}, ${last.key})`;
    const rows = await db
      .select()
      .from(storedObject)
      .where(and(isStored, after))
      .orderBy(asc(storedObject.createdAt), asc(storedObject.key))
      .limit(BATCH);
    last = rows.at(-1);
    const work = async () => {
      for (let row = rows.shift(); row; row = rows.shift()) {
        signal.throwIfAborted();
        await copy(row);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } while (last);
  result.unfinished = await db.$count(storedObject, eq(storedObject.status, 'WRITING'));
  return result;
}

/** Writes down that the objects lie in `to` from now on: how they are encrypted is told to their owners. */
export async function adoptStore(db: Db, to: Storage): Promise<void> {
  const { encryption } = to;
  await db
    .update(storedObject)
    .set({ encryption })
    .where(and(eq(storedObject.status, 'STORED'), ne(storedObject.encryption, encryption)));
}

/** @throws StorageError CORRUPTED where the bytes are not those that were stored. */
async function copyObject(
  { from, to }: Stores,
  { key, byteSize, sha256 }: StoredObjectRow,
  signal: AbortSignal,
): Promise<{ byteSize: number; isNew: boolean }> {
  const present = await to.size(key);
  const wanted = sha256 !== null && byteSize !== null ? { byteSize, sha256 } : null;
  if (present !== null) {
    const content = await contentOf(to, key, signal);
    if (isSame(content, wanted ?? (await contentOf(from, key, signal))))
      return { byteSize: present, isNew: false };
  }
  const size = (await from.size(key)) ?? 0;
  const sent = await to.put(key, await from.get(key), { maxBytes: size, byteSize: size, signal });
  if (wanted && !isSame(sent, wanted)) {
    await to.remove(key);
    throw corrupted('The source holds other bytes than were stored there.');
  }
  if (!isSame(await contentOf(to, key, signal), sent)) {
    await to.remove(key);
    throw corrupted('What was read back is not what was written.');
  }
  return { byteSize: sent.byteSize, isNew: true };
}

const isSame = (one: Content, other: Content) =>
  one.byteSize === other.byteSize && one.sha256 === other.sha256;

const corrupted = (message: string) => new StorageError('CORRUPTED', message);

async function contentOf(storage: Storage, key: string, signal: AbortSignal): Promise<Content> {
  const hash = createHash('sha256');
  let byteSize = 0;
  await pipeline(
    await storage.get(key),
    async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        byteSize += chunk.length;
        hash.update(chunk);
      }
    },
    { signal },
  );
  return { byteSize, sha256: hash.digest('hex') };
}
