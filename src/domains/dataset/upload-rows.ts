import { and, eq, isNull } from 'drizzle-orm';
import { StorageError } from '#ports/storage.ts';
import { freeUpload } from './expiry.ts';
import type { DatasetPorts } from './service.ts';
import { type DatasetRow, dataset, type UploadRow, upload } from './table.ts';

/** A dataset whose bytes are awaited. */
export const awaiting = (id: string) =>
  and(eq(dataset.id, id), eq(dataset.status, 'UPLOADING'), isNull(dataset.deletedAt));

export type UploadRows = ReturnType<typeof uploadRows>;

/** Uploads whose bytes arrive over several requests: a row, an object that is being written and an upload of the store. */
export function uploadRows({ db, storage, objects }: Pick<DatasetPorts, 'db' | 'storage' | 'objects'>) {
  const free = (row: UploadRow) => freeUpload({ storage, objects }, row);

  async function of(datasetId: string): Promise<UploadRow | null> {
    const [row] = await db.select().from(upload).where(eq(upload.datasetId, datasetId));
    return row ?? null;
  }

  /**
   * How many bytes from the start are in the store, also when they have been put together already.
   * @throws StorageError UPLOAD_NOT_FOUND.
   */
  async function offset({ storageKey, uploadId }: UploadRow, byteSize: number): Promise<number> {
    try {
      return await storage.resumable.offset(storageKey, uploadId);
    } catch (error) {
      if (isUnknown(error) && (await storage.size(storageKey)) === byteSize) return byteSize;
      throw error;
    }
  }

  const isKnown = (row: UploadRow, byteSize: number) =>
    offset(row, byteSize).then(
      () => true,
      (error) => {
        if (isUnknown(error)) return false;
        throw error;
      },
    );

  async function create(row: DatasetRow, protocol: UploadRow['protocol']): Promise<UploadRow> {
    const storageKey = await objects.begin(db, row.ownerId, 'source');
    try {
      const uploadId = await storage.resumable.begin(storageKey, row.byteSize);
      return { datasetId: row.id, protocol, storageKey, uploadId, createdAt: new Date() };
    } catch (error) {
      await objects.discard(storageKey);
      throw error;
    }
  }

  return {
    ...{ of, offset, free },

    /**
     * The upload of a dataset: the one that was begun, whichever protocol goes on with it, else a new one; null when the
     * dataset's bytes are not awaited any more.
     */
    async open(row: DatasetRow, protocol: UploadRow['protocol']): Promise<UploadRow | null> {
      const seen = await of(row.id);
      if (seen && (await isKnown(seen, row.byteSize))) {
        await objects.touch(seen.storageKey);
        return seen;
      }
      const created = await create(row, protocol);
      const { kept, outdated } = await db.transaction(async (tx) => {
        const [awaited] = await tx.select().from(dataset).where(awaiting(row.id)).for('update');
        if (!awaited) return { kept: null, outdated: created };
        const [present] = await tx.select().from(upload).where(eq(upload.datasetId, row.id));
        if (present && present.uploadId !== seen?.uploadId) return { kept: present, outdated: created };
        await tx
          .insert(upload)
          .values(created)
          .onConflictDoUpdate({ target: upload.datasetId, set: created });
        return { kept: created, outdated: present };
      });
      if (outdated) await free(outdated);
      return kept;
    },

    /** Ends an upload; the next ticket begins from the first byte. */
    async drop(row: UploadRow): Promise<void> {
      const same = and(eq(upload.datasetId, row.datasetId), eq(upload.uploadId, row.uploadId));
      const gone = await db.delete(upload).where(same).returning();
      if (gone.length > 0) await free(row);
    },
  };
}

export const isUnknown = (error: unknown) =>
  error instanceof StorageError && error.code === 'UPLOAD_NOT_FOUND';
