import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { and, eq, inArray } from 'drizzle-orm';
import type { AnalysisReport } from '#contract/report.ts';
import type { Db } from '#db.ts';
import { endsIngestion } from '#domains/dataset/events.ts';
import { type DatasetRow, dataset } from '#domains/dataset/table.ts';
import { failureOf, JobError } from '#errors.ts';
import { batched, cancellable, coalesced, type JobSignals, settleJob } from '#jobs.ts';
import type { Log } from '#log.ts';
import type { Events } from '#ports/events.ts';
import { type Storage, StorageError } from '#ports/storage.ts';
import { TableError } from '#tables/errors.ts';
import { runTableTask } from '#tables/run.ts';
import type { TableProgress } from '#tables/tasks.ts';
import { type AnalysisRow, analysis } from './table.ts';

const PROGRESS_MILLISECONDS = 250;
/** What is told before the end; all columns of a wide table would be more than anybody looks at meanwhile. */
const EARLY_COLUMNS = 100;

export type AnalysisJobPorts = {
  db: Db;
  events: Events;
  storage: Storage;
  log: Log;
  workDirectory: string;
  memoryBytes: number;
};

export type AnalysisJobs = ReturnType<typeof analysisJobs>;

export function analysisJobs(ports: AnalysisJobPorts) {
  const { db, events, storage } = ports;

  /** Ends the row once, whatever happened before. */
  async function settle(id: string, change: Partial<AnalysisRow>): Promise<void> {
    await settleJob(ports, analysis, id, change, { type: 'AnalysisFinished', payload: {} });
  }

  async function profile(
    row: AnalysisRow,
    table: DatasetRow,
    signal: AbortSignal,
    onProgress: (progress: TableProgress) => void,
  ): Promise<AnalysisReport> {
    const { columns, parquetKey, sha256 } = table;
    if (!columns || !parquetKey || !sha256)
      throw new JobError('DATASET_NOT_READY', 'The dataset has no table.');
    const target = columns.find((column) => column.name === row.target);
    if (row.target !== null && !target) {
      throw new JobError('TARGET_NOT_FOUND', `There is no column “${row.target}”.`);
    }
    const directory = await mkdtemp(join(ports.workDirectory, 'analysis-'));
    const progress = coalesced<TableProgress>(PROGRESS_MILLISECONDS, async (value) => {
      onProgress(value);
      const { fraction, message } = value;
      const entry = { type: 'AnalysisProgressed', payload: { fraction, message } };
      await db.transaction((tx) => events.append(tx, row.id, [entry]));
    });
    const early = batched<AnalysisReport['columns'][number]>(async (measured) => {
      const entry = { type: 'AnalysisColumnsMeasured', payload: { columns: measured } };
      // like progress, not worth the job: the report will hold them
      await db.transaction((tx) => events.append(tx, row.id, [entry])).catch(() => {});
    });
    let told = 0;
    const onColumns = (measured: AnalysisReport['columns']) => {
      for (const column of measured.slice(0, EARLY_COLUMNS - told)) early.push(column);
      told = Math.min(EARLY_COLUMNS, told + measured.length);
    };
    const file = await storage.open(parquetKey);
    try {
      return await runTableTask(
        'profile',
        {
          parquet: file.path,
          datasetSha256: sha256,
          columns,
          target: target?.physicalName ?? null,
          ...(row.requestedTaskType ? { taskType: row.requestedTaskType } : {}),
        },
        {
          ...{ temporaryDirectory: directory, memoryBytes: ports.memoryBytes, signal },
          ...{ onProgress: progress.push, onColumns },
        },
      );
    } finally {
      await progress.settle();
      await early.settle();
      await file.release();
      await rm(directory, { recursive: true, force: true });
    }
  }

  return {
    settle,
    /** Measures a dataset for a target; waits for one that is still being read. Ends the row in every case. */
    async perform(
      id: string,
      signals: JobSignals,
      onProgress: (progress: TableProgress) => void = () => {},
    ): Promise<AnalysisRow> {
      const started = await db
        .update(analysis)
        .set({ status: 'RUNNING', startedAt: new Date() })
        .where(and(eq(analysis.id, id), inArray(analysis.status, ['QUEUED', 'RUNNING'])))
        .returning();
      const [row] = started;
      if (row) {
        await db.transaction((tx) => events.append(tx, id, [{ type: 'AnalysisStarted', payload: {} }]));
        await cancellable(ports, analysis, id, signals, async (signal) => {
          try {
            const table = await readDataset(ports, row.datasetId, signal);
            const report = await profile(row, table, signal, onProgress);
            const { taskType = null, taskTypeReason = null } = report.target ?? {};
            await settle(id, { status: 'SUCCEEDED', report, taskType, taskTypeReason });
          } catch (error) {
            if (signals.claim.aborted) throw error;
            if (signal.aborted) return settle(id, { status: 'CANCELED' });
            const failure = failureOf(error, [TableError, StorageError]);
            if (failure.code === 'INTERNAL') ports.log.error({ err: error, analysis: id }, 'analysis failed');
            await settle(id, { status: 'FAILED', failure });
          }
        });
      }
      const [ended] = await db.select().from(analysis).where(eq(analysis.id, id));
      if (!ended) throw new JobError('ANALYSIS_NOT_FOUND', 'The analysis was deleted meanwhile.');
      return ended;
    },
  };
}

/** The dataset once it is READY. @throws JobError DATASET_REJECTED, DATASET_NOT_FOUND. */
export async function readDataset(
  { db, events }: { db: Db; events: Events },
  datasetId: string,
  signal: AbortSignal,
): Promise<DatasetRow> {
  const read = async () => (await db.select().from(dataset).where(eq(dataset.id, datasetId)))[0];
  let row = await read();
  if (row?.status === 'INGESTING') {
    const isGone = async () => (await read()) === undefined;
    for await (const _ of events.follow(datasetId, { after: 0, isEnd: endsIngestion, isGone, signal })) {
      // only the end matters
    }
    signal.throwIfAborted();
    row = await read();
  }
  if (!row) throw new JobError('DATASET_NOT_FOUND', 'The dataset was deleted meanwhile.');
  if (row.status !== 'READY') {
    throw new JobError(
      'DATASET_REJECTED',
      `The file could not be read: ${row.rejection?.message ?? row.status}`,
    );
  }
  return row;
}
