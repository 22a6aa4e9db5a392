import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { eq } from 'drizzle-orm';
import type { Tx } from '#db.ts';
import { signedIn, type Viewer } from '#domains/account/authorise.ts';
import { once } from '#domains/account/idempotency.ts';
import { NotFoundError } from '#errors.ts';
import { newId } from '#ids.ts';
import { openSample } from './samples.ts';
import type { DatasetPorts, DatasetService } from './service.ts';
import { dataset } from './table.ts';
import { uploadCompletion } from './upload-completion.ts';
import { type AnnouncedFile, checkedSha256, checkFile, nameOf } from './upload-file.ts';
import { uploadRows } from './upload-rows.ts';
import { type UploadProtocol, uploadTickets } from './upload-ticket.ts';
import { uploadCompleted, uploadTransfers } from './upload-transfer.ts';

/** Multipart bodies are held in memory; anything larger goes through `requestUpload`. */
const MAX_SMALL_FILE_BYTES = 20 * 1024 ** 2;

type Wished = { protocols?: readonly UploadProtocol[] | null | undefined };
type Idempotent = { idempotencyKey?: string | null | undefined };

export type UploadService = ReturnType<typeof uploadService>;

/** The ways by which bytes become a dataset. */
export function uploadService(ports: DatasetPorts, datasets: Pick<DatasetService, 'find'>) {
  const { db } = ports;
  const rows = uploadRows(ports);
  const { ticket, common, offered } = uploadTickets(ports, rows);
  const { store, ...transfers } = uploadTransfers(ports, rows);
  const complete = uploadCompletion(ports, rows);

  async function insert(tx: Tx, viewer: Viewer, file: AnnouncedFile): Promise<string> {
    const id = newId();
    const { fileName, byteSize } = file;
    const name = nameOf(file);
    await tx
      .insert(dataset)
      .values({ id, ownerId: viewer.accountId, name, fileName, status: 'UPLOADING', byteSize });
    return id;
  }

  /** Stores bytes that are here already and starts the ingestion; a replay finds nothing left to do. */
  async function deliver(id: string, bytes: Buffer): Promise<void> {
    const [row] = await db.select().from(dataset).where(eq(dataset.id, id));
    if (row?.status === 'UPLOADING' && (await store(row, Readable.from([bytes])))) await complete(id, null);
  }

  return {
    ...transfers,
    ticket,
    /** What this server offers, best first. */
    protocols: offered,

    async requestUpload(viewer: Viewer | null, input: AnnouncedFile & Wished & Idempotent): Promise<string> {
      const owner = signedIn(viewer);
      checkFile(input, ports.maxUploadBytes);
      common(input.protocols);
      return once(db, owner, 'requestUpload', input, (tx) => insert(tx, owner, input));
    },

    /** From another tab, another device or after the links have expired: what has arrived stays. */
    async resumeUpload(viewer: Viewer | null, input: { datasetId: string } & Wished): Promise<string> {
      const row = await datasets.find(viewer, input.datasetId, ['input', 'datasetId']);
      common(input.protocols);
      if (row.status !== 'UPLOADING') throw uploadCompleted(['input', 'datasetId']);
      return row.id;
    },

    async completeUpload(
      viewer: Viewer | null,
      input: { datasetId: string; sha256?: string | null | undefined },
    ): Promise<string> {
      const row = await datasets.find(viewer, input.datasetId, ['input', 'datasetId']);
      await complete(row.id, checkedSha256(input.sha256));
      return row.id;
    },

    async uploadFile(
      viewer: Viewer | null,
      input: { file: File; name?: string | null | undefined } & Idempotent,
    ): Promise<string> {
      const owner = signedIn(viewer);
      const file = { fileName: input.file.name || 'upload.csv', name: input.name, byteSize: input.file.size };
      checkFile(file, Math.min(MAX_SMALL_FILE_BYTES, ports.maxUploadBytes));
      const bytes = Buffer.from(await input.file.arrayBuffer());
      const key = {
        ...file,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        idempotencyKey: input.idempotencyKey,
      };
      const id = await once(db, owner, 'uploadDataset', key, (tx) => insert(tx, owner, file));
      await deliver(id, bytes);
      return id;
    },

    async createSample(viewer: Viewer | null, input: { key: string }): Promise<string> {
      const owner = signedIn(viewer);
      const sample = await openSample(input.key);
      if (!sample) {
        throw new NotFoundError(
          'SAMPLE_NOT_FOUND',
          'There is no sample with this key; `sampleDatasets` lists them.',
          { path: ['input', 'key'] },
        );
      }
      const file = { fileName: sample.fileName, name: sample.name, byteSize: sample.bytes.length };
      const id = await db.transaction((tx) => insert(tx, owner, file));
      await deliver(id, sample.bytes);
      return id;
    },
  };
}
