import { and, asc, eq, gt, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '#db.ts';
import type { StoredObjects } from '#domains/stored-object/service.ts';
import { storedObject } from '#domains/stored-object/table.ts';
import { NIL_ID } from '#ids.ts';
import type { Log } from '#log.ts';
import type { Events } from '#ports/events.ts';
import type { Storage } from '#ports/storage.ts';
import { dataset, type UploadRow, upload } from './table.ts';

const BATCH = 100;
const expired = {
  code: 'UPLOAD_EXPIRED',
  message: 'The upload never ended, and nothing has come for a long time. Upload the file again.',
};

export type ExpiryPorts = {
  db: Db;
  events: Events;
  storage: Storage;
  objects: StoredObjects;
  log: Log;
  expiryMilliseconds: number;
};

/** Gives back what the store holds of an upload whose row is gone; what a crash leaves, the sweeps find. */
export async function freeUpload(
  { storage, objects }: Pick<ExpiryPorts, 'storage' | 'objects'>,
  { storageKey, uploadId }: UploadRow,
): Promise<void> {
  await storage.resumable.abort(storageKey, uploadId);
  await objects.discard(storageKey);
}

/** Gives up uploads that have been silent for too long: their datasets end as REJECTED, their bytes go. */
export function uploadExpiry(ports: ExpiryPorts) {
  const { db, events, log, expiryMilliseconds } = ports;

  /** Datasets, from `after` on, for which neither a ticket was made nor a byte has come since `before`. */
  const silent = (connection: Db | Tx, before: Date, place: ReturnType<typeof and>) =>
    connection
      .select({ id: dataset.id })
      .from(dataset)
      .leftJoin(upload, eq(upload.datasetId, dataset.id))
      .leftJoin(
        storedObject,
        eq(storedObject.key, sql`coalesce(${upload.storageKey}, ${dataset.storageKey})`),
      )
      .where(
        and(
          eq(dataset.status, 'UPLOADING'),
          lt(dataset.createdAt, before),
          or(isNull(storedObject.touchedAt), lt(storedObject.touchedAt, before)),
          place,
        ),
      );

  async function expire(id: string, before: Date): Promise<boolean> {
    const ended = await db.transaction(async (tx): Promise<{ begun: UploadRow | undefined } | null> => {
      const [held] = await silent(tx, before, eq(dataset.id, id)).for('update', { of: dataset });
      if (!held) return null;
      const [begun] = await tx.delete(upload).where(eq(upload.datasetId, id)).returning();
      const none = { storageKey: null, receivedBytes: null, sha256: null };
      await tx
        .update(dataset)
        .set({ status: 'REJECTED', rejection: expired, ...none })
        .where(eq(dataset.id, id));
      await events.append(tx, id, [{ type: 'DatasetRejected', payload: expired }]);
      return { begun };
    });
    if (ended?.begun) await freeUpload(ports, ended.begun);
    return ended !== null;
  }

  /** Returns how many were given up. */
  return async function expireUploads(now: Date): Promise<number> {
    const before = new Date(now.getTime() - expiryMilliseconds);
    let count = 0;
    for (let after = NIL_ID; ; ) {
      const page = await silent(db, before, gt(dataset.id, after)).orderBy(asc(dataset.id)).limit(BATCH);
      for (const { id } of page) {
        try {
          if (await expire(id, before)) count += 1;
        } catch (error) {
          log.error({ err: error, dataset: id }, 'an upload that never ended could not be given up');
        }
      }
      const last = page.at(-1);
      if (!last) return count;
      after = last.id;
    }
  };
}
