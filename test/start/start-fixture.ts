import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findRunningServer, type RunningServer } from '#supervisor/running-server.ts';

const run = promisify(execFile);

export interface Started {
  /** `npm start`, the leader of its process group. */
  npm: ChildProcess;
  output: () => string;
  /** Resolves with the exit code of `npm start`. */
  ended: Promise<number | null>;
}

/** Runs `npm start` as a shell does: in a process group of its own, which Ctrl-C reaches as a whole. */
export function npmStart(dataDirectory: string, port = 0): Started {
  const npm = spawn('npm', ['start'], {
    env: { ...process.env, DATA_DIR: dataDirectory, PORT: String(port), DATABASE_URL: '', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  return { npm, output: () => output, ended: once(npm, 'close').then(([code]) => code) };
}

export async function pressCtrlC({ npm, ended }: Started): Promise<number | null> {
  if (npm.pid !== undefined && npm.exitCode === null && npm.signalCode === null) {
    process.kill(-npm.pid, 'SIGINT');
  }
  return ended;
}

const readyLimitMilliseconds = 60_000;

export async function waitUntilReady(dataDirectory: string, started: Started): Promise<RunningServer> {
  const deadline = Date.now() + readyLimitMilliseconds;
  while (Date.now() < deadline && started.npm.exitCode === null) {
    const running = await findRunningServer(dataDirectory);
    if (running) return running;
    await sleep(20);
  }
  throw new Error(`It did not become ready:\n${started.output()}`);
}

/** The process and all that descend from it. */
export async function processTree(root: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=']);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [root];
  for (const parent of found) {
    for (const [pid = 0, ppid] of rows) if (ppid === parent) found.push(pid);
  }
  return found;
}

/** Null when the process is gone. */
export async function commandLine(pid: number): Promise<string | null> {
  const result = await run('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => null);
  return result?.stdout.trim() ?? null;
}

export async function askName(url: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: '{ __typename }' }),
  });
  return response.json();
}
