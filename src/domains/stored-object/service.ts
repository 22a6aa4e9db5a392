import type { Readable } from 'node:stream';
import { and, asc, eq, gt, inArray, lt, lte, notExists, or, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Db, Tx } from '#db.ts';
import { newId } from '#ids.ts';
import type { Log } from '#log.ts';
import { type Storage, StorageError, type StoredObject } from '#ports/storage.ts';
import { type StoredObjectRow, storedObject } from './table.ts';

/** What an object is; the second part of its key. */
export type ObjectKind = 'source' | 'table' | 'model' | 'predictions';

/** From `STORED` to the first row that refers to it, a writer has this long. */
const UNUSED_MILLISECONDS = 3_600_000;
/** A writer that has been silent for so long is gone. */
const ABANDONED_MILLISECONDS = 24 * 3_600_000;
const BATCH = 500;

export type StoredObjects = ReturnType<typeof storedObjects>;

/**
 * Objects of the store with their rows. A row is there before the bytes and goes after them, so that no crash leaves
 * bytes without a row. `references` are all columns by which other rows refer to a key.
 */
export function storedObjects(ports: { db: Db; storage: Storage; log: Log; references: PgColumn[] }) {
  const { db, storage } = ports;
  const unreferenced = ports.references.map((column) =>
    notExists(db.select({ one: sql`1` }).from(column.table).where(eq(column, storedObject.key))),
  );

  async function begin(connection: Db | Tx, ownerId: string, kind: ObjectKind): Promise<string> {
    const key = `${ownerId}/${kind}/${newId()}`;
    await connection
      .insert(storedObject)
      .values({ key, ownerId, status: 'WRITING', encryption: storage.encryption });
    return key;
  }

  /** @throws StorageError UPLOAD_NOT_FOUND when it was swept meanwhile. */
  async function finished(
    connection: Db | Tx,
    key: string,
    { byteSize, sha256 }: { byteSize: number; sha256: string | null },
  ): Promise<void> {
    const kept = await connection
      .update(storedObject)
      .set({ status: 'STORED', byteSize, sha256, touchedAt: new Date() })
      .where(and(eq(storedObject.key, key), eq(storedObject.status, 'WRITING')))
      .returning({ key: storedObject.key });
    if (kept.length === 0)
      throw new StorageError('UPLOAD_NOT_FOUND', 'The file was given up. Send it again.');
  }

  async function written(
    ownerId: string,
    kind: ObjectKind,
    write: (key: string) => Promise<StoredObject>,
  ): Promise<StoredObject & { key: string }> {
    const key = await begin(db, ownerId, kind);
    try {
      const stored = await write(key);
      await finished(db, key, stored);
      return { ...stored, key };
    } catch (error) {
      // what cannot be removed now is found by the sweep
      await erase(key).catch(() => {});
      throw error;
    }
  }

  /** Bytes first: a crash in between leaves the row, which tells that they are to go. */
  async function erase(key: string): Promise<boolean> {
    await storage.remove(key);
    const gone = await db.delete(storedObject).where(eq(storedObject.key, key)).returning();
    return gone.length > 0;
  }

  /**
   * Marks objects that nobody refers to. The locks keep new references off, and the second look is taken under them: a
   * reference that was committed after the first is seen.
   */
  async function retire(candidates: ReturnType<typeof and>): Promise<number> {
    return db.transaction(async (tx) => {
      const found = await tx
        .select({ key: storedObject.key })
        .from(storedObject)
        .where(and(candidates, ...unreferenced))
        .limit(BATCH)
        .for('update', { skipLocked: true });
      if (found.length === 0) return 0;
      const keys = found.map(({ key }) => key);
      const retired = await tx
        .update(storedObject)
        .set({ status: 'REMOVING' })
        .where(and(inArray(storedObject.key, keys), ...unreferenced))
        .returning({ key: storedObject.key });
      return retired.length;
    });
  }

  return {
    /** An object whose bytes arrive over several requests; `finished` follows. Returns its key. */
    begin,
    finished,
    put(
      ownerId: string,
      kind: ObjectKind,
      body: Readable,
      options: { maxBytes: number; byteSize?: number; signal?: AbortSignal },
    ): Promise<StoredObject & { key: string }> {
      return written(ownerId, kind, (key) => storage.put(key, body, options));
    },
    /** Moves a local file into the store. */
    putFile(ownerId: string, kind: ObjectKind, path: string): Promise<StoredObject & { key: string }> {
      return written(ownerId, kind, (key) => storage.putFile(key, path));
    },
    async rows(keys: readonly string[]): Promise<Map<string, StoredObjectRow>> {
      const rows = await db
        .select()
        .from(storedObject)
        .where(inArray(storedObject.key, [...keys]));
      return new Map(rows.map((row) => [row.key, row]));
    },
    /** Says that an object in `WRITING` is still being written. */
    async touch(key: string): Promise<void> {
      await db.update(storedObject).set({ touchedAt: new Date() }).where(eq(storedObject.key, key));
    },
    /**
     * The key to refer to, in the transaction that does: an older object of the same owner with the same content, else
     * `key` itself. Until the transaction ends the sweep leaves it alone. A `sha256` that was computed only now is noted.
     * @throws StorageError OBJECT_NOT_FOUND when the object has been swept.
     */
    async share(tx: Tx, key: string, sha256?: string): Promise<string> {
      const touched = { touchedAt: new Date() };
      const [own] = await tx
        .update(storedObject)
        .set({ ...touched, ...(sha256 === undefined ? {} : { sha256 }) })
        .where(and(eq(storedObject.key, key), eq(storedObject.status, 'STORED')))
        .returning();
      if (!own) throw new StorageError('OBJECT_NOT_FOUND', 'The file is not in the store any more.');
      if (own.sha256 === null || own.byteSize === null) return key;
      // only older ones are locked, so that two who share cannot wait for each other
      const [oldest] = await tx
        .select({ key: storedObject.key })
        .from(storedObject)
        .where(
          and(
            eq(storedObject.ownerId, own.ownerId),
            eq(storedObject.sha256, own.sha256),
            eq(storedObject.byteSize, own.byteSize),
            eq(storedObject.encryption, own.encryption),
            eq(storedObject.status, 'STORED'),
            or(
              lt(storedObject.createdAt, own.createdAt),
              and(eq(storedObject.createdAt, own.createdAt), lte(storedObject.key, key)),
            ),
          ),
        )
        .orderBy(asc(storedObject.createdAt), asc(storedObject.key))
        .limit(1)
        .for('no key update');
      if (!oldest || oldest.key === key) return key;
      await tx.update(storedObject).set(touched).where(eq(storedObject.key, oldest.key));
      return oldest.key;
    },
    /** Removes an object at once that turned out to be of no use, unless somebody refers to it. */
    async discard(key: string): Promise<void> {
      if ((await retire(eq(storedObject.key, key))) > 0) await erase(key);
    },
    /**
     * Removes what was never finished and what nobody refers to any more, and ends what an earlier sweep began. Returns
     * how many objects are gone.
     */
    async sweep(now: Date): Promise<number> {
      const before = (milliseconds: number) =>
        lt(storedObject.touchedAt, new Date(now.getTime() - milliseconds));
      const candidates = or(
        and(eq(storedObject.status, 'WRITING'), before(ABANDONED_MILLISECONDS)),
        and(eq(storedObject.status, 'STORED'), before(UNUSED_MILLISECONDS)),
      );
      while ((await retire(candidates)) > 0);
      let removed = 0;
      for (let after = ''; ; ) {
        const page = await db
          .select({ key: storedObject.key })
          .from(storedObject)
          .where(and(eq(storedObject.status, 'REMOVING'), gt(storedObject.key, after)))
          .orderBy(asc(storedObject.key))
          .limit(BATCH);
        for (const { key } of page) {
          try {
            if (await erase(key)) removed += 1;
          } catch (error) {
            ports.log.warn({ err: error, key }, 'an object could not be removed; the next sweep tries again');
          }
        }
        const last = page.at(-1);
        if (!last) return removed;
        after = last.key;
      }
    },
  };
}
