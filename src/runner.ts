import type { RunColumn, RunSpec } from '#contract/runner.ts';
import { type MessageOf, RunnerMessage } from '#contract/runner-messages.ts';
import type { DatasetColumn } from '#contract/table.ts';
import { JobError } from '#errors.ts';
import { newId } from '#ids.ts';
import type { RunningJob, Sandbox, SandboxInput, SandboxLimits, SandboxResult } from '#ports/sandbox.ts';

/** More lines than any honest job writes: beyond it the job is stopped. */
const MAX_MESSAGES = 200_000;

export type RunnerJob = Conversation<RunSpec, RunnerMessage>;

/** One job of our own package: what it is asked, what it answers. */
export type Conversation<Spec, Message> = {
  /** Account that the job works for. */
  owner: string;
  spec: Spec;
  inputs: SandboxInput[];
  limits: SandboxLimits;
  collectInto: string;
  signal: AbortSignal;
  graceSeconds?: number;
  onStart?: (job: RunningJob) => void;
  /** Called in order, for each message that has passed the contract. */
  onMessage?: (message: Message) => void;
};

/**
 * Runs the Python runner in the sandbox and holds every line that it says against the contract.
 * @throws JobError with the runner's own code when it says `failed`, else SANDBOX_LIMIT, RUNNER_PROTOCOL, RUNNER_CRASHED.
 */
export function runRunner(sandbox: Sandbox, job: RunnerJob): Promise<SandboxResult> {
  return converse(sandbox, job, RunnerMessage, (message) => ends(job.spec.kind, message));
}

type Failed = MessageOf<'failed'>;

/** As `runRunner`, for a verb with answers of its own. */
export async function converse<Spec extends { kind: string }, Message extends { type: string }>(
  sandbox: Sandbox,
  job: Conversation<Spec, Message>,
  answers: { parse(value: unknown): Message | Failed },
  isEnd: (message: Message) => boolean,
): Promise<SandboxResult> {
  const broken = new AbortController();
  let fault: JobError | null = null;
  let ended = false;
  let messages = 0;
  const onLine = (line: string) => {
    if (broken.signal.aborted) return;
    messages += 1;
    const message = messages > MAX_MESSAGES ? null : parse(line, answers);
    if (!message) {
      fault = new JobError('RUNNER_PROTOCOL', 'The training process said something that it should not.');
      broken.abort();
      return;
    }
    if (isFailure(message)) fault = new JobError(message.code, message.message);
    if (isFailure(message) || isEnd(message)) ended = true;
    job.onMessage?.(message as Message);
  };
  const result = await sandbox.run(
    {
      id: newId(),
      owner: job.owner,
      args: [job.spec.kind, 'in/spec.json'],
      inputs: [{ name: 'spec.json', content: JSON.stringify(job.spec) }, ...job.inputs],
      limits: job.limits,
      collectInto: job.collectInto,
    },
    {
      onLine,
      signal: AbortSignal.any([job.signal, broken.signal]),
      ...(job.onStart ? { onStart: job.onStart } : {}),
      ...(job.graceSeconds === undefined ? {} : { graceSeconds: job.graceSeconds }),
    },
  );
  if (fault) throw fault;
  if (!ended) throw unfinished(result);
  return result;
}

const ends = (kind: RunSpec['kind'], message: RunnerMessage) =>
  message.type ===
  { train: 'finished', predict: 'predicted', compile: 'compiled', split: 'split', parse: 'parsed' }[kind];

const isFailure = (message: { type: string }): message is Failed => message.type === 'failed';

function parse<Message>(line: string, answers: { parse(value: unknown): Message }): Message | null {
  try {
    return answers.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

function unfinished(result: SandboxResult): JobError {
  if (result.canceled) return new JobError('CANCELED', 'The job was stopped before it had a result.');
  if (result.limit) {
    return new JobError('SANDBOX_LIMIT', `The job was ended at its limit of ${result.limit.toLowerCase()}.`);
  }
  const how = result.signal ? `was ended by ${result.signal}` : `ended with code ${result.exitCode}`;
  return new JobError('RUNNER_CRASHED', `The process ${how} before it had a result.`);
}

/** Columns as the runner takes them. */
export const runColumns = (columns: readonly DatasetColumn[]): RunColumn[] =>
  columns.map((column) => ({ name: column.physicalName, label: column.name, type: column.type }));
