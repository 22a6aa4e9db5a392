import { and, count, eq, inArray, sql } from 'drizzle-orm';
import type { TuningStrategy } from '#contract/vocabulary.ts';
import type { Tx } from '#db.ts';
import { signedIn, type Viewer } from '#domains/account/authorise.ts';
import { once } from '#domains/account/idempotency.ts';
import { experimentEvent } from '#domains/experiment/events.ts';
import { experimentRunning, isRunning } from '#domains/experiment/service.ts';
import { LONGEST_BUDGET_SECONDS, MOST_TRIALS } from '#domains/experiment/settings.ts';
import { type Continuation, type ExperimentRow, experiment } from '#domains/experiment/table.ts';
import { ConflictError, ValidationError } from '#errors.ts';
import { isTunable, readSearchSpace } from '#search-space.ts';
import type { ModelRunPorts } from './service.ts';
import { type ModelRunRow, modelRun, trial } from './table.ts';

/** What an experiment's row says of a job that has not begun. */
export const unbegun = {
  ...{ status: 'QUEUED' as const, failure: null, progress: null, continuation: null, addedSeconds: 0 },
  ...{ cancelRequestedAt: null, startedAt: null, trainingStartedAt: null, finishedAt: null },
};

type Find = (viewer: Viewer | null, globalId: string, path: string[]) => Promise<ModelRunRow>;
type Enqueue = (tx: Tx, id: string) => Promise<void>;

/** Jobs that go on with what a training has left. */
export function continuing(ports: ModelRunPorts, find: Find, enqueue: Enqueue) {
  const { db, events } = ports;

  /** Both rows, in the order in which every training takes them. */
  async function hold(
    tx: Tx,
    { id, datasetId }: { id: string; datasetId: string },
    path: string[],
  ): Promise<ExperimentRow> {
    await ports.datasets.hold(tx, datasetId, path);
    const [row] = await tx.select().from(experiment).where(eq(experiment.id, id)).for('update');
    if (!row) throw new Error('the experiment of a dataset that is held is gone');
    return row;
  }

  async function begin(
    tx: Tx,
    row: ExperimentRow,
    path: string[],
    continuation: Continuation,
  ): Promise<void> {
    await checkRuns(tx, row, path);
    if (row.preprocessingId) await ports.preprocessings.holdForTraining(tx, row.preprocessingId, path);
    await tx
      .update(experiment)
      .set({ ...unbegun, continuation, version: row.version + 1 })
      .where(eq(experiment.id, row.id));
    await enqueue(tx, row.id);
  }

  return {
    /** Queues further trials of one run; gives its id. */
    async tuneModelRun(
      viewer: Viewer | null,
      input: {
        modelRunId: string;
        strategy: TuningStrategy;
        trials?: number | null | undefined;
        budgetSeconds?: number | null | undefined;
        searchSpace?: unknown;
        idempotencyKey?: string | null | undefined;
      },
    ): Promise<string> {
      const owner = signedIn(viewer);
      const path = ['input', 'modelRunId'];
      const run = await find(viewer, input.modelRunId, path);
      const { algorithm } = run;
      if (input.strategy === 'NONE') {
        throw new ValidationError('STRATEGY_INVALID', 'NONE tunes nothing: choose another strategy.', {
          path: ['input', 'strategy'],
        });
      }
      const trials = input.trials ?? null;
      if (trials !== null) checkRange('TRIALS_INVALID', trials, MOST_TRIALS, 'trials');
      if (input.budgetSeconds != null)
        checkRange('BUDGET_INVALID', input.budgetSeconds, LONGEST_BUDGET_SECONDS, 'budgetSeconds');
      if (!isTunable(algorithm)) {
        const message = `${run.label} has no parameters to tune.`;
        throw new ConflictError('ALGORITHM_NOT_TUNABLE', message, { path });
      }
      const searchSpace = readSearchSpace(algorithm, input.searchSpace ?? {}, ['input', 'searchSpace']);
      return once(db, owner, 'tuneModelRun', input, async (tx) => {
        const row = await hold(tx, { id: run.experimentId, datasetId: run.datasetId }, path);
        if (isRunning(row)) throw experimentRunning(path);
        const [now] = await tx.select().from(modelRun).where(eq(modelRun.id, run.id));
        if (now?.status !== 'SUCCEEDED' || now.partial) {
          const message = now?.partial
            ? 'The model run is scored on some folds only. Give the experiment more time: extendBudget.'
            : `The model run is ${now?.status}.`;
          throw new ConflictError('MODEL_NOT_READY', message, { path });
        }
        const budgetSeconds = input.budgetSeconds ?? row.settings.budgetSeconds;
        const { strategy } = input;
        await begin(tx, row, path, {
          ...{ kind: 'TUNE', algorithm, strategy, trials, searchSpace, budgetSeconds },
        });
        return run.id;
      });
    },

    /** Gives a job that runs more time, or goes on with an experiment that has ended; gives its id. */
    async extendBudget(
      viewer: Viewer | null,
      input: { experimentId: string; seconds: number; idempotencyKey?: string | null | undefined },
    ): Promise<string> {
      const owner = signedIn(viewer);
      const path = ['input', 'experimentId'];
      const { id, datasetId } = await ports.experiments.find(viewer, input.experimentId, path);
      const { seconds } = input;
      checkRange('SECONDS_INVALID', seconds, LONGEST_BUDGET_SECONDS, 'seconds');
      return once(db, owner, 'extendBudget', input, async (tx) => {
        const row = await hold(tx, { id, datasetId }, path);
        if (!isRunning(row)) {
          await checkTrials(tx, row, path);
          await begin(tx, row, path, { kind: 'EXTEND', budgetSeconds: seconds });
          return id;
        }
        if (row.cancelRequestedAt) {
          throw new ConflictError('EXPERIMENT_ENDING', 'The experiment is being cancelled.', {
            path,
            retryable: true,
          });
        }
        const { budgetSeconds } = row.continuation ?? row.settings;
        const most = LONGEST_BUDGET_SECONDS - budgetSeconds - row.addedSeconds;
        checkRange('SECONDS_INVALID', seconds, most, 'seconds');
        const addedSeconds = sql`${experiment.addedSeconds} + ${seconds}`;
        await tx.update(experiment).set({ addedSeconds }).where(eq(experiment.id, id));
        const message = `${seconds} s were added to the budget.`;
        await events.append(tx, id, [experimentEvent('LogWritten', { severity: 'INFO', message })]);
        return id;
      });
    },
  };
}

function checkRange(code: string, value: number, most: number, name: string): void {
  if (value >= 1 && value <= most) return;
  const message = most < 1 ? 'The budget is at its limit.' : `Give a number from 1 to ${most}.`;
  throw new ValidationError(code, message, { path: ['input', name] });
}

/** @throws ConflictError where there are no runs of the question that the experiment asks now. */
async function checkRuns(tx: Tx, row: ExperimentRow, path: string[]): Promise<void> {
  const runs = await tx.select().from(modelRun).where(eq(modelRun.experimentId, row.id));
  if (runs.length === 0) {
    throw new ConflictError('EXPERIMENT_NOT_TRAINED', 'There is nothing to go on with: startTraining.', {
      path,
    });
  }
  if (runs.some(({ metric, taskType }) => metric !== row.metric || taskType !== row.taskType)) {
    const message = 'Target, task or metric were changed since the training. Train again: startTraining.';
    throw new ConflictError('EXPERIMENT_CHANGED', message, { path });
  }
}

/** @throws ConflictError TRIALS_EXHAUSTED where more time would change nothing. */
async function checkTrials(tx: Tx, row: ExperimentRow, path: string[]): Promise<void> {
  const { maxTrials } = row.settings;
  if (maxTrials === null || (await trialsOf(tx, row.id)) < maxTrials) return;
  const message = `The limit of ${maxTrials} trials is reached, more time would change nothing. Raise settings.maxTrials, or use tuneModelRun.`;
  throw new ConflictError('TRIALS_EXHAUSTED', message, { path });
}

/** How many trials all runs of an experiment have had. */
export async function trialsOf(tx: Pick<Tx, 'select'>, experimentId: string): Promise<number> {
  const runs = tx
    .select({ id: modelRun.id })
    .from(modelRun)
    .where(and(eq(modelRun.experimentId, experimentId), eq(modelRun.status, 'SUCCEEDED')));
  const [row] = await tx.select({ trials: count() }).from(trial).where(inArray(trial.modelRunId, runs));
  return row?.trials ?? 0;
}
