import { access, constants } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type Sandbox,
  type SandboxJob,
  type SandboxResult,
  type SandboxSelfTest,
  SandboxUnavailableError,
} from '#ports/sandbox.ts';
import { SandboxFaultError } from './local/conversation.ts';
import { hosts } from './local/hosts.ts';
import { remedy } from './local/remedy.ts';
import { tryIsolation } from './local/self-test.ts';
import { type Manner, openWorkplace, tierName } from './local/workplace.ts';

export interface LocalSandboxOptions {
  /** Absolute path of the interpreter that has the runner's libraries; other users must reach it under root. */
  python: string;
  /** Holds the runner's package. */
  runnerDirectory: string;
  /** Name of that package, whose `__main__` has `main(arguments) -> exit code`; default `aliquot_runner`. */
  packageName?: string;
  /** For the launcher's copies and the work directories. */
  cacheDirectory: string;
  /** Threads of the numerical libraries in one process of a job; default 2. */
  threads?: number;
  /** No isolation, only limits. */
  unsafe?: boolean;
  /** Leave out to let the self-test choose; 'namespaces', 'bubblewrap' and 'landlock' are its candidates. */
  tier?: string;
}

/** Runs jobs on this host, in the strongest isolation that passes its self-test. */
export function localSandbox(options: LocalSandboxOptions): Sandbox {
  const { python, runnerDirectory, cacheDirectory, packageName = 'aliquot_runner' } = options;
  const threads = options.threads ?? Math.min(2, availableParallelism());
  const closing = new AbortController();
  const running = new Set<Promise<unknown>>();
  const workplace = once(() => openWorkplace({ python, runnerDirectory, packageName, cacheDirectory }));
  const pool = hosts(async (warm) => {
    const { runner, address, directory } = await workplace();
    const sharedMemory = chosenTier !== 'local:landlock' || process.getuid?.() === 0;
    return {
      python,
      runner,
      address,
      directory,
      threads,
      sharedMemory,
      warm: warm ? `${packageName}.warm` : null,
    };
  });
  const choice = once(choose);
  let chosenTier = options.unsafe ? 'unsafe' : 'local:untested';

  async function choose(): Promise<{ manner: Manner | null; report: SandboxSelfTest }> {
    const module = `${packageName}.__main__`;
    if (options.unsafe) {
      const manner: Manner = { tier: 'unsafe', bubblewrap: null, module, threads };
      return { manner, report: { tier: 'unsafe', passed: false, checks: [], remedy: null } };
    }
    const failed: SandboxSelfTest['checks'] = [];
    if (process.platform === 'linux') {
      const host = await pool.cold();
      try {
        for (const { tier, bubblewrap } of await candidates()) {
          const manner: Manner = { tier, bubblewrap, module, threads };
          const checks = await tryIsolation(await workplace(), host, manner, python);
          if (checks.every((check) => check.passed)) {
            chosenTier = tierName(tier);
            return { manner, report: { tier: chosenTier, passed: true, checks, remedy: null } };
          }
          failed.push(...checks.map((check) => ({ ...check, name: `${tierName(tier)}: ${check.name}` })));
        }
      } finally {
        host.retire();
      }
    }
    return { manner: null, report: { tier: 'none', passed: false, checks: failed, remedy: remedy() } };
  }

  async function candidates() {
    const found: { tier: string; bubblewrap: string | null }[] = [{ tier: 'namespaces', bubblewrap: null }];
    for (const bubblewrap of ['/usr/bin/bwrap', join(dirname(python), 'bwrap')]) {
      const usable = await access(bubblewrap, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (usable) found.push({ tier: 'bubblewrap', bubblewrap });
    }
    found.push({ tier: 'landlock', bubblewrap: null });
    return found.filter(({ tier }) => !options.tier || tier === options.tier);
  }

  async function allowed(): Promise<Manner> {
    const { manner, report } = await choice();
    if (manner) return manner;
    const firstFailure = report.checks.find((check) => !check.passed);
    const reason = firstFailure ? ` (${firstFailure.name}: ${firstFailure.detail})` : '';
    throw new SandboxUnavailableError(`No isolation for jobs on this host${reason}. ${report.remedy}`);
  }

  async function runJob(job: SandboxJob, handlers: Parameters<Sandbox['run']>[1]): Promise<SandboxResult> {
    const manner = await allowed();
    const place = await workplace();
    try {
      return await place.run(
        await pool.next(manner.tier !== 'bubblewrap'),
        manner,
        job,
        handlers,
        closing.signal,
      );
    } catch (error) {
      if (error instanceof SandboxFaultError) throw new SandboxUnavailableError(error.message);
      throw error;
    }
  }

  return {
    get tier() {
      return chosenTier;
    },
    async warm() {
      const manner = await allowed();
      await pool.next(manner.tier !== 'bubblewrap');
    },
    run(job, handlers) {
      if (closing.signal.aborted) return Promise.reject(new Error('the sandbox is closed'));
      const run = runJob(job, handlers);
      running.add(run);
      return run.finally(() => running.delete(run));
    },
    selfTest: async () => (await choice()).report,
    async close() {
      closing.abort();
      await Promise.allSettled(running);
      await pool.close();
      if (workplace.started()) await (await workplace()).close();
    },
  };
}

/** The same promise for every caller, until it fails. */
function once<T>(make: () => Promise<T>) {
  let made: Promise<T> | undefined;
  const get = () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return Object.assign(get, { started: () => made !== undefined });
}
