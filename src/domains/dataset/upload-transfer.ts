import type { Readable } from 'node:stream';
import { and, eq, isNull } from 'drizzle-orm';
import { ConflictError, NotFoundError, ValidationError } from '#errors.ts';
import { decodeId } from '#ids.ts';
import type { DatasetPorts } from './service.ts';
import { type DatasetRow, dataset, type UploadRow } from './table.ts';
import { uploadProgress } from './upload-progress.ts';
import { awaiting, type UploadRows } from './upload-rows.ts';

/** What a signed tus link is about. `expiresAt`: the link, not the upload. */
export type OpenUpload = { dataset: DatasetRow; upload: UploadRow; expiresAt: Date };

/** Takes bytes from those who hold a signed link: the permission is in the link, not in a session. */
export function uploadTransfers(ports: DatasetPorts, uploads: UploadRows) {
  const { db, storage, objects, links } = ports;
  const counted = uploadProgress(ports);

  async function rowOf(globalId: string): Promise<DatasetRow | undefined> {
    const id = decodeId('Dataset', globalId);
    const [row] = await db
      .select()
      .from(dataset)
      .where(and(eq(dataset.id, id), isNull(dataset.deletedAt)));
    return row;
  }

  /**
   * Stores the bytes beside those of an earlier or simultaneous attempt, then makes them the dataset's; false when the
   * upload has been completed or deleted meanwhile.
   */
  async function store(row: DatasetRow, body: Readable, signal?: AbortSignal): Promise<boolean> {
    const stored = await objects.put(row.ownerId, 'source', counted(row, body), {
      maxBytes: row.byteSize,
      byteSize: row.byteSize,
      ...(signal ? { signal } : {}),
    });
    if (stored.byteSize !== row.byteSize) {
      await objects.discard(stored.key);
      throw new ValidationError(
        'UPLOAD_SIZE_MISMATCH',
        `${row.byteSize} bytes were announced, ${stored.byteSize} arrived. Send the whole file again.`,
        { retryable: true },
      );
    }
    const kept = await db.transaction(async (tx) => {
      const [awaited] = await tx.select().from(dataset).where(awaiting(row.id)).for('update');
      if (!awaited) return false;
      const storageKey = await objects.share(tx, stored.key);
      const { byteSize: receivedBytes, sha256 } = stored;
      await tx.update(dataset).set({ storageKey, receivedBytes, sha256 }).where(eq(dataset.id, row.id));
      return true;
    });
    if (!kept) await objects.discard(stored.key);
    return kept;
  }

  return {
    store,

    /** The dataset behind a link for a PUT. */
    async uploading(globalId: string, parameters: URLSearchParams): Promise<DatasetRow> {
      const row = await rowOf(globalId);
      const permitted = row ? links.permits(parameters, 'PUT', row.id) : 'NO';
      if (!row || permitted === 'NO') throw linkInvalid();
      if (permitted === 'EXPIRED') throw linkExpired();
      if (row.status !== 'UPLOADING') throw uploadCompleted();
      return row;
    },
    async receive(row: DatasetRow, body: Readable, signal?: AbortSignal): Promise<void> {
      if (!(await store(row, body, signal))) throw uploadCompleted();
    },

    /** The upload behind a link for tus. */
    async resumable(globalId: string, parameters: URLSearchParams): Promise<OpenUpload> {
      const row = await rowOf(globalId);
      const upload = row ? await uploads.of(row.id) : null;
      const key = upload?.storageKey ?? row?.storageKey;
      const permitted = key ? links.permits(parameters, 'TUS', key) : 'NO';
      if (!row || permitted === 'NO') throw linkInvalid();
      if (permitted === 'EXPIRED') throw linkExpired();
      if (row.status !== 'UPLOADING' || !upload) throw uploadCompleted();
      return { dataset: row, upload, expiresAt: links.expiryOf(parameters) };
    },
    offset: ({ dataset, upload }: OpenUpload): Promise<number> => uploads.offset(upload, dataset.byteSize),
    /** Adds bytes; what arrives before a cut is kept. Returns how many there are then. */
    async append({ dataset, upload }: OpenUpload, offset: number, body: Readable): Promise<number> {
      const { storageKey, uploadId } = upload;
      try {
        return await storage.resumable.append(storageKey, uploadId, offset, counted(dataset, body, offset));
      } finally {
        await objects.touch(storageKey);
      }
    },
    /** Drops what has arrived. The dataset still waits for its bytes: the next ticket begins from the first one. */
    terminate: ({ upload }: OpenUpload): Promise<void> => uploads.drop(upload),
  };
}

export const uploadCompleted = (path?: string[]) =>
  new ConflictError('UPLOAD_COMPLETED', 'This upload has been completed already.', path ? { path } : {});

const linkInvalid = () => new NotFoundError('DATASET_NOT_FOUND', 'This upload link is not valid.');

const linkExpired = () =>
  new ConflictError('LINK_EXPIRED', 'This link has expired. `resumeUpload` gives a fresh one.');
