import { eq } from 'drizzle-orm';
import type { TaskType } from '#contract/vocabulary.ts';
import type { Db, Tx } from '#db.ts';
import { authorise, type Connection, signedIn, type Viewer } from '#domains/account/authorise.ts';
import { once } from '#domains/account/idempotency.ts';
import type { DatasetService } from '#domains/dataset/service.ts';
import type { DatasetRow } from '#domains/dataset/table.ts';
import { ConflictError, ValidationError } from '#errors.ts';
import { decodeId, newId } from '#ids.ts';
import { requestCancel } from '#jobs.ts';
import { type Newest, newestByParent } from '#paging.ts';
import type { Events } from '#ports/events.ts';
import type { Queue } from '#ports/queue.ts';
import { type AnalysisRow, analysis } from './table.ts';

export type AnalysisPorts = {
  db: Db;
  events: Events;
  queue: Queue;
  datasets: Pick<DatasetService, 'find' | 'hold'>;
  /** Makes an analysis the one of an experiment; the experiment's domain comes later and fills this in. */
  attach(tx: Tx, viewer: Viewer, experimentId: string, row: { id: string; datasetId: string }): Promise<void>;
};

export type AnalysisService = ReturnType<typeof analysisService>;

/** The dataset can be worked on, now or once it has been read. @throws ConflictError, ValidationError. */
export function checkTarget(
  row: DatasetRow,
  target: string | null | undefined,
  path = { dataset: ['input', 'datasetId'], target: ['input', 'target'] },
): void {
  if (row.status === 'REJECTED') {
    throw new ConflictError(
      'DATASET_REJECTED',
      `This file could not be read: ${row.rejection?.message ?? ''}`,
      { path: path.dataset },
    );
  }
  if (row.status === 'UPLOADING') {
    throw new ConflictError('UPLOAD_INCOMPLETE', 'The upload has not been completed yet.', {
      path: path.dataset,
      retryable: true,
    });
  }
  if (target === null || target === undefined || row.status !== 'READY') return;
  const names = row.columns?.map((column) => column.name) ?? [];
  if (names.includes(target)) return;
  const shown = names.slice(0, 20).map((name) => `“${name}”`);
  const rest = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  throw new ValidationError(
    'TARGET_NOT_FOUND',
    `There is no column “${target}”. The columns are ${shown.join(', ')}${rest}.`,
    { path: path.target },
  );
}

export function analysisService(ports: AnalysisPorts) {
  const { db, queue, datasets } = ports;

  return {
    async find(viewer: Viewer | null, globalId: string, path?: string[]): Promise<AnalysisRow> {
      const id = decodeId('Analysis', globalId, path);
      const [row] = await db.select().from(analysis).where(eq(analysis.id, id));
      return authorise(viewer, row, 'Analysis', path);
    },

    async analyze(
      viewer: Viewer | null,
      input: {
        datasetId: string;
        target?: string | null | undefined;
        taskType?: TaskType | null | undefined;
        experimentId?: string | null | undefined;
        idempotencyKey?: string | null | undefined;
      },
    ): Promise<string> {
      const owner = signedIn(viewer);
      const row = await datasets.find(viewer, input.datasetId, ['input', 'datasetId']);
      return once(db, owner, 'analyzeDataset', input, async (tx) => {
        await datasets.hold(tx, row.id, ['input', 'datasetId']);
        checkTarget(row, input.target);
        const id = await this.create(tx, row, input);
        if (input.experimentId) await ports.attach(tx, owner, input.experimentId, { id, datasetId: row.id });
        await queue.enqueue(tx, 'analysis.perform', id);
        return id;
      });
    },

    /** A queued analysis whose job the caller runs or enqueues. */
    async create(
      connection: Connection,
      row: DatasetRow,
      options: { target?: string | null | undefined; taskType?: TaskType | null | undefined },
    ): Promise<string> {
      const id = newId();
      await connection.insert(analysis).values({
        id,
        ownerId: row.ownerId,
        datasetId: row.id,
        target: options.target ?? null,
        requestedTaskType: options.taskType ?? null,
        status: 'QUEUED',
      });
      return id;
    },

    /** Asks the job to stop; one that has not started ends at once. */
    async cancel(viewer: Viewer | null, globalId: string, path?: string[]): Promise<void> {
      const row = await this.find(viewer, globalId, path);
      await requestCancel(ports, analysis, row.id, { type: 'AnalysisFinished', payload: {} });
    },

    /** Newest first, for several datasets in one statement. */
    pagesByDataset(
      datasetIds: readonly string[],
      page: { after?: Newest | undefined; limit: number },
    ): Promise<Map<string, AnalysisRow[]>> {
      return newestByParent<AnalysisRow>(
        db,
        analysis,
        analysis.datasetId,
        (row) => row.datasetId,
        datasetIds,
        page,
      );
    },
  };
}
