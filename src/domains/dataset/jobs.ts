import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { and, eq } from 'drizzle-orm';
import { type Failure, failureOf, JobError } from '#errors.ts';
import { coalesced } from '#jobs.ts';
import type { Log } from '#log.ts';
import type { JobContext } from '#ports/queue.ts';
import { StorageError } from '#ports/storage.ts';
import { TableError } from '#tables/errors.ts';
import { runTableTask } from '#tables/run.ts';
import type { IngestResult, TableProgress } from '#tables/tasks.ts';
import type { DatasetPorts } from './service.ts';
import { type DatasetRow, dataset } from './table.ts';

const PROGRESS_MILLISECONDS = 250;

export type DatasetJobPorts = Pick<DatasetPorts, 'db' | 'events' | 'storage' | 'objects'> & {
  log: Log;
  workDirectory: string;
  memoryBytes: number;
  maximumColumns: number;
};

export function datasetJobs(ports: DatasetJobPorts) {
  const { db, events, storage, objects } = ports;

  /** Ends the ingestion in one transaction, unless it has ended already or the dataset is gone. */
  async function settle(
    id: string,
    change: Partial<DatasetRow>,
    event: { type: string; payload: object },
  ): Promise<void> {
    await db.transaction(async (tx) => {
      const settled = await tx
        .update(dataset)
        .set(change)
        .where(and(eq(dataset.id, id), eq(dataset.status, 'INGESTING')))
        .returning({ id: dataset.id });
      if (settled.length > 0)
        await events.append(tx, id, [{ type: event.type, payload: { ...event.payload } }]);
    });
  }

  /** Computes what is not known of bytes that came past this server or in pieces, and shares what is there already. */
  async function identify(
    row: DatasetRow,
    storageKey: string,
    path: string,
    signal: AbortSignal,
  ): Promise<void> {
    const sha256 = row.sha256 ?? (await sha256Of(path, signal));
    if (row.announcedSha256 !== null && row.announcedSha256 !== sha256) {
      throw new JobError(
        'UPLOAD_CORRUPTED',
        'What arrived is not what was sent: its SHA-256 is not the announced one. Send the file again.',
      );
    }
    if (row.sha256 !== null) return;
    await db.transaction(async (tx) => {
      const shared = await objects.share(tx, storageKey, sha256);
      await tx.update(dataset).set({ sha256, storageKey: shared }).where(eq(dataset.id, row.id));
    });
  }

  async function read(
    row: DatasetRow,
    directory: string,
    signal: AbortSignal,
  ): Promise<{ parquet: string; result: IngestResult }> {
    const progress = coalesced<TableProgress>(PROGRESS_MILLISECONDS, ({ fraction, message }) =>
      db.transaction((tx) =>
        events.append(tx, row.id, [{ type: 'IngestionProgressed', payload: { fraction, message } }]),
      ),
    );
    if (row.storageKey === null)
      throw new JobError('FILE_MISSING', 'The file never arrived. Upload it again.');
    const source = await storage.open(row.storageKey);
    const parquet = join(directory, 'table.parquet');
    try {
      await identify(row, row.storageKey, source.path, signal);
      const result = await runTableTask(
        'ingest',
        {
          ...{ source: source.path, fileName: row.fileName, parquet, overrides: row.overrides ?? {} },
          maximumColumns: ports.maximumColumns,
        },
        { temporaryDirectory: directory, memoryBytes: ports.memoryBytes, signal, onProgress: progress.push },
      );
      return { parquet, result };
    } finally {
      await progress.settle();
      await source.release();
    }
  }

  return {
    /** Ends the ingestion of a dataset that cannot be read for want of a worker. */
    async giveUp(id: string, rejection: Failure): Promise<void> {
      await settle(id, { status: 'REJECTED', rejection }, { type: 'DatasetRejected', payload: rejection });
    },
    /** Reads an uploaded file into its canonical Parquet copy; ends in READY or REJECTED. */
    async ingest(id: string, { signal: claim }: JobContext): Promise<void> {
      const [row] = await db.select().from(dataset).where(eq(dataset.id, id));
      if (row?.status !== 'INGESTING') return;
      const directory = await mkdtemp(join(ports.workDirectory, 'ingest-'));
      try {
        const { parquet, result } = await read(row, directory, claim);
        const stored = await objects.putFile(row.ownerId, 'table', parquet);
        const { rowCount, columns, dialect, warnings } = result;
        const table = { parquetKey: stored.key, rowCount, columns, dialect, warnings };
        const change = { status: 'READY' as const, rejection: null, ...table };
        await settle(id, change, { type: 'DatasetReady', payload: {} });
      } catch (error) {
        if (claim.aborted) throw error;
        const rejection = rejectionOf(error);
        if (rejection.code === 'INTERNAL') ports.log.error({ err: error, dataset: id }, 'ingestion failed');
        await settle(id, { status: 'REJECTED', rejection }, { type: 'DatasetRejected', payload: rejection });
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}

async function sha256Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest('hex');
}

function rejectionOf(error: unknown): Failure {
  const failure = failureOf(error, [TableError, StorageError]);
  if (!(error instanceof TableError) || !error.where) return failure;
  const { line, column } = error.where;
  const place = [
    line === undefined ? '' : `line ${line}`,
    column === undefined ? '' : `column “${column}”`,
  ].filter(Boolean);
  return place.length > 0 && !failure.message.includes(place[0] ?? '')
    ? { ...failure, message: `${failure.message} (${place.join(', ')})` }
    : failure;
}
