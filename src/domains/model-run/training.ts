import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { hasOwnCode, type PlannedStep } from '#contract/preprocessing.ts';
import { RUNNER_PROTOCOL, type TrainSpec } from '#contract/runner.ts';
import type { TaskType } from '#contract/vocabulary.ts';
import { tableDigest } from '#domains/dataset/digest.ts';
import type { DatasetRow } from '#domains/dataset/table.ts';
import { experimentEvent } from '#domains/experiment/events.ts';
import { foldCount } from '#domains/experiment/settings.ts';
import { type ExperimentRow, experiment } from '#domains/experiment/table.ts';
import { runSteps } from '#domains/preprocessing/code.ts';
import type { PreprocessingRow } from '#domains/preprocessing/table.ts';
import { JobError } from '#errors.ts';
import type { Log } from '#log.ts';
import type { JobContext } from '#ports/queue.ts';
import type { Sandbox, SandboxInput } from '#ports/sandbox.ts';
import type { Storage } from '#ports/storage.ts';
import { runColumns } from '#runner.ts';
import { prepareFolds } from './fold-preparation.ts';
import { type KeptFolds, keptFolds } from './kept-folds.ts';
import { CODE_NAME } from './model-files.ts';
import { type Recorder, type RecorderPorts, trainingRecorder } from './recorder.ts';
import { type Resumption, resumption } from './resumption.ts';
import type { TrainedQuestion } from './table.ts';
import { foldsToTakeUp } from './told-folds.ts';
import { startTrainer, type Trainer } from './trainer.ts';

const SMALLEST_RESTART_BUDGET_SECONDS = 10;
/** Of the budget, what the plan's own code may take to prepare the folds. */
const SHARE_OF_OWN_CODE = 0.5;

export type TrainingPorts = RecorderPorts & {
  sandbox: Sandbox;
  storage: Storage;
  log: Log;
  workDirectory: string;
  threads: number;
  memoryBytes: number;
  lockSha256: string;
};

/** An experiment whose question is complete. */
export type Question = ExperimentRow & { taskType: TaskType; metric: string };

/** Trains in the sandbox and keeps what it says: rows, events, files. */
export function training(ports: TrainingPorts) {
  const { db, events, sandbox, storage } = ports;

  async function tellRestart(
    row: ExperimentRow,
    budgetSeconds: number,
    kept: { models: number; folds: number },
  ): Promise<void> {
    const found = [
      kept.models === 0 ? [] : `the ${kept.models} models that were finished`,
      kept.folds === 0 ? [] : `${kept.folds} folds that were scored`,
    ].flat();
    const from = found.length === 0 ? '' : `, from ${found.join(' and ')}`;
    const message = `The worker was lost. The training goes on with ${Math.round(budgetSeconds)} s${from}.`;
    const entry = experimentEvent('LogWritten', { severity: 'WARNING', message });
    await db.transaction((tx) => events.append(tx, row.id, [entry]));
  }

  /** An extension may come when the trainer has stopped listening: nobody should look for its seconds. */
  async function tellLate(row: Question, takenSeconds: number): Promise<void> {
    const [now] = await db.select().from(experiment).where(eq(experiment.id, row.id));
    const late = Math.round((now?.addedSeconds ?? 0) - row.addedSeconds - takenSeconds);
    if (late < 1) return;
    const message = `${late} s were added too late to be used: the training had ended. Add them again.`;
    const entry = experimentEvent('LogWritten', { severity: 'WARNING', message });
    await db.transaction((tx) => events.append(tx, row.id, [entry]));
  }

  /** What the trainer is asked once the plan's own code, on the clock of the training, has prepared the folds. */
  async function throughOwnCode(
    row: Question,
    asked: TrainSpec,
    code: string,
    place: { parquet: string; directory: string },
    recorder: Recorder,
    signal: AbortSignal,
  ): Promise<{ spec: TrainSpec; inputs: SandboxInput[] }> {
    const began = performance.now();
    await recorder.startClock();
    const { target, taskType, columns, folds, budgetSeconds } = asked;
    const seconds = (row.continuation ?? row.settings).budgetSeconds * SHARE_OF_OWN_CODE;
    const made = await prepareFolds(
      ports,
      { owner: row.ownerId, ...place, target, taskType, columns, folds, code, seconds },
      (done, count) => {
        const message = `The code of the preprocessing has prepared ${done} of ${count} folds`;
        recorder.take({ type: 'progress', fraction: 0, message, etaSeconds: null, bestScore: null });
      },
      AbortSignal.any([signal, recorder.failed]),
    ).finally(recorder.settle);
    const path = join(place.directory, CODE_NAME);
    await writeFile(path, code);
    recorder.accompany([
      { name: CODE_NAME, mediaType: 'text/x-python', path },
      ...made.states.map((state, fold) => ({
        ...{ name: `state-${fold}.bin`, mediaType: 'application/octet-stream', path: state, fold },
      })),
    ]);
    const left = budgetSeconds - (performance.now() - began) / 1_000;
    const least = Math.min(budgetSeconds, SMALLEST_RESTART_BUDGET_SECONDS);
    const spec = { ...asked, steps: [], prepared: made.spec, budgetSeconds: Math.max(left, least) };
    return { spec, inputs: made.inputs };
  }

  /** Gives back what is left to do when the experiment has ended: to wait for the portable model, and to clean up. */
  return async function train(
    row: Question,
    table: DatasetRow,
    plan: PreprocessingRow,
    context: JobContext,
    signal: AbortSignal,
  ): Promise<() => Promise<void>> {
    const { parquetKey } = table;
    if (!parquetKey) throw new JobError('DATASET_NOT_READY', 'The dataset has no table.');
    // chooses the tier, which every run tells
    await sandbox.warm();
    const directory = await mkdtemp(join(ports.workDirectory, 'training-'));
    const opened: { release(): Promise<void> }[] = [];
    let folds: KeptFolds | null = null;
    let trainer: Trainer | null = null;
    const dropFolds = async () => {
      // the worker that takes over finds them
      if (!context.signal.aborted) await folds?.remove();
    };
    const close = async () => {
      trainer?.stop();
      await trainer?.ended;
      for (const { release } of opened) await release();
      await rm(directory, { recursive: true, force: true });
    };
    try {
      const file = await storage.open(parquetKey);
      opened.push(file);
      const resumed = await resumption(ports, row);
      opened.push(resumed);
      const { steps, code, revision } = plan.accepted ?? plan;
      const codeSha256 = createHash('sha256').update(code).digest('hex');
      const preprocessing = { preprocessingId: plan.id, revision, steps, codeSha256 };
      const models = resumed.wishes.resume?.map(({ algorithm }) => algorithm) ?? [];
      const isolation = { tier: sandbox.tier, directory };
      const question = await questionOf(ports, row, table, steps, resumed.wishes);
      const whole = trainSpec(question, resumed.wishes, ports);
      folds = await keptFolds(ports.workDirectory, row, whole, codeSha256);
      const taken = await foldsToTakeUp(ports, row.id, folds.found);
      const known = [...new Set([...models, ...taken.map(({ algorithm }) => algorithm)])];
      const recorder = await trainingRecorder(
        ...([ports, row, table, { preprocessing, question }, isolation, known, folds] as const),
      );
      const budgetSeconds = recorder.remainingSeconds(SMALLEST_RESTART_BUDGET_SECONDS);
      if (context.attempt > 1 && recorder.restarted)
        await tellRestart(row, budgetSeconds, { models: models.length, folds: taken.length });
      const collectInto = await mkdtemp(join(directory, 'out-'));
      const kept = taken.map(({ name, told }) => ({ file: `in/${name}`, told }));
      const wholeBudgetSeconds = whole.budgetSeconds;
      const asked = { ...whole, budgetSeconds, wholeBudgetSeconds, keptFolds: kept };
      const place = { parquet: file.path, directory };
      const { spec, inputs } = hasOwnCode(steps)
        ? await throughOwnCode(row, asked, code, place, recorder, signal)
        : { spec: asked, inputs: [] };
      inputs.push({ name: 'data.parquet', path: file.path }, ...resumed.inputs);
      inputs.push(...taken.map(({ name, path }) => ({ name, path })));
      const job = { owner: row.ownerId, spec, inputs, collectInto };
      const started = startTrainer(sandbox, job, recorder, context, signal);
      trainer = started;
      const { fault, takenSeconds } = await started.trained();
      // another worker has the job now, and these rows are its own
      context.signal.throwIfAborted();
      // what was trained before a fault stays: its files are complete or not there
      const made = await recorder.finish(started.fetch, signal.aborted ? 'CANCELED' : 'FAILED');
      if (fault && (made === 0 || !signal.aborted)) throw fault;
      if (made === 0 && models.length === 0)
        throw new JobError('NO_MODEL', 'No algorithm could be trained. Their failures tell why.');
      if (!signal.aborted) await tellLate(row, takenSeconds);
      return async () => {
        try {
          await dropFolds();
          await started.ended;
          context.signal.throwIfAborted();
          await recorder.keepPortable(started.fetch);
        } finally {
          await close();
        }
      };
    } catch (error) {
      await close();
      await dropFolds();
      throw error;
    }
  };
}

/** What is asked of which table: with it a run can be computed again. */
async function questionOf(
  { db, lockSha256 }: Pick<TrainingPorts, 'db' | 'lockSha256'>,
  row: Question,
  table: DatasetRow,
  steps: readonly PlannedStep[],
  { maxTrials }: Resumption['wishes'],
): Promise<TrainedQuestion> {
  const columns = table.columns ?? [];
  const target = columns.find((column) => column.name === row.target);
  if (!target) throw new JobError('TARGET_NOT_FOUND', `There is no column “${row.target}”.`);
  const { seed } = row.settings;
  return {
    ...{ datasetSha256: table.sha256, tableSha256: await tableDigest(db, table), lockSha256 },
    columns: runColumns(columns),
    target: target.physicalName,
    taskType: row.taskType,
    metric: row.metric,
    steps: runSteps(steps, columns),
    folds: { count: foldCount(row.settings, table.rowCount ?? 0), seed },
    seed,
    budgetSeconds: row.settings.budgetSeconds,
    maxTrials,
  };
}

function trainSpec(
  question: TrainedQuestion,
  wishes: Resumption['wishes'],
  { threads, memoryBytes }: Pick<TrainingPorts, 'threads' | 'memoryBytes'>,
): TrainSpec {
  const { datasetSha256: _file, tableSha256: _table, lockSha256: _lock, ...asked } = question;
  return {
    ...{ kind: 'train', protocol: RUNNER_PROTOCOL, data: 'in/data.parquet' },
    ...asked,
    ...wishes,
    ...{ keepFolds: true, threads, memoryBytes, portable: true },
  };
}
