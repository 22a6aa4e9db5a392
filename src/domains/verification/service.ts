import { isDeepStrictEqual } from 'node:util';
import { and, desc, eq, inArray } from 'drizzle-orm';
import type { Db } from '#db.ts';
import { signedIn, type Viewer } from '#domains/account/authorise.ts';
import { tableDigest } from '#domains/dataset/digest.ts';
import type { DatasetService } from '#domains/dataset/service.ts';
import { dataset } from '#domains/dataset/table.ts';
import { isRunning } from '#domains/experiment/service.ts';
import { experiment } from '#domains/experiment/table.ts';
import type { ModelRunService } from '#domains/model-run/service.ts';
import { type ModelRunRow, modelRun } from '#domains/model-run/table.ts';
import { ConflictError } from '#errors.ts';
import { newId } from '#ids.ts';
import { requestCancel } from '#jobs.ts';
import type { Events } from '#ports/events.ts';
import type { Queue } from '#ports/queue.ts';
import { runColumns } from '#runner.ts';
import { type VerificationRow, verification } from './table.ts';

export type VerificationPorts = {
  db: Db;
  events: Events;
  queue: Queue;
  datasets: Pick<DatasetService, 'hold'>;
  modelRuns: Pick<ModelRunService, 'find'>;
};

export function verificationService({ db, events, queue, datasets, modelRuns }: VerificationPorts) {
  return {
    /** Queues a refit of what was recorded, where none is under way; gives the id of the run. */
    async verifyModelRun(viewer: Viewer | null, input: { modelRunId: string }): Promise<string> {
      const { accountId: ownerId } = signedIn(viewer);
      const path = ['input', 'modelRunId'];
      const {
        id: modelRunId,
        datasetId,
        experimentId,
      } = await modelRuns.find(viewer, input.modelRunId, path);
      await db.transaction(async (tx) => {
        await datasets.hold(tx, datasetId, path);
        const [question] = await tx
          .select()
          .from(experiment)
          .where(eq(experiment.id, experimentId))
          .for('update');
        const [run] = await tx.select().from(modelRun).where(eq(modelRun.id, modelRunId));
        const [table] = await tx.select().from(dataset).where(eq(dataset.id, datasetId));
        if (!question || !run || !table) throw new Error('the run of a dataset that is held is gone');
        if (run.status !== 'SUCCEEDED' || !run.finishedAt || isRunning(question)) {
          const message = isRunning(question)
            ? 'Its training is under way.'
            : `The model run is ${run.status}.`;
          throw new ConflictError('RUN_NOT_FINISHED', message, { path, retryable: isRunning(question) });
        }
        if (!run.proof || !run.question) {
          const message = 'It was trained before records were kept. Train again: startTraining.';
          throw new ConflictError('RUN_NOT_RECORDED', message, { path });
        }
        const same = isDeepStrictEqual(run.question.columns, runColumns(table.columns ?? []));
        if (!same || run.question.tableSha256 !== (await tableDigest(tx, table))) {
          const message =
            'The dataset was read anew since the training, as another table. Train again: startTraining.';
          throw new ConflictError('DATASET_CHANGED', message, { path });
        }
        const ofRun = eq(verification.modelRunId, modelRunId);
        const open = and(ofRun, inArray(verification.status, ['QUEUED', 'RUNNING']));
        if ((await tx.select({ id: verification.id }).from(verification).where(open)).length > 0) return;
        await tx.delete(verification).where(ofRun);
        const id = newId();
        const { finishedAt: runFinishedAt } = run;
        await tx.insert(verification).values({ id, ownerId, modelRunId, runFinishedAt, status: 'QUEUED' });
        await queue.enqueue(tx, 'verification.perform', id);
      });
      return modelRunId;
    },

    /** Stops the one under way; whether there was one. */
    async cancel(run: Pick<ModelRunRow, 'id'>): Promise<boolean> {
      const [row] = await db
        .select({ id: verification.id })
        .from(verification)
        .where(and(eq(verification.modelRunId, run.id), inArray(verification.status, ['QUEUED', 'RUNNING'])));
      if (row) await requestCancel({ db, events }, verification, row.id, null);
      return row !== undefined;
    },

    /** The newest one of each run. */
    async ofRuns(modelRunIds: readonly string[]): Promise<Map<string, VerificationRow>> {
      const rows = await db
        .selectDistinctOn([verification.modelRunId])
        .from(verification)
        .where(inArray(verification.modelRunId, [...modelRunIds]))
        .orderBy(verification.modelRunId, desc(verification.id));
      return new Map(rows.map((row) => [row.modelRunId, row]));
    },
  };
}
