import type { RunColumn, SplitSpec, TrainSpec } from '#contract/runner.ts';
import { type CutFold, cutFolds, transformFold } from '#domains/preprocessing/custom-code/fold.ts';
import type { CodeJobs } from '#domains/preprocessing/custom-code/jobs.ts';
import { writeFold } from '#domains/preprocessing/custom-code/prepared.ts';
import { type Split, splitTable } from '#domains/preprocessing/custom-code/split.ts';
import { JobError } from '#errors.ts';
import type { Sandbox, SandboxInput } from '#ports/sandbox.ts';

const NAME = 'prepared';
const FOLDS = 'folds.u8';
const LANES = 2;
const DISK_BYTES = 8 * 1024 ** 3;

export interface FoldPreparation {
  owner: string;
  parquet: string;
  columns: RunColumn[];
  target: string;
  taskType: SplitSpec['taskType'];
  folds: SplitSpec['folds'];
  /** Python compiled from the plan. */
  code: string;
  /** Existing; what is made is below it until the caller removes it. */
  directory: string;
  /** All that it may take, whatever the code does. */
  seconds: number;
}

export interface PreparedFolds {
  /** For the trainer, with `inputs` among its own. */
  spec: NonNullable<TrainSpec['prepared']>;
  inputs: SandboxInput[];
  /** By fold, what the code has learned: the path of a file. */
  states: string[];
}

/**
 * Draws the folds and sends each of them through the plan's own code.
 * @throws JobError PREPARATION_TOO_SLOW; CODE_FAILED, CODE_CONTRACT, SANDBOX_LIMIT; CANCELED; those of a training whose
 * question does not fit the table. TableError.
 */
export async function prepareFolds(
  ports: { sandbox: Sandbox; threads: number; memoryBytes: number },
  task: FoldPreparation,
  onProgress: (done: number, count: number) => void,
  signal: AbortSignal,
): Promise<PreparedFolds> {
  const { owner, parquet, columns, target, taskType, code, directory, seconds } = task;
  const lanes = Math.min(LANES, ports.threads);
  const failed = new AbortController();
  const late = AbortSignal.timeout(Math.ceil(seconds * 1_000));
  const jobs: CodeJobs = {
    ...{ sandbox: ports.sandbox, owner, directory },
    limits: {
      memoryBytes: Math.floor(ports.memoryBytes / lanes),
      diskBytes: DISK_BYTES,
      processes: 64,
      cpuSeconds: Math.ceil(seconds * (ports.threads + 1)),
      wallSeconds: Math.ceil(seconds) + 1,
      outputBytes: 64 * 1024,
    },
    signal: AbortSignal.any([signal, late, failed.signal]),
  };
  const inputs: SandboxInput[] = [];
  const states: string[] = [];
  let split: Split | null = null;
  let done = 0;

  async function throughCode(fold: number, cut: CutFold): Promise<void> {
    const made = await transformFold(jobs, code, cut);
    inputs.push(...(await writeFold(directory, NAME, fold, made)));
    states[fold] = made.state;
    done += 1;
    if (split) onProgress(done, split.count);
  }

  try {
    split = await splitTable(jobs, parquet, { target, taskType, folds: task.folds });
    onProgress(0, split.count);
    const table = { parquet, columns, target, memoryBytes: ports.memoryBytes };
    const cuts = await cutFolds(directory, table, split.folds, jobs.signal);
    const waiting = [...cuts.entries()];
    const lane = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) await throughCode(...next);
    };
    const running = Array.from({ length: lanes }, lane);
    await Promise.all(running).catch(async (error) => {
      // the other lane has files in the directory
      failed.abort();
      await Promise.allSettled(running);
      throw error;
    });
  } catch (error) {
    if (late.aborted && !signal.aborted) throw tooSlow(seconds, done, split?.count ?? task.folds.count);
    throw error;
  }
  inputs.push({ name: FOLDS, path: split.path });
  const spec = { files: `in/${NAME}`, folds: `in/${FOLDS}`, foldsSha256: split.sha256 };
  return { spec, inputs, states };
}

const tooSlow = (seconds: number, done: number, count: number) =>
  new JobError(
    'PREPARATION_TOO_SLOW',
    `The code of the preprocessing has prepared ${done} of ${count} folds in ${Math.round(seconds)} s, half of the budget. ` +
      'Give the training a larger budget or fewer folds, or make the code quicker.',
  );
