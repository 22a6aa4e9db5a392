import { buffer } from 'node:stream/consumers';
import { eq } from 'drizzle-orm';
import { ConflictError, failureOf } from '#errors.ts';
import { TableError } from '#tables/errors.ts';
import { refusalBySignature } from '#tables/ingest/signatures.ts';
import { ingestion } from './ingestion.ts';
import type { DatasetPorts } from './service.ts';
import { type DatasetRow, dataset, type UploadRow, upload } from './table.ts';
import { awaiting, isUnknown, type UploadRows } from './upload-rows.ts';

const HEAD_BYTES = 4_096;

/** Ends an upload whose bytes are all there, whichever way they came. */
export function uploadCompletion(ports: DatasetPorts, uploads: UploadRows) {
  const { db, storage, objects, events } = ports;
  const startIngestion = ingestion(ports);

  /** The key of the whole file: that of a PUT, else what came in pieces, put together. */
  async function assembled(row: DatasetRow): Promise<string> {
    if (row.storageKey !== null) return row.storageKey;
    const open = await uploads.of(row.id);
    if (!open) throw incomplete(row, 0);
    try {
      // asked first: finishing would end a request that still brings bytes
      const isWhole = (await uploads.offset(open, row.byteSize)) === row.byteSize;
      if (!isWhole) throw incomplete(row, await arrivedBytes(open, row.byteSize));
      await storage.resumable.finish(open.storageKey, open.uploadId);
    } catch (error) {
      // put together already by a call whose answer was lost, or by one at the same moment
      if (!isUnknown(error)) throw error;
      if ((await storage.size(open.storageKey)) !== row.byteSize) throw incomplete(row, 0);
    }
    return open.storageKey;
  }

  /** Parts arrive in any order; only the store knows which. */
  async function arrivedBytes(open: UploadRow, byteSize: number): Promise<number> {
    if (open.protocol === 'TUS' || !storage.direct) return uploads.offset(open, byteSize);
    const soon = new Date(Date.now() + 60_000);
    const parts = await storage.direct.parts(open.storageKey, open.uploadId, soon);
    return parts.reduce((sum, part) => sum + (part.isStored ? part.byteSize : 0), 0);
  }

  async function headOf(row: DatasetRow, key: string): Promise<Buffer> {
    if (row.byteSize === 0) return Buffer.alloc(0);
    return buffer(await storage.get(key, { start: 0, end: Math.min(HEAD_BYTES, row.byteSize) - 1 }));
  }

  /** One transaction from UPLOADING to what follows; false when a PUT has put another file in place meanwhile. */
  async function conclude(row: DatasetRow, key: string, announcedSha256: string | null): Promise<boolean> {
    const refusal = refusalBySignature(await headOf(row, key));
    const { id, byteSize } = row;
    const useless: UploadRow[] = [];
    const isConcluded = await db.transaction(async (tx) => {
      const [present] = await tx.select().from(dataset).where(awaiting(id)).for('update');
      if (present?.storageKey !== row.storageKey) return present === undefined;
      const [open] = await tx.delete(upload).where(eq(upload.datasetId, id)).returning();
      if (open && (refusal || open.storageKey !== key)) useless.push(open);
      if (refusal) {
        const rejection = failureOf(refusal, [TableError]);
        await tx.update(dataset).set({ status: 'REJECTED', rejection, storageKey: null }).where(awaiting(id));
        await events.append(tx, id, [{ type: 'DatasetRejected', payload: rejection }]);
        return true;
      }
      if (open?.storageKey === key) await objects.finished(tx, key, { byteSize, sha256: null });
      const arrived = { storageKey: key, receivedBytes: byteSize, announcedSha256 };
      await tx.update(dataset).set(arrived).where(awaiting(id));
      await startIngestion(tx, id, ['UPLOADING']);
      return true;
    });
    // what cannot be removed now is found by the sweep
    for (const open of useless) await uploads.free(open).catch(() => {});
    if (refusal) await objects.discard(key).catch(() => {});
    return isConcluded;
  }

  /**
   * Starts the ingestion, or rejects at once what is plainly no table. A dataset that is not in UPLOADING is left as it
   * is. @throws ConflictError UPLOAD_INCOMPLETE.
   */
  return async function complete(id: string, announcedSha256: string | null): Promise<void> {
    for (;;) {
      const [row] = await db.select().from(dataset).where(awaiting(id));
      if (!row || (await conclude(row, await assembled(row), announcedSha256))) return;
    }
  };
}

const incomplete = ({ byteSize }: DatasetRow, arrived: number) =>
  new ConflictError(
    'UPLOAD_INCOMPLETE',
    `${arrived} of ${byteSize} bytes have arrived. Send the rest to the upload address first; \`resumeUpload\` gives a fresh one.`,
    { path: ['input', 'datasetId'], retryable: true },
  );
