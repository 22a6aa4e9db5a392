import { and, asc, eq, gt, lte } from 'drizzle-orm';
import type { Db, Tx } from '#db.ts';
import { type Connection, signedIn, type Viewer } from '#domains/account/authorise.ts';
import { account } from '#domains/account/table.ts';
import type { StoredObjects } from '#domains/stored-object/service.ts';
import { ConflictError } from '#errors.ts';
import { decodeId, NIL_ID, notFound } from '#ids.ts';
import type { Log } from '#log.ts';
import type { Events } from '#ports/events.ts';
import type { Storage } from '#ports/storage.ts';
import { freeUpload } from './expiry.ts';
import { type DatasetRow, dataset, type UploadRow, upload } from './table.ts';

const BATCH = 100;

/** What the later domains keep for a dataset; filled in by the composition root. */
export type Dependents = {
  /** Whether work on it is under way that must be stopped first. */
  inUse(connection: Connection, datasetId: string): Promise<boolean>;
  /** Marks everything that was made from it as deleted, or, by null, as there again. */
  mark(tx: Tx, datasetId: string, deletedAt: Date | null): Promise<void>;
  streamsOf(connection: Connection, datasetId: string): Promise<string[]>;
};

export type DeletionPorts = {
  db: Db;
  events: Events;
  storage: Storage;
  objects: StoredObjects;
  log: Log;
  dependents: Dependents;
  graceMilliseconds: number;
};
export type DeletionService = ReturnType<typeof deletionService>;

/** Deletion in two steps: marked, a dataset is as good as gone but can be had back; after the grace its rows go. */
export function deletionService(ports: DeletionPorts) {
  const { db, events, log, dependents, graceMilliseconds } = ports;
  const restorableUntil = (deletedAt: Date) => new Date(deletedAt.getTime() + graceMilliseconds);

  /** An owner's dataset, locked, whether deleted or not; deletions and restorations of an owner take turns. */
  async function lock(tx: Tx, viewer: Viewer, globalId: string): Promise<DatasetRow> {
    const path = ['input', 'datasetId'];
    const id = decodeId('Dataset', globalId, path);
    const { accountId } = viewer;
    await tx.select({ id: account.id }).from(account).where(eq(account.id, accountId)).for('no key update');
    const [row] = await tx
      .select()
      .from(dataset)
      .where(and(eq(dataset.id, id), eq(dataset.ownerId, accountId)))
      .for('update');
    const isGone = row?.deletedAt && restorableUntil(row.deletedAt) <= new Date();
    if (!row || isGone) throw notFound('Dataset', path);
    return row;
  }

  async function mark(tx: Tx, id: string, deletedAt: Date | null): Promise<void> {
    await tx.update(dataset).set({ deletedAt }).where(eq(dataset.id, id));
    await dependents.mark(tx, id, deletedAt);
  }

  /** False when it has been restored or purged meanwhile. */
  async function purgeOne(id: string, before: Date): Promise<boolean> {
    const purged = await db.transaction(async (tx): Promise<{ begun: UploadRow | undefined } | null> => {
      const [row] = await tx
        .select({ id: dataset.id })
        .from(dataset)
        .where(and(eq(dataset.id, id), lte(dataset.deletedAt, before)))
        .for('update');
      if (!row) return null;
      const streamIds = await dependents.streamsOf(tx, id);
      const [begun] = await tx.delete(upload).where(eq(upload.datasetId, id)).returning();
      await tx.delete(dataset).where(eq(dataset.id, id));
      await events.forget(tx, [id, ...streamIds]);
      return { begun };
    });
    if (purged?.begun) await freeUpload(ports, purged.begun);
    return purged !== null;
  }

  return {
    /** Repeats within the grace change nothing. @throws ConflictError DATASET_IN_USE. */
    async remove(viewer: Viewer | null, input: { datasetId: string }): Promise<{ restorableUntil: Date }> {
      const owner = signedIn(viewer);
      return db.transaction(async (tx) => {
        const row = await lock(tx, owner, input.datasetId);
        if (row.deletedAt) return { restorableUntil: restorableUntil(row.deletedAt) };
        if (await dependents.inUse(tx, row.id)) throw datasetInUse();
        const deletedAt = new Date();
        await mark(tx, row.id, deletedAt);
        return { restorableUntil: restorableUntil(deletedAt) };
      });
    },

    /** Brings back a dataset, with everything that was made from it, until its grace is over. */
    async restore(viewer: Viewer | null, input: { datasetId: string }): Promise<string> {
      const owner = signedIn(viewer);
      return db.transaction(async (tx) => {
        const row = await lock(tx, owner, input.datasetId);
        if (row.deletedAt) await mark(tx, row.id, null);
        return row.id;
      });
    },

    /** Deletes the rows of datasets whose grace is over; their objects then have nobody who refers to them. */
    async purge(now: Date): Promise<number> {
      const before = new Date(now.getTime() - graceMilliseconds);
      let purged = 0;
      for (let after = NIL_ID; ; ) {
        const page = await db
          .select({ id: dataset.id })
          .from(dataset)
          .where(and(lte(dataset.deletedAt, before), gt(dataset.id, after)))
          .orderBy(asc(dataset.id))
          .limit(BATCH);
        for (const { id } of page) {
          try {
            if (await purgeOne(id, before)) purged += 1;
          } catch (error) {
            log.error({ err: error, dataset: id }, 'a deleted dataset could not be purged');
          }
        }
        const last = page.at(-1);
        if (!last) return purged;
        after = last.id;
      }
    },
  };
}

export const datasetInUse = () =>
  new ConflictError(
    'DATASET_IN_USE',
    'An experiment is working on this dataset. Cancel it or wait for its end.',
    {
      path: ['input', 'datasetId'],
      retryable: true,
    },
  );
