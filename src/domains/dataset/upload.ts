import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { and, eq } from 'drizzle-orm';
import type { Tx } from '#db.ts';
import { signedIn, type Viewer } from '#domains/account/authorise.ts';
import { once } from '#domains/account/idempotency.ts';
import { ConflictError, NotFoundError, QuotaError, ValidationError } from '#errors.ts';
import { decodeId, encodeId, newId } from '#ids.ts';
import { ingestion } from './ingestion.ts';
import { openSample } from './samples.ts';
import type { DatasetPorts, DatasetService } from './service.ts';
import { type DatasetRow, dataset } from './table.ts';

const LINK_LIFETIME_SECONDS = 900;
const MAX_NAME_LENGTH = 255;
/** Multipart bodies are held in memory; anything larger goes through `requestUpload`. */
const MAX_SMALL_FILE_BYTES = 20 * 1024 ** 2;
const KNOWN_ENDING = /\.(csv|tsv|txt|jsonl|ndjson|json|parquet)?(\.gz|\.zip)?$/i;

export type UploadService = ReturnType<typeof uploadService>;

/** The ways by which bytes become a dataset. */
export function uploadService(ports: DatasetPorts, datasets: Pick<DatasetService, 'find'>) {
  const { db, objects, links } = ports;
  const startIngestion = ingestion(ports);

  async function insert(
    tx: Tx,
    viewer: Viewer,
    file: { fileName: string; byteSize: number; name?: string | null | undefined },
  ): Promise<string> {
    const id = newId();
    await tx.insert(dataset).values({
      id,
      ownerId: viewer.accountId,
      name: file.name?.trim() || file.fileName.replace(KNOWN_ENDING, '') || file.fileName,
      fileName: file.fileName,
      status: 'UPLOADING',
      byteSize: file.byteSize,
    });
    return id;
  }

  /**
   * Stores the bytes beside those of an earlier or simultaneous attempt, then makes them the dataset's; false when the
   * upload has been completed or deleted meanwhile.
   */
  async function store(row: DatasetRow, body: Readable, signal?: AbortSignal): Promise<boolean> {
    const stored = await objects.put(row.ownerId, 'source', body, {
      maxBytes: row.byteSize,
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
      const uploading = and(eq(dataset.id, row.id), eq(dataset.status, 'UPLOADING'));
      const [present] = await tx.select().from(dataset).where(uploading).for('update');
      if (!present) return false;
      const storageKey = await objects.share(tx, stored.key);
      const { byteSize: receivedBytes, sha256 } = stored;
      await tx.update(dataset).set({ storageKey, receivedBytes, sha256 }).where(uploading);
      return true;
    });
    if (!kept) await objects.discard(stored.key);
    return kept;
  }

  async function receive(row: DatasetRow, body: Readable, signal?: AbortSignal): Promise<void> {
    if (!(await store(row, body, signal))) throw uploadCompleted();
  }

  /** Stores bytes that are here already and starts the ingestion; a replay finds nothing left to do. */
  async function deliver(id: string, bytes: Buffer): Promise<void> {
    const [row] = await db.select().from(dataset).where(eq(dataset.id, id));
    if (row?.status !== 'UPLOADING') return;
    if (await store(row, Readable.from([bytes])))
      await db.transaction((tx) => startIngestion(tx, id, ['UPLOADING']));
  }

  return {
    async requestUpload(
      viewer: Viewer | null,
      input: {
        fileName: string;
        byteSize: number;
        name?: string | null | undefined;
        protocols?: readonly string[] | null | undefined;
        idempotencyKey?: string | null | undefined;
      },
    ): Promise<string> {
      const owner = signedIn(viewer);
      checkFile(input, ports.maxUploadBytes);
      if (input.protocols && !input.protocols.includes('PUT')) {
        throw new ValidationError('UPLOAD_PROTOCOL_NOT_SUPPORTED', 'This server offers PUT.', {
          path: ['input', 'protocols'],
        });
      }
      return once(db, owner, 'requestUpload', input, (tx) => insert(tx, owner, input));
    },

    /** A ticket for the bytes of a dataset in UPLOADING: a PUT of the whole file to a signed address. */
    uploadTicket(row: DatasetRow) {
      const expiresAt = new Date(Date.now() + LINK_LIFETIME_SECONDS * 1_000);
      const link = links.sign(`/uploads/${encodeId('Dataset', row.id)}`, {
        method: 'PUT',
        key: row.id,
        expiresAt,
      });
      return {
        protocol: 'PUT' as const,
        method: 'PUT',
        url: link.url,
        headers: [{ name: 'content-type', value: 'application/octet-stream' }],
        parts: null,
        expiresAt: link.expiresAt,
      };
    },

    /** The dataset that a signed upload link is about; its permission is in the link, not in a session. */
    async uploading(globalId: string, parameters: URLSearchParams): Promise<DatasetRow> {
      const id = decodeId('Dataset', globalId);
      const [row] = await db.select().from(dataset).where(eq(dataset.id, id));
      const permitted = row ? links.permits(parameters, 'PUT', row.id) : 'NO';
      if (!row || permitted === 'NO')
        throw new NotFoundError('DATASET_NOT_FOUND', 'This upload link is not valid.');
      if (permitted === 'EXPIRED')
        throw new ConflictError('LINK_EXPIRED', 'This link has expired. Request a new upload.');
      if (row.status !== 'UPLOADING') throw uploadCompleted();
      return row;
    },
    receive,

    async completeUpload(viewer: Viewer | null, input: { datasetId: string }): Promise<string> {
      const row = await datasets.find(viewer, input.datasetId, ['input', 'datasetId']);
      if (row.status !== 'UPLOADING') return row.id;
      if (row.receivedBytes === null) {
        throw new ConflictError(
          'UPLOAD_INCOMPLETE',
          'The file has not arrived yet. PUT it to the upload address first.',
          {
            path: ['input', 'datasetId'],
            retryable: true,
          },
        );
      }
      await db.transaction((tx) => startIngestion(tx, row.id, ['UPLOADING']));
      return row.id;
    },

    async uploadFile(
      viewer: Viewer | null,
      input: { file: File; name?: string | null | undefined; idempotencyKey?: string | null | undefined },
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
          {
            path: ['input', 'key'],
          },
        );
      }
      const file = { fileName: sample.fileName, name: sample.name, byteSize: sample.bytes.length };
      const id = await db.transaction((tx) => insert(tx, owner, file));
      await deliver(id, sample.bytes);
      return id;
    },
  };
}

const uploadCompleted = () =>
  new ConflictError('UPLOAD_COMPLETED', 'This upload has been completed already.');

function checkFile(
  file: { fileName: string; byteSize: number; name?: string | null | undefined },
  maxBytes: number,
): void {
  if ((file.name?.length ?? 0) > MAX_NAME_LENGTH) {
    throw new ValidationError('NAME_INVALID', `Use 1 to ${MAX_NAME_LENGTH} characters.`, {
      path: ['input', 'name'],
    });
  }
  if (file.fileName.trim().length === 0 || file.fileName.length > MAX_NAME_LENGTH) {
    throw new ValidationError('FILE_NAME_INVALID', `Use 1 to ${MAX_NAME_LENGTH} characters.`, {
      path: ['input', 'fileName'],
    });
  }
  if (!Number.isSafeInteger(file.byteSize) || file.byteSize < 0) {
    throw new ValidationError('BYTE_SIZE_INVALID', 'The size is a number of bytes.', {
      path: ['input', 'byteSize'],
    });
  }
  if (file.byteSize > maxBytes) {
    throw new QuotaError(
      'UPLOAD_TOO_LARGE',
      `At most ${maxBytes} bytes are taken here; the file has ${file.byteSize}.`,
      {
        path: ['input', 'byteSize'],
      },
    );
  }
}
