import type { RunningJob, Sandbox, SandboxHandlers, SandboxJob, SandboxResult } from '#ports/sandbox.ts';
import { type E2bAccount, isPassing, TemplateFaultError, toldAs } from './e2b/account.ts';
import { type Box, openBox, type Timings, usualTimings } from './e2b/box.ts';
import { readBundle } from './e2b/bundle.ts';
import { LIBRARY, runInBox } from './e2b/job.ts';
import { testBoxes } from './e2b/self-test.ts';
import { sweepOrphans, thisWorker } from './e2b/sweep.ts';
import { publishTemplate, type TemplateSize, templateExists, templateName } from './e2b/template.ts';
import { canceledVerdict, type Verdict } from './e2b/verdict.ts';

export interface E2bSandboxOptions {
  account: E2bAccount;
  /** Marks the boxes of this installation, so that it sweeps its own alone. */
  installation: string;
  /** Name or id of a template that was published for this version; unset: its own, which is built when it is missing. */
  template?: string | undefined;
  /** What a box offers to a job. */
  size: TemplateSize;
  /** Holds the runner's package. */
  runnerDirectory: string;
  /** Name of that package, whose `__main__` has `main(arguments) -> exit code`; default `aliquot_runner`. */
  packageName?: string;
  timings?: Partial<Timings>;
  /** Hears what takes long. */
  tell?: (message: string) => void;
}

const SWEEP_MILLISECONDS = 300_000;
const BOXES_PER_JOB = 2;

/** Of a cancelled job it does not matter how its box ended, but what the caller's own code throws does. */
const isCancellation = (error: unknown, signal: AbortSignal | undefined) =>
  signal?.aborted === true && (error === signal.reason || isPassing(error));

/** Runs every job in a fresh virtual machine of E2B, which is ended with it. */
export async function e2bSandbox(options: E2bSandboxOptions): Promise<Sandbox> {
  const { account, installation, size, runnerDirectory, packageName = 'aliquot_runner' } = options;
  const timings = { ...usualTimings, ...options.timings };
  const template = options.template ?? (await templateName(size));
  const bundle = await readBundle(runnerDirectory, packageName, LIBRARY);
  const program = { bundle, module: `${packageName}.__main__`, threads: size.threads };
  const tier = `e2b:${template}`;
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  let sweeper: NodeJS.Timeout | undefined;
  let prepared: Promise<void> | undefined;

  const open = (job: { id: string; owner: string }) =>
    openBox(
      account,
      template,
      { aliquot: installation, worker: thisWorker, job: job.id, owner: job.owner },
      timings,
    );

  /** `close` waits for it. */
  function track<T>(work: Promise<T>): Promise<T> {
    running.add(work);
    return work.finally(() => running.delete(work));
  }

  /** The template is there, and what dead workers left is not. */
  function prepare(): Promise<void> {
    prepared ??= findTemplate().catch((error) => {
      prepared = undefined;
      throw toldAs(error, `the template ${template}`);
    });
    if (!sweeper) {
      const sweep = () => void sweepOrphans(account, installation).catch(() => {});
      sweep();
      sweeper = setInterval(sweep, SWEEP_MILLISECONDS).unref();
    }
    return prepared;
  }

  async function findTemplate(): Promise<void> {
    if (options.template || (await templateExists(account, template))) return;
    options.tell?.(`E2B builds the template ${template}, which takes some minutes`);
    await publishTemplate(account, template, size, () => {});
    options.tell?.(`E2B has built the template ${template}`);
  }

  async function inFreshBox(job: SandboxJob, handlers: SandboxHandlers): Promise<Verdict> {
    const box: Box = await open(job);
    try {
      return await runInBox(box, program, job, handlers, closing.signal);
    } finally {
      await box.kill();
    }
  }

  /** A lost box is replaced once, by one that begins the job anew, as long as nobody has heard of the first. */
  async function runJob(job: SandboxJob, handlers: SandboxHandlers): Promise<SandboxResult> {
    const began = performance.now();
    const canceled = () => ({ ...canceledVerdict((performance.now() - began) / 1_000), tier });
    if (handlers.signal?.aborted) return canceled();
    await prepare();
    let heard = false;
    let current: RunningJob | undefined;
    let addedSeconds = 0;
    const passedOn: SandboxHandlers = {
      ...handlers,
      onLine(line) {
        heard = true;
        handlers.onLine?.(line);
      },
      onStart(started) {
        const isFirst = !current;
        current = started;
        if (addedSeconds > 0) started.extend(addedSeconds);
        if (!isFirst) return;
        handlers.onStart?.({
          copyOut: async (...file) => (await current?.copyOut(...file)) ?? false,
          extend(seconds) {
            addedSeconds = seconds;
            current?.extend(seconds);
          },
        });
      },
    };
    for (let boxes = 1; ; boxes += 1) {
      try {
        return { ...(await inFreshBox(job, passedOn)), tier };
      } catch (error) {
        // one that was removed is built again by the next job
        if (error instanceof TemplateFaultError) prepared = undefined;
        if (closing.signal.aborted || isCancellation(error, handlers.signal)) return canceled();
        if (heard || boxes === BOXES_PER_JOB || !isPassing(error)) throw toldAs(error, `the job ${job.id}`);
      }
    }
  }

  return {
    tier,
    /** No box is kept warm: each second of it is paid for, and one is made in less time than the libraries' import. */
    warm: prepare,
    run(job, handlers) {
      if (closing.signal.aborted) return Promise.reject(new Error('the sandbox is closed'));
      return track(runJob(job, handlers));
    },
    async selfTest() {
      try {
        if (!options.template && !(await templateExists(account, template))) {
          throw new TemplateFaultError(
            'it does not exist yet: the first job has it built, which takes minutes',
          );
        }
        const job = { id: 'self-test', owner: installation };
        const checks = await track(testBoxes(() => open(job), bundle, closing.signal));
        const passed = checks.every((check) => check.passed);
        return {
          tier,
          passed,
          checks,
          remedy: passed ? null : 'Run jobs elsewhere: set SANDBOX_URL=local:.',
        };
      } catch (error) {
        const { message } = toldAs(error, `the template ${template}`) as Error;
        return {
          tier,
          passed: false,
          checks: [{ name: 'start', passed: false, detail: message }],
          remedy: message,
        };
      }
    },
    async close() {
      closing.abort();
      clearInterval(sweeper);
      await Promise.allSettled(running);
    },
  };
}
