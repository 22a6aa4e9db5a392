import type { TrainSpec } from '#contract/runner.ts';
import type { RunnerMessage } from '#contract/runner-messages.ts';
import type { JobContext } from '#ports/queue.ts';
import type { RunningJob, Sandbox, SandboxInput, SandboxLimits } from '#ports/sandbox.ts';
import { runRunner } from '#runner.ts';
import { type Fetch, movedFrom } from './model-files.ts';
import type { Recorder } from './recorder.ts';

const GRACE_SECONDS = 5;
/** Start of the process, reading the table and packing the models are outside the budget. */
const ROOM_SECONDS = 120;
const DISK_BYTES = 8 * 1024 ** 3;

/** A training in the sandbox, which goes on with the portable model when everything else is there. */
export type Trainer = {
  /** When the results are there, or the job has ended: what went wrong, and the added seconds it took. */
  trained(): Promise<{ fault: unknown; takenSeconds: number }>;
  /** What went wrong in the whole job. */
  ended: Promise<unknown>;
  stop(): void;
  fetch: Fetch;
};

/** Trains in the sandbox while the recorder listens. */
export function startTrainer(
  sandbox: Sandbox,
  asked: { owner: string; spec: TrainSpec; inputs: SandboxInput[]; collectInto: string },
  recorder: Recorder,
  context: JobContext,
  signal: AbortSignal,
): Trainer {
  let takenSeconds = 0;
  let job: RunningJob | null = null;
  let tellFinished = () => {};
  const finished = new Promise<null>((resolve) => {
    tellFinished = () => resolve(null);
  });
  const stop = new AbortController();
  const ended = runRunner(sandbox, {
    ...asked,
    limits: limitsOf(asked.spec),
    signal: AbortSignal.any([signal, recorder.failed, stop.signal]),
    graceSeconds: GRACE_SECONDS,
    onStart: (running) => {
      job = running;
      recorder.attach(running);
    },
    onMessage: (message: RunnerMessage) => {
      if (!context.signal.aborted) recorder.take(message);
      if (message.type !== 'finished') return;
      takenSeconds = message.budgetSeconds - asked.spec.budgetSeconds;
      if (message.stopReason !== 'CANCELED') tellFinished();
    },
  }).then(
    () => null,
    (fault) => fault,
  );
  return {
    trained: async () => ({ fault: await Promise.race([finished, ended]), takenSeconds }),
    ended,
    stop: () => stop.abort(),
    async fetch(name, path) {
      if (await job?.copyOut(name, path).catch(() => false)) return true;
      await ended;
      return movedFrom(asked.collectInto)(name, path);
    },
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
