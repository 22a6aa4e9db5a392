import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { and, eq } from 'drizzle-orm';
import { type Failure, failureOf } from '#errors.ts';
import { newId } from '#ids.ts';
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

export type DatasetJobPorts = Pick<DatasetPorts, 'db' | 'events' | 'storage'> & {
  log: Log;
  workDirectory: string;
  memoryBytes: number;
};

export function datasetJobs(ports: DatasetJobPorts) {
  const { db, events, storage } = ports;

  /** Ends the ingestion in one transaction; false when it has ended already or the dataset is gone. */
  async function settle(
    id: string,
    change: Partial<DatasetRow>,
    event: { type: string; payload: object },
  ): Promise<boolean> {
    return db.transaction(async (tx) => {
      const settled = await tx
        .update(dataset)
        .set(change)
        .where(and(eq(dataset.id, id), eq(dataset.status, 'INGESTING')))
        .returning({ id: dataset.id });
      if (settled.length === 0) return false;
      await events.append(tx, id, [{ type: event.type, payload: { ...event.payload } }]);
      return true;
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
    const source = await storage.open(row.storageKey);
    const parquet = join(directory, 'table.parquet');
    try {
      const result = await runTableTask(
        'ingest',
        { source: source.path, fileName: row.fileName, parquet, overrides: row.overrides ?? {} },
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
        const parquetKey = `datasets/${row.ownerId}/${id}/table-${newId()}.parquet`;
        await storage.putFile(parquetKey, parquet);
        const { rowCount, columns, dialect, warnings } = result;
        const table = { parquetKey, rowCount, columns, dialect, warnings };
        const change = { status: 'READY' as const, rejection: null, ...table };
        const kept = await settle(id, change, { type: 'DatasetReady', payload: {} });
        const outdated = kept ? row.parquetKey : parquetKey;
        if (outdated) await storage.remove(outdated);
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
