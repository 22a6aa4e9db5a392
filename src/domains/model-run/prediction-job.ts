import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { and, eq, inArray } from 'drizzle-orm';
import { RUNNER_PROTOCOL, type RunColumn } from '#contract/runner.ts';
import type { Db } from '#db.ts';
import { type DatasetRow, dataset } from '#domains/dataset/table.ts';
import { experiment } from '#domains/experiment/table.ts';
import type { StoredObjects } from '#domains/stored-object/service.ts';
import { failureOf, JobError } from '#errors.ts';
import { cancellable, settleJob } from '#jobs.ts';
import type { Log } from '#log.ts';
import type { Events } from '#ports/events.ts';
import {
  type Sandbox,
  type SandboxInput,
  type SandboxLimits,
  SandboxUnavailableError,
} from '#ports/sandbox.ts';
import { type Storage, StorageError } from '#ports/storage.ts';
import { runColumns, runRunner } from '#runner.ts';
import { TableError } from '#tables/errors.ts';
import { runTableTask } from '#tables/run.ts';
import { prepareRows } from './row-preparation.ts';
import { type ArtifactRow, artifact, modelRun, type PredictionJobRow, predictionJob } from './table.ts';

const WALL_SECONDS = 3_600;

export type PredictionJobPorts = {
  db: Db;
  events: Events;
  sandbox: Sandbox;
  storage: Storage;
  objects: StoredObjects;
  log: Log;
  workDirectory: string;
  memoryBytes: number;
  maximumColumns: number;
};

/** Predicts a file: read it by the training's schema, apply the model in the sandbox, keep predictions.csv. */
export function predictionJobs(ports: PredictionJobPorts) {
  const { db, sandbox, storage, objects } = ports;

  async function settle(id: string, change: Partial<PredictionJobRow>): Promise<void> {
    await settleJob(ports, predictionJob, id, change, null);
  }

  async function sources(row: PredictionJobRow) {
    const [run] = await db.select().from(modelRun).where(eq(modelRun.id, row.modelRunId));
    const files = await db
      .select()
      .from(artifact)
      .where(eq(artifact.modelRunId, row.modelRunId))
      .orderBy(artifact.createdAt, artifact.id);
    const [model] = files;
    const [file] = await db.select().from(dataset).where(eq(dataset.id, row.datasetId));
    const [question] = run
      ? await db.select().from(experiment).where(eq(experiment.id, run.experimentId))
      : [];
    const [training] = question
      ? await db.select().from(dataset).where(eq(dataset.id, question.datasetId))
      : [];
    if (!model || !training?.columns || !question)
      throw new JobError('MODEL_NOT_READY', 'The model has no file.');
    if (!file?.storageKey) throw new JobError('DATASET_NOT_FOUND', 'The dataset was deleted meanwhile.');
    return {
      model,
      beside: files.slice(1),
      file: { ...file, storageKey: file.storageKey },
      training: { ...training, columns: training.columns },
      target: question.target,
    };
  }

  /** The file as a table with the training's columns, by name. */
  async function read(
    file: DatasetRow & { storageKey: string },
    training: DatasetRow & { columns: NonNullable<DatasetRow['columns']> },
    target: string | null,
    directory: string,
    signal: AbortSignal,
  ) {
    const parquet = join(directory, 'rows.parquet');
    const source = await storage.open(file.storageKey);
    const targetColumn = training.columns.find((column) => column.name === target)?.physicalName;
    try {
      const { rowCount, warnings } = await runTableTask(
        'ingest',
        {
          source: source.path,
          fileName: file.fileName,
          parquet,
          maximumColumns: ports.maximumColumns,
          overrides: {
            expected: {
              columns: training.columns,
              ...(training.dialect ? { dialect: training.dialect } : {}),
              ...(targetColumn ? { target: targetColumn } : {}),
            },
          },
        },
        { temporaryDirectory: directory, memoryBytes: ports.memoryBytes, signal },
      );
      return {
        parquet,
        rowCount,
        warnings,
        features: training.columns.filter((column) => column.physicalName !== targetColumn),
      };
    } finally {
      await source.release();
    }
  }

  /** What the code that a model was trained with makes of the rows; nothing where it was trained on the columns. */
  async function throughOwnCode(
    ownerId: string,
    beside: readonly ArtifactRow[],
    open: (file: ArtifactRow) => Promise<string>,
    rows: { parquet: string; rowCount: number; columns: RunColumn[] },
    directory: string,
    signal: AbortSignal,
  ): Promise<{ prepared?: string; inputs: SandboxInput[] }> {
    const states = new Map<number, string>();
    let code: string | null = null;
    for (const file of beside) {
      const path = await open(file);
      if (file.fold === null) code = await readFile(path, 'utf8');
      else states.set(file.fold, path);
    }
    if (code === null || states.size === 0) return { inputs: [] };
    const jobs = { sandbox, owner: ownerId, limits: limits(ports.memoryBytes), directory, signal };
    return prepareRows(jobs, { ...rows, code, states });
  }

  async function predict(row: PredictionJobRow, directory: string, signal: AbortSignal): Promise<void> {
    const { model, beside, file, training, target } = await sources(row);
    const { parquet, rowCount, warnings, features } = await read(file, training, target, directory, signal);
    const collectInto = await mkdtemp(join(directory, 'out-'));
    const opened: { release(): Promise<void> }[] = [];
    const open = async ({ storageKey }: ArtifactRow) => {
      const found = await storage.open(storageKey);
      opened.push(found);
      return found.path;
    };
    const columns = runColumns(features);
    try {
      const rows = { parquet, rowCount, columns };
      const { inputs, ...made } = await throughOwnCode(row.ownerId, beside, open, rows, directory, signal);
      await runRunner(sandbox, {
        owner: row.ownerId,
        spec: {
          kind: 'predict',
          protocol: RUNNER_PROTOCOL,
          data: 'in/data.parquet',
          columns,
          model: 'in/model.zip',
          rowCount,
          ...made,
        },
        inputs: [
          { name: 'data.parquet', path: parquet },
          { name: 'model.zip', path: await open(model) },
          ...inputs,
        ],
        limits: limits(ports.memoryBytes),
        collectInto,
        signal,
      });
    } finally {
      for (const { release } of opened) await release();
    }
    const { key, ...stored } = await objects.putFile(
      row.ownerId,
      'predictions',
      join(collectInto, 'predictions.csv'),
    );
    await db.transaction(async (tx) => {
      const { ownerId, id: predictionJobId } = row;
      const ended = await tx
        .update(predictionJob)
        .set({ status: 'SUCCEEDED', finishedAt: new Date(), progress: finished(rowCount), warnings })
        .where(and(eq(predictionJob.id, row.id), eq(predictionJob.status, 'RUNNING')))
        .returning({ id: predictionJob.id });
      // another worker ended it, or it was deleted meanwhile
      if (ended.length === 0) return;
      await tx.delete(artifact).where(eq(artifact.predictionJobId, predictionJobId));
      const storageKey = await objects.share(tx, key);
      const file = { name: 'predictions.csv', mediaType: 'text/csv', ...stored, storageKey };
      await tx.insert(artifact).values({ ownerId, predictionJobId, ...file });
    });
  }

  return {
    async perform(id: string, claim: AbortSignal): Promise<void> {
      const [row] = await db
        .update(predictionJob)
        .set({ status: 'RUNNING' })
        .where(and(eq(predictionJob.id, id), inArray(predictionJob.status, ['QUEUED', 'RUNNING'])))
        .returning();
      if (!row) return;
      const directory = await mkdtemp(join(ports.workDirectory, 'prediction-'));
      try {
        await cancellable(ports, predictionJob, id, { claim }, async (signal) => {
          try {
            await predict(row, directory, signal);
          } catch (error) {
            if (claim.aborted) throw error;
            if (signal.aborted) return settle(id, { status: 'CANCELED' });
            const failure = failureOf(error, [TableError, StorageError, SandboxUnavailableError]);
            if (failure.code === 'INTERNAL')
              ports.log.error({ err: error, prediction: id }, 'prediction failed');
            await settle(id, { status: 'FAILED', failure });
          }
        });
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
    settle,
  };
}

const finished = (rows: number) => ({ fraction: 1, message: `${rows} rows`, etaSeconds: 0, bestScore: null });

const limits = (memoryBytes: number): SandboxLimits => ({
  memoryBytes,
  diskBytes: 8 * 1024 ** 3,
  processes: 64,
  cpuSeconds: 2 * WALL_SECONDS,
  wallSeconds: WALL_SECONDS,
  outputBytes: 64 * 1024,
});
