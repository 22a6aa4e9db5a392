import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ColumnProfile } from '#contract/report.ts';
import { TableError, type TableErrorCode } from './errors.ts';
import type { FromChild, TableProgress, TableTaskKind, TableTasks, ToChild } from './tasks.ts';

const defaultMemoryBytes = 1024 ** 3;
/** An analysis writes nothing outside its directory: there is nothing to tidy up. */
const interruptGraceMilliseconds: { [Kind in TableTaskKind]: number } = {
  ...{ ingest: 300, profile: 0, cut: 300, probe: 300 },
};
const childPath = fileURLToPath(new URL('./child.ts', import.meta.url));
const loaderUrl = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

export interface TableTaskOptions {
  /** Directory in which the task makes, and afterwards removes, a directory of its own. */
  temporaryDirectory: string;
  onProgress?: (progress: TableProgress) => void;
  /** Columns of an analysis as they are measured. */
  onColumns?: (profiles: ColumnProfile[]) => void;
  signal?: AbortSignal;
  /** Cap on the child's resident memory; default 1 GiB. */
  memoryBytes?: number;
}

/**
 * Runs one task on a table in a process of its own, so that neither a crash of the engine nor its memory limit reaches
 * the caller. Rejects with TableError only; `CANCELED` when the signal fired.
 */
export async function runTableTask<Kind extends TableTaskKind>(
  kind: Kind,
  spec: TableTasks[Kind]['spec'],
  options: TableTaskOptions,
): Promise<TableTasks[Kind]['result']> {
  const canceled = () => new TableError('CANCELED', 'The task was canceled.');
  if (options.signal?.aborted) throw canceled();
  await mkdir(options.temporaryDirectory, { recursive: true });
  const directory = await mkdtemp(path.join(options.temporaryDirectory, `${kind}-`));
  try {
    return await superviseChild(kind, spec, directory, options, canceled);
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

function superviseChild<Kind extends TableTaskKind>(
  kind: Kind,
  spec: TableTasks[Kind]['spec'],
  temporaryDirectory: string,
  { onProgress, onColumns, signal, memoryBytes = defaultMemoryBytes }: TableTaskOptions,
  canceled: () => TableError,
): Promise<TableTasks[Kind]['result']> {
  const heapMegabytes = Math.max(128, Math.floor(memoryBytes / 2 / 1024 ** 2));
  const child = fork(childPath, [], {
    execArgv: ['--import', loaderUrl, `--max-old-space-size=${heapMegabytes}`],
    // No secret is inherited, and the time zone must not depend on the host. The loader keeps what it has compiled in
    // TMPDIR: a directory of the task's own would have every module compiled anew.
    env: { TZ: 'UTC', TMPDIR: os.tmpdir() },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let standardError = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    standardError = (standardError + text).slice(-8_000);
  });
  return new Promise((resolve, reject) => {
    let outcome: { result: TableTasks[Kind]['result'] } | { error: Error } | undefined;
    let killTimer: NodeJS.Timeout | undefined;
    const stop = () => {
      outcome ??= { error: canceled() };
      send(child, { type: 'cancel' });
      killTimer = setTimeout(() => child.kill('SIGKILL'), interruptGraceMilliseconds[kind]);
    };
    signal?.addEventListener('abort', stop, { once: true });
    child.on('message', (message: FromChild) => {
      if (message.type === 'ready') {
        send(child, { type: 'start', kind, spec, memoryBytes, temporaryDirectory });
      } else if (message.type === 'progress') {
        if (!outcome)
          onProgress?.({ fraction: message.fraction, stage: message.stage, message: message.message });
      } else if (message.type === 'columns') {
        if (!outcome) onColumns?.(message.profiles);
      } else if (message.type === 'done') {
        outcome ??= { result: message.result as TableTasks[Kind]['result'] };
      } else {
        outcome ??= { error: new TableError(message.code as TableErrorCode, message.message, message.where) };
      }
    });
    child.on('error', (error) => {
      outcome ??= {
        error: new TableError('TABLE_ENGINE_CRASHED', `The table engine did not start: ${error.message}.`),
      };
      if (child.pid === undefined) settle();
    });
    child.on('close', (code, childSignal) => {
      outcome ??= { error: crash(code, childSignal, standardError) };
      settle();
    });
    function settle() {
      clearTimeout(killTimer);
      signal?.removeEventListener('abort', stop);
      if (!outcome) return;
      if ('error' in outcome) reject(outcome.error);
      else resolve(outcome.result);
    }
  });
}

function send(child: ChildProcess, message: ToChild) {
  if (child.connected) child.send(message, () => {});
}

function crash(code: number | null, signal: NodeJS.Signals | null, standardError: string): TableError {
  if (/heap out of memory|bad_alloc|Allocation failed/i.test(standardError)) {
    return new TableError(
      'OUT_OF_MEMORY',
      'The table needs more memory than the limit allows. Raise the limit or upload fewer columns.',
    );
  }
  const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
  const hint = signal === 'SIGKILL' ? ' The operating system does this when memory runs out.' : '';
  return new TableError(
    'TABLE_ENGINE_CRASHED',
    `The table engine ${how} before it had a result.${hint} Try again.`,
  );
}
