import { eq } from 'drizzle-orm';
import type { Db } from '#db.ts';
import { authorise, signedIn, type Viewer } from '#domains/account/authorise.ts';
import { once } from '#domains/account/idempotency.ts';
import type { DatasetService } from '#domains/dataset/service.ts';
import { ConflictError } from '#errors.ts';
import { decodeId, newId } from '#ids.ts';
import { requestCancel } from '#jobs.ts';
import type { Events } from '#ports/events.ts';
import type { Queue } from '#ports/queue.ts';
import type { ModelRunService } from './service.ts';
import { type PredictionJobRow, predictionJob } from './table.ts';

export type PredictionPorts = {
  db: Db;
  events: Events;
  queue: Queue;
  datasets: Pick<DatasetService, 'find' | 'hold'>;
  modelRuns: Pick<ModelRunService, 'find'>;
};
export type PredictionService = ReturnType<typeof predictionService>;

export function predictionService({ db, events, queue, datasets, modelRuns }: PredictionPorts) {
  return {
    async find(viewer: Viewer | null, globalId: string, path?: string[]): Promise<PredictionJobRow> {
      const id = decodeId('PredictionJob', globalId, path);
      const [row] = await db.select().from(predictionJob).where(eq(predictionJob.id, id));
      return authorise(viewer, row, 'PredictionJob', path);
    },

    /** Queues a whole dataset to be predicted by a run; the columns are matched by name. */
    async predictFile(
      viewer: Viewer | null,
      input: { modelRunId: string; datasetId: string; idempotencyKey?: string | null | undefined },
    ): Promise<string> {
      const owner = signedIn(viewer);
      const run = await modelRuns.find(viewer, input.modelRunId, ['input', 'modelRunId']);
      const source = await datasets.find(viewer, input.datasetId, ['input', 'datasetId']);
      return once(db, owner, 'predictFile', input, async (tx) => {
        await datasets.hold(tx, source.id, ['input', 'datasetId']);
        await datasets.hold(tx, run.datasetId, ['input', 'modelRunId']);
        if (run.status !== 'SUCCEEDED') {
          throw new ConflictError('MODEL_NOT_READY', `The model run is ${run.status}.`, {
            path: ['input', 'modelRunId'],
          });
        }
        if (source.receivedBytes === null) {
          throw new ConflictError('UPLOAD_INCOMPLETE', 'The file has not arrived yet.', {
            path: ['input', 'datasetId'],
            retryable: true,
          });
        }
        const id = newId();
        const { accountId: ownerId } = owner;
        await tx
          .insert(predictionJob)
          .values({ id, ownerId, modelRunId: run.id, datasetId: source.id, status: 'QUEUED' });
        await queue.enqueue(tx, 'prediction.perform', id);
        return id;
      });
    },

    async cancel(viewer: Viewer | null, globalId: string, path?: string[]): Promise<void> {
      const row = await this.find(viewer, globalId, path);
      await requestCancel({ db, events }, predictionJob, row.id, null);
    },
  };
}
