import { and, eq, inArray, notExists, or, sql } from 'drizzle-orm';
import { checkAlgorithms, checkMetric, defaultMetric } from '#catalog.ts';
import type { ExperimentStage } from '#contract/vocabulary.ts';
import type { Tx } from '#db.ts';
import { type AnalysisJobs, readDataset } from '#domains/analysis/jobs.ts';
import type { AnalysisService } from '#domains/analysis/service.ts';
import { type AnalysisRow, analysis } from '#domains/analysis/table.ts';
import type { DatasetRow } from '#domains/dataset/table.ts';
import { experimentEvent } from '#domains/experiment/events.ts';
import { type ExperimentRow, experiment, type JobProgress } from '#domains/experiment/table.ts';
import type { PreprocessingJobs } from '#domains/preprocessing/jobs.ts';
import type { PreprocessingService } from '#domains/preprocessing/service.ts';
import { type PreprocessingRow, preprocessing } from '#domains/preprocessing/table.ts';
import { type Failure, failureOf, JobError } from '#errors.ts';
import { newId } from '#ids.ts';
import { cancellable, type JobSignals } from '#jobs.ts';
import type { JobContext } from '#ports/queue.ts';
import { SandboxUnavailableError } from '#ports/sandbox.ts';
import { StorageError } from '#ports/storage.ts';
import { abandonPortableModels } from './portable-model.ts';
import { artifact, modelRun } from './table.ts';
import { type TrainingPorts, training } from './training.ts';

export type PipelinePorts = TrainingPorts & {
  analyses: Pick<AnalysisService, 'create'>;
  analysisJobs: Pick<AnalysisJobs, 'perform'>;
  preprocessings: Pick<PreprocessingService, 'create'>;
  preprocessingJobs: Pick<PreprocessingJobs, 'perform' | 'settle'>;
};

/** Everything that an experiment needs, each stage only where it has not been done yet. */
export function experimentPipeline(ports: PipelinePorts) {
  const { db, events } = ports;
  const train = training(ports);

  const save = (id: string, change: Partial<ExperimentRow>) =>
    db.update(experiment).set(change).where(eq(experiment.id, id));

  async function inStage<T>(
    id: string,
    stage: ExperimentStage,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T> {
    await db.transaction(async (tx) => {
      await tx.update(experiment).set({ stage }).where(eq(experiment.id, id));
      await events.append(tx, id, [experimentEvent('StageStarted', { stage })]);
    });
    try {
      const result = await work();
      await db.transaction((tx) => events.append(tx, id, [experimentEvent('StageFinished', { stage })]));
      return result;
    } catch (error) {
      // cancelled, or handed to another worker, which begins the stage again
      if (signal.aborted) throw error;
      const failure = toldOf(error);
      await db.transaction((tx) =>
        events.append(tx, id, [experimentEvent('StageFailed', { stage, failure })]),
      );
      throw error;
    }
  }

  async function tellProgress(
    id: string,
    stage: ExperimentStage,
    fraction: number,
    message: string,
  ): Promise<void> {
    const progress: JobProgress = { fraction, message, etaSeconds: null, bestScore: null };
    await db.transaction(async (tx) => {
      await tx.update(experiment).set({ progress }).where(eq(experiment.id, id));
      await events.append(tx, id, [experimentEvent('StageProgressed', { stage, progress })]);
    });
  }

  async function analysed(
    row: ExperimentRow,
    table: DatasetRow,
    signals: Required<JobSignals>,
  ): Promise<AnalysisRow> {
    const { target, taskType } = row;
    const analysisId = row.analysisId ?? (await ports.analyses.create(db, table, { target, taskType }));
    if (row.analysisId === null) await save(row.id, { analysisId });
    const [present] = await db.select().from(analysis).where(eq(analysis.id, analysisId));
    const ended =
      present?.status === 'SUCCEEDED' && present.target === target
        ? present
        : await inStage(row.id, 'ANALYSIS', signals.cancel, async () => {
            const made = await ports.analysisJobs.perform(analysisId, signals, ({ fraction, message }) => {
              tellProgress(row.id, 'ANALYSIS', fraction, message).catch(() => {});
            });
            if (made.status !== 'SUCCEEDED') throw jobFailed('ANALYSIS', made);
            return made;
          });
    const fault = ended.report?.issues.find(
      (issue) => issue.severity === 'ERROR' && issue.code.startsWith('TARGET_'),
    );
    if (fault) throw new JobError(fault.code, `${fault.message} ${fault.fix}`);
    return ended;
  }

  async function prepared(
    row: ExperimentRow,
    source: AnalysisRow,
    signals: Required<JobSignals>,
    isRepeated: boolean,
  ): Promise<PreprocessingRow> {
    const { generator, strategy } = row.settings;
    const present = row.preprocessingId
      ? (await db.select().from(preprocessing).where(eq(preprocessing.id, row.preprocessingId)))[0]
      : undefined;
    const fitting = present?.target === row.target ? present : undefined;
    // one that a lost worker had begun is taken up again
    const begun = fitting?.status === 'QUEUED' || fitting?.status === 'RUNNING' ? fitting.id : null;
    // what became of a later edit does not matter
    if (fitting?.accepted && !begun) return fitting;
    return inStage(row.id, 'PREPARATION', signals.cancel, async () => {
      const id = begun ?? (await ports.preprocessings.create(db, source, { generator, strategy }));
      if (id !== begun) await save(row.id, { preprocessingId: id });
      const made = await ports.preprocessingJobs.perform(id, signals, { isAttended: false, isRepeated });
      if (made.status !== 'SUCCEEDED') throw jobFailed('PREPROCESSING', made);
      return made;
    });
  }

  /** Gives back what is left to do when the experiment has ended. */
  async function answer(
    row: ExperimentRow,
    context: JobContext,
    signal: AbortSignal,
  ): Promise<() => Promise<void>> {
    const table = await inStage(row.id, 'DATA', signal, () => readDataset(ports, row.datasetId, signal));
    const signals = { claim: context.signal, cancel: signal };
    const source = await analysed(row, table, signals);
    const taskType = row.taskType ?? source.taskType;
    if (!taskType)
      throw new JobError(
        'TASK_TYPE_UNKNOWN',
        'The analysis found no task type for this target. Give taskType.',
      );
    const metric = row.metric ?? defaultMetric(taskType);
    checkMetric(metric, taskType);
    checkAlgorithms(row.settings.algorithms, taskType);
    await save(row.id, { taskType, metric });
    const plan = await prepared(row, source, signals, context.attempt > 1);
    signal.throwIfAborted();
    const question = { ...row, taskType, metric };
    return inStage(row.id, 'TRAINING', signal, () => train(question, table, plan, context, signal));
  }

  /** Ends the experiment once, whatever happened before; with a claim, only while that holds. */
  async function settle(
    id: string,
    status: ExperimentRow['status'],
    failure: Failure | null,
    claim?: string,
  ): Promise<void> {
    await db.transaction(async (tx) => {
      const ended = await tx
        .update(experiment)
        .set({
          status,
          failure,
          finishedAt: new Date(),
          version: sql`${experiment.version} + 1`,
          ...(status === 'SUCCEEDED' ? { stage: 'RESULTS' as const } : {}),
        })
        .where(
          and(
            eq(experiment.id, id),
            inArray(experiment.status, ['QUEUED', 'RUNNING']),
            claim ? eq(experiment.claim, claim) : undefined,
          ),
        )
        .returning({ id: experiment.id });
      if (ended.length === 0) return;
      if (failure) await failOpenRuns(tx, id, failure);
      await events.append(tx, id, [experimentEvent('ExperimentFinished', {})]);
    });
  }

  return {
    settle,
    /** Ends an experiment whose workers were lost, with the preprocessing that they had begun. */
    async giveUp(id: string, failure: Failure): Promise<void> {
      const [row] = await db.select().from(experiment).where(eq(experiment.id, id));
      if (row?.preprocessingId)
        await ports.preprocessingJobs.settle(row.preprocessingId, { status: 'FAILED', failure });
      await settle(id, 'FAILED', failure);
      await abandonPortableModels(ports, id);
    },
    /** Works on an experiment until it has ended; repeated safely after a lost worker. */
    async run(id: string, context: JobContext): Promise<void> {
      // RUNNING at the first attempt: another job has it, that of a training cancelled while it was QUEUED
      const claimable = context.attempt > 1 ? (['QUEUED', 'RUNNING'] as const) : (['QUEUED'] as const);
      const claim = newId();
      const [row] = await db
        .update(experiment)
        .set({ status: 'RUNNING', claim, startedAt: sql`coalesce(${experiment.startedAt}, now())` })
        .where(and(eq(experiment.id, id), inArray(experiment.status, claimable)))
        .returning();
      // a portable model of an earlier job that is still being made is that of a lost worker, or out of date
      if (row || context.attempt > 1) await abandonPortableModels(ports, id);
      if (!row) return;
      await cancellable(ports, experiment, id, { claim: context.signal }, async (signal) => {
        let rest = async () => {};
        try {
          rest = await answer(row, context, signal);
          context.signal.throwIfAborted();
          await settle(id, signal.aborted ? 'CANCELED' : 'SUCCEEDED', null, claim);
        } catch (error) {
          if (context.signal.aborted) throw error;
          if (signal.aborted) return settle(id, 'CANCELED', null, claim);
          const failure = toldOf(error);
          if (failure.code === 'INTERNAL')
            ports.log.error({ err: error, experiment: id }, 'experiment failed');
          await settle(id, 'FAILED', failure, claim);
        } finally {
          await rest().catch((error) => {
            if (context.signal.aborted) throw error;
            ports.log.warn({ err: error, experiment: id }, 'a portable model is lost');
          });
        }
      });
    },
  };
}

/** Runs that nobody works on any more, and models whose files never arrived. */
async function failOpenRuns(tx: Tx, experimentId: string, failure: Failure): Promise<void> {
  const files = tx.select({ id: artifact.id }).from(artifact).where(eq(artifact.modelRunId, modelRun.id));
  const isOpen = or(
    inArray(modelRun.status, ['QUEUED', 'RUNNING']),
    and(eq(modelRun.status, 'SUCCEEDED'), notExists(files)),
  );
  await tx
    .update(modelRun)
    .set({ status: 'FAILED', failure, score: null, rankScore: null, finishedAt: new Date() })
    .where(and(eq(modelRun.experimentId, experimentId), isOpen));
}

const toldOf = (error: unknown) => failureOf(error, [SandboxUnavailableError, StorageError]);

function jobFailed(stage: string, row: { status: string; failure: Failure | null }): JobError {
  const { code, message } = row.failure ?? {
    code: `${stage}_${row.status}`,
    message: `The stage was ${row.status.toLowerCase()}.`,
  };
  return new JobError(code, message);
}
