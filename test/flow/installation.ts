import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const READY_MILLISECONDS = 60_000;

export type Running = {
  child: ChildProcess;
  pid: number;
  url: string;
  output: () => string;
  /** Sends a signal and waits until the process is gone. */
  end(signal: NodeJS.Signals): Promise<void>;
};

/** Processes of their own on one database and one data directory, as an operator runs them. */
export async function installation(databaseUrl: string, settings: Record<string, string> = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'aliquot-flow-'));
  const all: Running[] = [];

  async function start(program: 'server' | 'worker', port = 0): Promise<Running> {
    const child = spawn(process.execPath, ['--import', 'tsx', `src/${program}.ts`], {
      cwd: join(import.meta.dirname, '../..'),
      env: {
        ...process.env,
        ...{ DATABASE_URL: databaseUrl, DATA_DIR: directory, PORT: String(port), LOG_LEVEL: 'warn' },
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
    const ended = once(child, 'exit');
    const ready = new Promise<{ url?: string }>((resolve) => child.once('message', resolve as () => void));
    const late = sleep(READY_MILLISECONDS, 'late', { ref: false });
    const first = await Promise.race([ready, ended, late]);
    if (Array.isArray(first) || first === 'late') {
      child.kill('SIGKILL');
      throw new Error(`the ${program} did not start:\n${output}`);
    }
    const running: Running = {
      child,
      pid: child.pid ?? 0,
      url: (first as { url?: string }).url ?? '',
      output: () => output,
      async end(signal) {
        if (child.exitCode === null && child.signalCode === null) child.kill(signal);
        await ended;
      },
    };
    all.push(running);
    return running;
  }

  return {
    directory,
    server: (port?: number) => start('server', port),
    worker: () => start('worker'),
    async close() {
      await Promise.all(all.map((running) => running.end('SIGTERM')));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A process by its number and by when it began, so that a later one with the same number is another. */
export type ProcessMark = { pid: number; mark: string };

async function processes(): Promise<(ProcessMark & { parent: number })[]> {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=,stat=,lstart=,args='], { maxBuffer: 2 ** 24 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state, began, program] =
      /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+ \S+ +\S+ \S+ \S+)\s+(.*)$/.exec(line) ?? [];
    if (!pid || state?.startsWith('Z')) return [];
    return [{ pid: Number(pid), parent: Number(parent), mark: `${pid} ${began} ${program}` }];
  });
}

/** Everything that a process has started, and what that has started. */
export async function descendants(root: number): Promise<ProcessMark[]> {
  const present = await processes();
  const found: ProcessMark[] = [];
  let parents = new Set([root]);
  while (parents.size > 0) {
    const children = present.filter(({ parent }) => parents.has(parent));
    found.push(...children);
    parents = new Set(children.map(({ pid }) => pid));
  }
  return found;
}

/** Those that still live after `limitMilliseconds`; none as soon as all have ended. */
export async function survivors(marks: readonly ProcessMark[], limitMilliseconds: number): Promise<string[]> {
  const deadline = Date.now() + limitMilliseconds;
  for (;;) {
    const present = new Set((await processes()).map(({ mark }) => mark));
    const left = marks.map(({ mark }) => mark).filter((mark) => present.has(mark));
    if (left.length === 0 || Date.now() > deadline) return left;
    await sleep(100);
  }
}

/** Processes whose working directory lies in a sandbox of the worker with this number. */
export async function inSandboxOf(workerPid: number): Promise<string[]> {
  const numbers = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const places = await Promise.all(
    numbers.flatMap((pid) => ['cwd', 'root'].map((link) => readlink(`/proc/${pid}/${link}`).catch(() => ''))),
  );
  return places.filter((place) => place.includes(`/work/${workerPid}-`));
}
