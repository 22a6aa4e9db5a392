import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandExitError, type CommandHandle } from '@e2b/code-interpreter';
import type { SandboxHandlers, SandboxJob, SandboxLimits } from '#ports/sandbox.ts';
import { plainName } from '../local/collect.ts';
import { BoxLostError, isPassing, TemplateFaultError } from './account.ts';
import type { Box } from './box.ts';
import type { Bundle } from './bundle.ts';
import { type BoxFile, download, upload, write } from './files.ts';
import { readSpool, type SpoolLine } from './spool.ts';
import { parseVerdict, type Verdict } from './verdict.ts';

/** All of it lies below the home directory of the box's user. */
export const LIBRARY = 'aliquot/library';
const JOB = 'aliquot/job';
const SPOOL = `${JOB}/spool`;
/** The job sees what its keeper was started with: nothing of the box's own environment goes into it. */
const KEEPER = `cd && exec env -i PATH="$PATH" LANG=C.UTF-8 aliquot-python -I ${LIBRARY}/aliquot_box/__main__.py`;
const DEFAULT_GRACE_SECONDS = 5;
/** For what the box does besides the job: choose a tier, collect files, answer. */
const ROOM_SECONDS = 120;
/** For the way of a cancellation to the job, and of its answer. */
const CANCEL_ROOM_SECONDS = 20;
const SAY_MILLISECONDS = 5_000;
const RETRY_MILLISECONDS = 200;
const COPY_MILLISECONDS = 300_000;

export interface Program {
  bundle: Bundle;
  /** has `main(arguments: list[str]) -> int | None` */
  module: string;
  threads: number;
}

/** Runs one job in a fresh box. Rejects when that is lost, with what `handlers` throw, or when `stop` is aborted. */
export async function runInBox(
  box: Box,
  program: Program,
  job: SandboxJob,
  handlers: SandboxHandlers,
  stop: AbortSignal,
): Promise<Verdict> {
  const { signal, onLine, onStart, graceSeconds = DEFAULT_GRACE_SECONDS } = handlers;
  const ending = new AbortController();
  const until = AbortSignal.any([stop, ending.signal, box.lost]);
  try {
    await checkTemplate(box, until);
    await layOut(box, program, job, signal ? AbortSignal.any([until, signal]) : until);
    const keeper = await startKeeper(box, until);
    const verdict = await underWatch(job.limits, ending, (watch, prolong) => {
      onStart?.({
        copyOut: (name, target) => copyOut(box, job.limits, name, target, until),
        extend(seconds) {
          prolong(seconds);
          void sayUntilHeard(keeper, `extend ${seconds}`, watch);
        },
      });
      const cancel = () => void cancelJob(keeper, graceSeconds, ending, watch);
      if (signal?.aborted) cancel();
      else signal?.addEventListener('abort', cancel, { once: true, signal: watch });
      return readVerdict(box, keeper.pid, job.limits, (line) => onLine?.(line), until);
    });
    for (const { name, byteSize } of verdict.files) {
      await download(box, `${JOB}/collected/${name}`, join(job.collectInto, name), byteSize, until);
    }
    return verdict;
  } finally {
    ending.abort(new BoxLostError('the job has ended'));
  }
}

/** Ends the job when it is late; the signal is aborted as soon as the work is done, which may prolong its time. */
async function underWatch<T>(
  { wallSeconds }: SandboxLimits,
  ending: AbortController,
  work: (watch: AbortSignal, prolong: (addedSeconds: number) => void) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const began = performance.now();
  const watchOver = (seconds: number) =>
    setTimeout(
      () => ending.abort(new BoxLostError('the job did not end at its limit of time')),
      (seconds + ROOM_SECONDS) * 1_000 - (performance.now() - began),
    );
  let late = watchOver(wallSeconds);
  const prolong = (addedSeconds: number) => {
    clearTimeout(late);
    late = watchOver(wallSeconds + addedSeconds);
  };
  try {
    return await work(done.signal, prolong);
  } finally {
    clearTimeout(late);
    done.abort();
  }
}

async function readVerdict(
  box: Box,
  pid: number,
  limits: SandboxLimits,
  onLine: (line: string) => void,
  until: AbortSignal,
): Promise<Verdict> {
  let verdict: Verdict | undefined;
  const take = ({ kind, content }: SpoolLine) => {
    const text = content.toString('utf8');
    if (kind === 'T') throw new TemplateFaultError(text);
    if (kind === 'F') throw new BoxLostError(`the job could not be kept in the box (${text})`);
    if (kind === 'E') for (const line of text.split('\n')) onLine(line);
    if (kind === 'R') verdict = parseVerdict(text, limits);
    return verdict ? 'last' : 'more';
  };
  await readSpool(box, { pid, spool: SPOOL }, take, until);
  if (!verdict) throw new BoxLostError('the box said nothing about the end of the job');
  return verdict;
}

/** Everything that the keeper in the box needs, small files in one request, large ones in parts. */
async function layOut(box: Box, program: Program, job: SandboxJob, until: AbortSignal): Promise<void> {
  const { bundle, module, threads } = program;
  const limits = Object.fromEntries(
    Object.entries(job.limits).map(([name, value]) => [
      name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
      value,
    ]),
  );
  const request = { module, arguments: job.args, threads, limits, bubblewrap: null };
  const files: BoxFile[] = [
    ...bundle.files,
    { path: `${JOB}/request.json`, data: JSON.stringify({ lock: bundle.lock, request }) },
    { path: SPOOL, data: '' },
  ];
  for (const { name, ...input } of job.inputs) {
    if (!plainName.test(name)) throw new Error(`not a name for an input: ${name}`);
    if ('path' in input) await upload(box, input.path, `${JOB}/parts/${name}`, until);
    else files.push({ path: `${JOB}/inputs/${name}`, data: dataOf(input.content) });
  }
  await write(box, files, until);
}

const dataOf = (content: string | Uint8Array) =>
  typeof content === 'string' ? content : new Blob([new Uint8Array(content)]);

async function checkTemplate(box: Box, until: AbortSignal): Promise<void> {
  const check = `cd && command -v aliquot-python && mkdir -p ${JOB}/inputs ${JOB}/parts`;
  await box.remote.commands.run(check, { signal: until }).catch((error) => {
    if (!(error instanceof CommandExitError)) throw error;
    throw new TemplateFaultError('it has no environment for the runner');
  });
}

/** Starts what holds the job; it outlives the connection that started it. */
async function startKeeper(box: Box, until: AbortSignal): Promise<CommandHandle> {
  const keeper = await box.remote.commands.run(`${KEEPER} serve ${JOB}`, {
    ...{ background: true, stdin: true, timeoutMs: 0, signal: until },
  });
  await keeper.disconnect();
  return keeper;
}

/** Asks until somebody has heard; a job that does not answer in time is left to the end of its box. */
async function cancelJob(
  keeper: CommandHandle,
  graceSeconds: number,
  ending: AbortController,
  watch: AbortSignal,
): Promise<void> {
  const late = setTimeout(
    () => ending.abort(new BoxLostError('the job did not end when it was cancelled')),
    (graceSeconds + CANCEL_ROOM_SECONDS) * 1_000,
  );
  watch.addEventListener('abort', () => clearTimeout(late), { once: true });
  await sayUntilHeard(keeper, `cancel ${graceSeconds}`, watch);
}

/** What is said twice does no harm. */
async function sayUntilHeard(keeper: CommandHandle, line: string, watch: AbortSignal): Promise<void> {
  while (!watch.aborted) {
    const heard = await keeper.sendStdin(`${line}\n`, { requestTimeoutMs: SAY_MILLISECONDS }).then(
      () => true,
      () => false,
    );
    if (heard) return;
    await sleep(RETRY_MILLISECONDS);
  }
}

async function copyOut(
  box: Box,
  limits: SandboxLimits,
  name: string,
  target: string,
  until: AbortSignal,
): Promise<boolean> {
  if (!plainName.test(name) || until.aborted) return false;
  const number = randomUUID();
  try {
    const copy = `${KEEPER} copy ${JOB} ${name} ${number} ${limits.diskBytes}`;
    await box.remote.commands.run(copy, { timeoutMs: COPY_MILLISECONDS, signal: until });
    const path = `${JOB}/copies/${number}`;
    const { size } = await box.remote.files.getInfo(path, { signal: until });
    if (size > limits.diskBytes) return false;
    await download(box, path, target, size, until);
    await box.remote.files.remove(path, { signal: until });
    return true;
  } catch (error) {
    // the job has ended, or has no such file: what it left is collected
    if (error instanceof CommandExitError || until.aborted || isPassing(error)) return false;
    throw error;
  }
}
