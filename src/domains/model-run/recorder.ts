import { and, eq, inArray, sql } from 'drizzle-orm';
import { algorithmLabel, greaterIsBetter } from '#catalog.ts';
import { hasOwnCode } from '#contract/preprocessing.ts';
import type { MessageOf, RunnerArtifact, RunnerMessage } from '#contract/runner-messages.ts';
import type { Db, Tx } from '#db.ts';
import type { DatasetRow } from '#domains/dataset/table.ts';
import { experimentEvent } from '#domains/experiment/events.ts';
import { foldCount } from '#domains/experiment/settings.ts';
import { experiment } from '#domains/experiment/table.ts';
import type { StoredObjects } from '#domains/stored-object/service.ts';
import { newId } from '#ids.ts';
import { batched } from '#jobs.ts';
import type { Log } from '#log.ts';
import type { Events, NewEvent } from '#ports/events.ts';
import type { RunningJob } from '#ports/sandbox.ts';
import { beginning, figuresOf, rankFirst } from './finished-run.ts';
import type { KeptFolds } from './kept-folds.ts';
import { type Fetch, modelFiles, type StoredFile } from './model-files.ts';
import { beginPortableModel, exportedRun, keepPortableModel } from './portable-model.ts';
import { withoutSuperseded } from './superseded.ts';
import { modelRun, type TrainedPlan, type TrainedQuestion, trial } from './table.ts';
import type { Question } from './training.ts';

export type Recorder = Awaited<ReturnType<typeof trainingRecorder>>;
export type RecorderPorts = { db: Db; events: Events; objects: StoredObjects; log: Log };

/**
 * Turns what the runner says into rows, events and files: a batch of messages is one transaction. A run's files are
 * stored before its `RunFinished`, so that what the leaderboard shows can be had, whatever happens later.
 */
export async function trainingRecorder(
  ports: RecorderPorts,
  row: Question,
  table: DatasetRow,
  made: { preprocessing: TrainedPlan; question: TrainedQuestion },
  sandbox: { tier: string; directory: string },
  resumed: readonly string[],
  keptFolds: Pick<KeptFolds, 'fetch'>,
) {
  const { db, events } = ports;
  const sign = greaterIsBetter(row.metric) ? 1 : -1;
  // own code makes columns under names of its own
  const features = hasOwnCode(made.preprocessing.steps) ? [] : (table.columns ?? []);
  const nameOf = new Map(features.map((column) => [column.physicalName, column.name]));
  const earlier = await db.select().from(modelRun).where(eq(modelRun.experimentId, row.id));
  const runIds = new Map(earlier.map((run) => [run.algorithm, run.id]));
  /** Algorithms whose rows this training goes on with. */
  const started = new Set<string>(resumed);
  const promised = new Map<string, { artifacts: RunnerArtifact[]; stored: boolean }>();
  let finished: MessageOf<'finished'> | null = null;
  let portable: MessageOf<'portable'> | null = null;
  const files = modelFiles(ports, row.ownerId, sandbox.directory);
  const restarted = row.trainingStartedAt !== null;
  const madeBy = { ...made, sandboxTier: sandbox.tier };
  let folds = foldCount(row.settings, table.rowCount ?? 0);
  let job: RunningJob | null = null;
  /** What was added to the budget since this job began. */
  let addedSeconds = 0;

  /** The id of an algorithm's run; made or reset at its first mention. */
  async function open(tx: Tx, algorithm: string, label: string): Promise<string> {
    const id = runIds.get(algorithm) ?? newId();
    runIds.set(algorithm, id);
    if (started.has(algorithm)) return id;
    started.add(algorithm);
    const { ownerId, datasetId, taskType, metric } = row;
    const fresh = { ...beginning, ...madeBy, label, taskType, metric };
    await tx
      .insert(modelRun)
      .values({ id, ownerId, experimentId: row.id, datasetId, algorithm, ...fresh })
      .onConflictDoUpdate({ target: modelRun.id, set: fresh });
    await tx.delete(trial).where(eq(trial.modelRunId, id));
    await files.replace(tx, id, []);
    return id;
  }

  const idOf = (tx: Tx, algorithm: string) => open(tx, algorithm, algorithmLabel(algorithm));

  async function finishRun(
    tx: Tx,
    message: MessageOf<'runFinished'>,
    stored: StoredFile[] | null,
  ): Promise<string> {
    const { algorithm, artifacts } = message;
    const id = await idOf(tx, algorithm);
    const partial = message.foldScores.length < folds;
    promised.set(algorithm, { artifacts, stored: stored !== null });
    if (stored) await files.replace(tx, id, stored);
    await tx
      .update(modelRun)
      .set({
        ...{ ...figuresOf(message, nameOf), ...madeBy, partial },
        rankScore: partial ? null : sign * message.score,
      })
      .where(eq(modelRun.id, id));
    return id;
  }

  async function record(
    tx: Tx,
    message: RunnerMessage,
    stored: StoredFile[] | null,
  ): Promise<NewEvent | null> {
    switch (message.type) {
      case 'started': {
        const { rows, columns: features, algorithms } = message;
        folds = message.folds;
        const now = sql`coalesce(${experiment.trainingStartedAt}, now())`;
        await tx.update(experiment).set({ trainingStartedAt: now }).where(eq(experiment.id, row.id));
        return experimentEvent('TrainingStarted', { rows, features, folds, algorithms });
      }
      case 'runStarted':
        return experimentEvent('RunStarted', {
          modelRunId: await open(tx, message.algorithm, message.label),
        });
      case 'foldScored': {
        const { trial: number, fold, score } = message;
        const modelRunId = await idOf(tx, message.algorithm);
        return experimentEvent('FoldScored', { modelRunId, trial: number, fold, score });
      }
      case 'trialFinished': {
        const modelRunId = await idOf(tx, message.algorithm);
        const { trial: number, parameters, score, foldScores, bestScore, seconds } = message;
        const pruned = foldScores.length < folds;
        await tx
          .insert(trial)
          .values({ modelRunId, number, parameters, score, foldScores, pruned, bestScore, seconds })
          .onConflictDoNothing();
        return experimentEvent('TrialFinished', { modelRunId, trial: number, score, bestScore });
      }
      case 'iterationScored': {
        const { trial: number, fold, iteration, score } = message;
        const modelRunId = await idOf(tx, message.algorithm);
        return experimentEvent('IterationScored', { modelRunId, trial: number, fold, iteration, score });
      }
      case 'tuned': {
        const { type: _type, algorithm, ...tuning } = message;
        await tx
          .update(modelRun)
          .set({ tuning })
          .where(eq(modelRun.id, await idOf(tx, algorithm)));
        return null;
      }
      case 'runFinished':
        return experimentEvent('RunFinished', { modelRunId: await finishRun(tx, message, stored) });
      case 'finished':
        finished = message;
        await rankFirst(tx, row.id, message.bestAlgorithm);
        return null;
      case 'portable':
        // comes at the very end: its file is collected when the job has ended
        portable = message;
        return null;
      case 'runFailed': {
        const modelRunId = await idOf(tx, message.algorithm);
        const failure = { code: message.code, message: message.message };
        await tx
          .update(modelRun)
          .set({ status: 'FAILED', failure, finishedAt: new Date() })
          .where(eq(modelRun.id, modelRunId));
        return experimentEvent('RunFailed', { modelRunId, failure });
      }
      case 'bestChanged':
        await rankFirst(tx, row.id, message.algorithm);
        return experimentEvent('BestChanged', {
          modelRunId: await idOf(tx, message.algorithm),
          score: message.score,
        });
      case 'progress': {
        const { type: _type, ...progress } = message;
        await tx.update(experiment).set({ progress }).where(eq(experiment.id, row.id));
        return experimentEvent('StageProgressed', { stage: 'TRAINING', progress });
      }
      case 'log':
        return experimentEvent('LogWritten', { severity: message.severity, message: message.message });
      default:
        return null;
    }
  }

  const queue = batched<RunnerMessage>(async (messages) => {
    const newest = withoutSuperseded(messages);
    const stored = await storeFiles(newest);
    await keptFolds.fetch(newest, job);
    await db.transaction(async (tx) => {
      await holdClaim(tx);
      const entries: NewEvent[] = [];
      for (const message of newest) {
        const entry = await record(tx, message, stored.get(message) ?? null);
        if (entry) entries.push(entry);
      }
      await events.append(tx, row.id, entries);
    });
  });

  /** @throws Error when another worker has taken the experiment over. */
  async function holdClaim(tx: Tx): Promise<void> {
    const ours =
      row.claim === null ? undefined : and(eq(experiment.id, row.id), eq(experiment.claim, row.claim));
    const [held] = ours ? await tx.select().from(experiment).where(ours).for('update') : [];
    if (!held) throw new Error('another worker has the experiment now');
    if (held.addedSeconds - row.addedSeconds === addedSeconds) return;
    addedSeconds = held.addedSeconds - row.addedSeconds;
    job?.extend(addedSeconds);
  }

  /** The files of the runs that finish in a batch, as far as they can be had. */
  async function storeFiles(messages: RunnerMessage[]): Promise<Map<RunnerMessage, StoredFile[]>> {
    const stored = new Map<RunnerMessage, StoredFile[]>();
    for (const message of messages) {
      if (message.type !== 'runFinished' || !job) continue;
      const runId = runIds.get(message.algorithm) ?? newId();
      runIds.set(message.algorithm, runId);
      const { copyOut } = job;
      const kept = await files.store(runId, message.artifacts, copyOut);
      if (kept) stored.set(message, kept);
    }
    return stored;
  }

  /** What could not be had while the job was running: files that were replaced in that moment. */
  async function keepCollected(runId: string, artifacts: RunnerArtifact[], fetch: Fetch): Promise<boolean> {
    const stored = await files.store(runId, artifacts, fetch);
    if (stored) await db.transaction((tx) => files.replace(tx, runId, stored));
    else {
      const lost = { status: 'FAILED' as const, failure: lostFile, score: null, rankScore: null };
      await db.update(modelRun).set(lost).where(eq(modelRun.id, runId));
    }
    return stored !== null;
  }

  return {
    /** Whether an earlier worker had begun this training. */
    restarted,
    /** Budget that is left: all of it at the first start. */
    remainingSeconds(atLeast: number): number {
      const budgetSeconds = (row.continuation ?? row.settings).budgetSeconds + row.addedSeconds;
      if (!row.trainingStartedAt) return budgetSeconds;
      const spent = (Date.now() - row.trainingStartedAt.getTime()) / 1_000;
      return Math.max(budgetSeconds - spent, Math.min(budgetSeconds, atLeast));
    },
    /** The budget is spent from now on; a worker that takes over counts from here too. */
    async startClock(): Promise<void> {
      await db.transaction(async (tx) => {
        await holdClaim(tx);
        const now = sql`coalesce(${experiment.trainingStartedAt}, now())`;
        await tx.update(experiment).set({ trainingStartedAt: now }).where(eq(experiment.id, row.id));
      });
    },
    accompany: files.accompany,
    /** Waits until everything that was taken is written. */
    settle: queue.settle,
    take: queue.push,
    /** Aborts when what the runner says cannot be kept any more. */
    failed: queue.failed,
    /** From now on files can be had from the running job. */
    attach(running: RunningJob): void {
      job = running;
      if (addedSeconds > 0) running.extend(addedSeconds);
    },
    /**
     * Waits for all rows, stores the files, ends what was left open; the number of runs with a model.
     * `keepPortable` may follow.
     */
    async finish(fetch: Fetch, leftOpen: 'CANCELED' | 'FAILED'): Promise<number> {
      await queue.settle();
      let kept = 0;
      for (const [algorithm, { artifacts, stored }] of promised) {
        const runId = runIds.get(algorithm);
        if (runId && (stored || (await keepCollected(runId, artifacts, fetch)))) kept += 1;
      }
      const best = exportedRun(finished, runIds);
      if (best) await db.transaction((tx) => beginPortableModel(events, tx, row.id, best));
      const open = [...started].flatMap((algorithm) =>
        promised.has(algorithm) ? [] : (runIds.get(algorithm) ?? []),
      );
      if (open.length > 0) {
        const failure = leftOpen === 'FAILED' ? unfinished : null;
        await db
          .update(modelRun)
          .set({ status: leftOpen, failure, finishedAt: sql`now()` })
          .where(and(inArray(modelRun.id, open), eq(modelRun.status, 'RUNNING')));
      }
      return kept;
    },
    /** Ends the portable model that was being made since `finish`, when the job has ended. */
    async keepPortable(fetch: Fetch): Promise<void> {
      await queue.settle();
      const runId = exportedRun(finished, runIds);
      if (runId) await keepPortableModel({ db, events, files }, runId, portable, fetch, holdClaim);
    },
  };
}

const lostFile = { code: 'MODEL_FILE_LOST', message: 'The model file did not arrive whole. Train again.' };
const unfinished = { code: 'BUDGET_EXHAUSTED', message: 'The training ended before this run had a result.' };
