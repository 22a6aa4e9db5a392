import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningJob, SandboxLimits } from '#ports/sandbox.ts';
import { plantVictim } from './victim.ts';
import { localForTests, processesWith, runPython } from './workbench.ts';

const programs = fileURLToPath(new URL('./programs/', import.meta.url));

/** What is run; its program is `programs/<name>.py`. */
export interface Attack {
  name: string;
  limits?: Partial<SandboxLimits>;
  /** A file that the server copies out again and again meanwhile. */
  copies?: string;
  /** The program is not told the secret, as it looks for it in its own memory. */
  blind?: boolean;
}

export type Outcome = Awaited<ReturnType<typeof runPython>>;

/** What the server saw. */
export interface Sight {
  outcome: Outcome;
  /** Attempts that the program itself says have succeeded. */
  escaped: string[];
  /** The secret came out by the text, the lines, the files or the copies. */
  leaked: boolean;
  before: unknown;
  after: unknown;
}

/** What is left when all attacks are over. */
export interface Remains {
  processes: number;
  directories: string[];
  /** The job that ran beside all of them, to its ordered end. */
  neighbour: { canceled: boolean; exitCode: number | null; left: string };
}

/** A server of its own with a warm sandbox, a job that stays, and a new victim for each attack. */
export async function openArena(tier: string) {
  const made = await localForTests({ tier });
  const secret = `secret-of-victim-${randomUUID()}`;
  process.env.ARENA_SECRET = secret;
  await made.sandbox.warm();
  const work = join(made.cacheDirectory, 'work');
  const ending = new AbortController();
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const neighbour = runPython(made.sandbox, stayingJob, {
    args: [secret],
    inputs: [{ name: 'secret', content: secret }],
    limits: { wallSeconds: 600 },
    handlers: { signal: ending.signal, onLine: () => begin() },
  });
  await begun;
  const [server = ''] = readdirSync(work);
  const [own = ''] = readdirSync(join(work, server)).filter((name) => name !== 'control.sock');
  const target = {
    base: work,
    control: join(work, server, 'control.sock'),
    neighbour: {
      files: ['input/secret', 'work/out/secret'].map((path) => join(work, server, own, path)),
      processes: processesWith(made.cacheDirectory)
        .slice(1)
        .map(({ pid }) => pid),
    },
  };

  return {
    async attack({ name, limits, copies, blind }: Attack): Promise<Sight> {
      const victim = await plantVictim(secret);
      const copied = copies === undefined ? null : copyAgainAndAgain(copies);
      try {
        const known = { ...victim.target, ...target };
        const outcome = await runPython(made.sandbox, readFileSync(join(programs, `${name}.py`), 'utf8'), {
          args: [JSON.stringify(blind ? { ...known, secret: '' } : known)],
          limits: { wallSeconds: 20, ...limits },
          handlers: { onStart: (job) => void copied?.start(job) },
        });
        const copies = (await copied?.stop()) ?? [];
        const told = [outcome.output, ...outcome.lines, ...outcome.contents.values(), ...copies];
        return {
          // a flood of lines need not go from process to process
          outcome: { ...outcome, lines: outcome.lines.slice(0, 1000) },
          escaped: outcome.lines.filter((line) => line.includes('"escaped"')),
          leaked: told.some((text) => text.includes(secret)),
          before: victim.before,
          after: victim.state(),
        };
      } finally {
        victim.close();
      }
    },
    async close(): Promise<Remains> {
      try {
        ending.abort();
        const { canceled, exitCode, contents } = await neighbour;
        // what ends with a job ends before `run` answers: nothing has to be waited for
        const processes = processesWith(made.cacheDirectory).length;
        const directories = readdirSync(join(work, server)).filter((name) => name !== 'control.sock');
        const left = (contents.get('secret') ?? '').replace(secret, 'untouched');
        return { processes, directories, neighbour: { canceled, exitCode, left } };
      } finally {
        delete process.env.ARENA_SECRET;
        await made[Symbol.asyncDispose]();
      }
    },
  };
}

const stayingJob = `
import os, signal, sys, time
def main(arguments):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(6))
    open("out/secret", "w").write(arguments[0])
    os.write(3, b"begun\\n")
    time.sleep(600)
`;

/** Copies a file of the running job as often as it can, and gives the different contents that it got. */
function copyAgainAndAgain(name: string) {
  const directory = mkdtempSync(join(tmpdir(), 'aliquot-copies-'));
  const contents = new Set<string>();
  let isOver = false;
  let copying: Promise<void> | undefined;
  async function copy(job: RunningJob) {
    for (let number = 0; !isOver; number += 1) {
      const path = join(directory, String(number));
      if (await job.copyOut(name, path)) contents.add(readFileSync(path, 'latin1'));
      rmSync(path, { force: true });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  return {
    start(job: RunningJob) {
      copying = copy(job);
    },
    async stop() {
      isOver = true;
      await copying;
      rmSync(directory, { recursive: true });
      return [...contents];
    },
  };
}
