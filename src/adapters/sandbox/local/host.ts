import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** A Python process that has its libraries in memory and forks a supervisor for each job. */
export interface Host {
  /** Resolves once the imports are done; rejects when the process ends before. */
  ready: Promise<void>;
  ended: Promise<void>;
  hasEnded: () => boolean;
  jobsStarted: () => number;
  startJob: (token: string) => void;
  /** No more jobs; the process ends with its last one. */
  retire: () => void;
}

export interface HostSettings {
  python: string;
  /** holds the packages `aliquot_launcher` and the runner's */
  runner: string;
  address: string;
  directory: string;
  /** module to import first; null for a cold start */
  warm: string | null;
  threads: number;
  /** False where jobs have no /dev/shm: joblib looks at its import whether it may use processes. */
  sharedMemory: boolean;
}

export function startHost(settings: HostSettings): Host {
  const { python, runner, threads, sharedMemory, ...rest } = settings;
  const main = join(runner, 'aliquot_launcher', '__main__.py');
  const child = spawn(python, ['-I', main, 'host'], {
    cwd: '/',
    env: { ...cleanEnvironment(threads), ...(sharedMemory ? {} : { JOBLIB_MULTIPROCESSING: '0' }) },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let jobs = 0;
  let diagnosis = '';
  child.stderr.on('data', (data) => {
    diagnosis = (diagnosis + data).slice(-4000);
  });
  child.stdin.on('error', () => {});
  const ended = endOf(child);
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    ended.then(() => reject(new Error(`the Python process ended: ${diagnosis.trim() || 'no message'}`)));
  });
  ready.catch(() => {});
  child.stdin.write(`${JSON.stringify({ ...rest, server: process.pid })}\n`);
  return {
    ready,
    ended,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    jobsStarted: () => jobs,
    startJob(token) {
      jobs += 1;
      child.stdin.write(`fork ${token}\n`);
    },
    retire: () => child.stdin.end(),
  };
}

/** The jobs inherit the memory of this process: nothing of the server's environment goes into it. */
function cleanEnvironment(threads: number) {
  const names = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'NUMEXPR_MAX_THREADS'];
  const counts = Object.fromEntries(names.map((name) => [name, String(threads)]));
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC', ...counts };
}

function endOf(child: ChildProcess) {
  return new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}
