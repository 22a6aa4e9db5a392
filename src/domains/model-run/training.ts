import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RUNNER_PROTOCOL, type RunnerMessage, type TrainSpec } from '#contract/runner.ts';
import type { TaskType } from '#contract/vocabulary.ts';
import type { DatasetRow } from '#domains/dataset/table.ts';
import { experimentEvent } from '#domains/experiment/events.ts';
import type { ExperimentRow } from '#domains/experiment/table.ts';
import { runSteps } from '#domains/preprocessing/code.ts';
import type { PreprocessingRow } from '#domains/preprocessing/table.ts';
import { JobError } from '#errors.ts';
import type { Log } from '#log.ts';
import type { JobContext } from '#ports/queue.ts';
import type { Sandbox, SandboxLimits } from '#ports/sandbox.ts';
import type { Storage } from '#ports/storage.ts';
import { runColumns, runRunner } from '#runner.ts';
import { type Recorder, type RecorderPorts, trainingRecorder } from './recorder.ts';

const GRACE_SECONDS = 5;
/** Start of the process, reading the table and packing the models are outside the budget. */
const ROOM_SECONDS = 120;
const SMALLEST_RESTART_BUDGET_SECONDS = 10;
const DISK_BYTES = 8 * 1024 ** 3;

export type TrainingPorts = RecorderPorts & {
  sandbox: Sandbox;
  storage: Storage;
  log: Log;
  workDirectory: string;
  threads: number;
  memoryBytes: number;
};

/** An experiment whose question is complete. */
export type Question = ExperimentRow & { taskType: TaskType; metric: string };

/** Trains in the sandbox and keeps what it says: rows, events, files. */
export function training(ports: TrainingPorts) {
  const { db, events, sandbox, storage } = ports;

  async function tellRestart(row: ExperimentRow, budgetSeconds: number): Promise<void> {
    const message = `The worker was lost. The training starts again with ${Math.round(budgetSeconds)} s.`;
    const entry = experimentEvent('LogWritten', { severity: 'WARNING', message });
    await db.transaction((tx) => events.append(tx, row.id, [entry]));
  }

  /** Trains in the sandbox while the recorder listens; gives back what went wrong. */
  async function runTrainer(
    owner: string,
    spec: TrainSpec,
    parquetKey: string,
    collectInto: string,
    recorder: Recorder,
    context: JobContext,
    signal: AbortSignal,
  ): Promise<unknown> {
    const file = await storage.open(parquetKey);
    try {
      await runRunner(sandbox, {
        owner,
        spec,
        inputs: [{ name: 'data.parquet', path: file.path }],
        limits: limitsOf(spec),
        collectInto,
        signal: AbortSignal.any([signal, recorder.failed]),
        graceSeconds: GRACE_SECONDS,
        onStart: recorder.attach,
        onMessage: (message: RunnerMessage) => {
          if (!context.signal.aborted) recorder.take(message);
        },
      });
      return null;
    } catch (error) {
      return error;
    } finally {
      await file.release();
    }
  }

  return async function train(
    row: Question,
    table: DatasetRow,
    plan: PreprocessingRow,
    context: JobContext,
    signal: AbortSignal,
  ): Promise<void> {
    const { parquetKey } = table;
    if (!parquetKey) throw new JobError('DATASET_NOT_READY', 'The dataset has no table.');
    // chooses the tier, which every run tells
    await sandbox.warm();
    const directory = await mkdtemp(join(ports.workDirectory, 'training-'));
    try {
      const recorder = await trainingRecorder(ports, row, table, { tier: sandbox.tier, directory });
      const budgetSeconds = recorder.remainingSeconds(SMALLEST_RESTART_BUDGET_SECONDS);
      if (context.attempt > 1 && recorder.restarted) await tellRestart(row, budgetSeconds);
      const collectInto = await mkdtemp(join(directory, 'out-'));
      const spec = trainSpec(row, table, plan, budgetSeconds, ports);
      const fault = await runTrainer(row.ownerId, spec, parquetKey, collectInto, recorder, context, signal);
      // another worker has the job now, and these rows are its own
      context.signal.throwIfAborted();
      // what was trained before a fault stays: its files are complete or not there
      const kept = await recorder.finish(collectInto, signal.aborted ? 'CANCELED' : 'FAILED');
      if (fault && (kept === 0 || !signal.aborted)) throw fault;
      if (kept === 0)
        throw new JobError('NO_MODEL', 'No algorithm could be trained. Their failures tell why.');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };
}

function trainSpec(
  row: Question,
  table: DatasetRow,
  plan: PreprocessingRow,
  budgetSeconds: number,
  ports: Pick<TrainingPorts, 'threads' | 'memoryBytes'>,
): TrainSpec {
  const columns = table.columns ?? [];
  const target = columns.find((column) => column.name === row.target);
  if (!target) throw new JobError('TARGET_NOT_FOUND', `There is no column “${row.target}”.`);
  const { algorithms, maxTrials, tuning, seed, folds } = row.settings;
  return {
    kind: 'train',
    protocol: RUNNER_PROTOCOL,
    data: 'in/data.parquet',
    columns: runColumns(columns),
    target: target.physicalName,
    taskType: row.taskType,
    metric: row.metric,
    algorithms,
    steps: runSteps(plan.steps, columns),
    folds: { count: folds, seed },
    seed,
    budgetSeconds,
    maxTrials,
    tuning,
    threads: ports.threads,
    memoryBytes: ports.memoryBytes,
  };
}

function limitsOf(spec: TrainSpec): SandboxLimits {
  const wallSeconds = spec.budgetSeconds + ROOM_SECONDS;
  return {
    memoryBytes: spec.memoryBytes,
    diskBytes: DISK_BYTES,
    processes: 64 + 16 * spec.threads,
    cpuSeconds: Math.ceil(wallSeconds * (spec.threads + 1)),
    wallSeconds,
    outputBytes: 256 * 1024,
  };
}
