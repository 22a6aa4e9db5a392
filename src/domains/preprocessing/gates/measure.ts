import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type MeasuredPlan,
  MeasureMessage,
  type MeasureMessageOf,
  type MeasureSpec,
} from '#contract/measure.ts';
import { RUNNER_PROTOCOL } from '#contract/runner.ts';
import type { SandboxInput, SandboxLimits } from '#ports/sandbox.ts';
import { converse } from '#runner.ts';
import type { Bench, Piece } from './bench.ts';

/** What a small model reached with a plan on the validation rows of a split. */
export type Score = MeasureMessageOf<'scored'>;
export type MeasuredColumn = MeasureMessageOf<'columnMeasured'>;

export interface Measured {
  scores: Score[];
  failures: MeasureMessageOf<'planFailed'>[];
  columns: MeasuredColumn[];
  /** Whether every plan was measured on every split before the time was up. */
  isComplete: boolean;
}

/** A plan as the trainer takes it; `files` are those of a plan that is prepared. */
export interface PlanToMeasure {
  plan: MeasuredPlan;
  files: SandboxInput[];
}

const USED = { training: 1, validation: 2 };
/** For starting, reading the table and ending. */
const ROOM_SECONDS = 30;
const DISK_BYTES = 2 * 1024 ** 3;

/**
 * Scores of plans, by our own trainer. A plan that fails is told in the answer.
 * @throws JobError with the runner's code, SANDBOX_LIMIT, RUNNER_PROTOCOL or CANCELED
 */
export async function measurePlans(
  { ports, subject, columns, target, directory }: Bench,
  piece: Piece,
  plans: PlanToMeasure[],
  options: {
    metric: string;
    /** Groups of validation rows that are left out one by one. */
    groups?: number;
    /** For each row of the piece the row whose target it is given. */
    labels?: Uint32Array;
    describe?: boolean;
    seconds: number;
  },
  signal: AbortSignal,
): Promise<Measured> {
  const { metric, groups = 0, labels, describe = false } = options;
  const collectInto = await mkdtemp(join(directory, 'measure-'));
  const seconds = Math.max(1, options.seconds);
  const inputs: SandboxInput[] = [
    { name: 'data.parquet', path: piece.parquet },
    { name: 'splits.u8', path: await written(collectInto, 'splits.u8', uses(piece)) },
    ...plans.flatMap(({ files }) => files),
  ];
  if (labels) inputs.push({ name: 'labels.u32', path: await written(collectInto, 'labels.u32', labels) });
  const spec: MeasureSpec = {
    ...{ kind: 'measure', protocol: RUNNER_PROTOCOL, data: 'in/data.parquet', columns, target },
    ...{ taskType: subject.taskType, metric, plans: plans.map(({ plan }) => plan) },
    splits: { file: 'in/splits.u8', count: piece.splits.length },
    ...(labels ? { labels: 'in/labels.u32' } : {}),
    ...{ groups, describe, seconds, threads: ports.threads, memoryBytes: ports.memoryBytes },
  };
  const measured: Measured = { scores: [], failures: [], columns: [], isComplete: false };
  try {
    const job = { owner: subject.ownerId, spec, inputs, limits: limitsOf(spec), collectInto, signal };
    const onMessage = (message: MeasureMessage) => take(message, measured);
    await converse(ports.sandbox, { ...job, onMessage }, MeasureMessage, ({ type }) => type === 'measured');
    return measured;
  } finally {
    await rm(collectInto, { recursive: true, force: true });
  }
}

function take(message: MeasureMessage, measured: Measured): void {
  if (message.type === 'scored') measured.scores.push(message);
  else if (message.type === 'planFailed') measured.failures.push(message);
  else if (message.type === 'columnMeasured') measured.columns.push(message);
  else if (message.type === 'measured') measured.isComplete = message.isComplete;
}

/** A byte a row, split after split. */
function uses({ rowCount, splits }: Piece): Uint8Array {
  const bytes = new Uint8Array(rowCount * splits.length);
  splits.forEach(({ train, validation }, split) => {
    for (const row of train) bytes[split * rowCount + row] = USED.training;
    for (const row of validation) bytes[split * rowCount + row] = USED.validation;
  });
  return bytes;
}

async function written(
  directory: string,
  name: string,
  { buffer, byteOffset, byteLength }: Uint8Array | Uint32Array,
): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, new Uint8Array(buffer, byteOffset, byteLength));
  return path;
}

function limitsOf({ seconds, threads, memoryBytes }: MeasureSpec): SandboxLimits {
  const wallSeconds = Math.ceil(seconds) + ROOM_SECONDS;
  return {
    ...{ memoryBytes, diskBytes: DISK_BYTES, processes: 64 + 16 * threads },
    ...{ cpuSeconds: wallSeconds * (threads + 1), wallSeconds, outputBytes: 64 * 1024 },
  };
}
