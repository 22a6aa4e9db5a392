import { TableError } from './errors.ts';
import type { FromChild, TableTaskContext, TableTaskKind, TableTasks, ToChild } from './tasks.ts';

/** Entry of the process that `run.ts` forks: one task, then the end. */

/** Only the task that is wanted is loaded: the start of this process is much of what a small table costs. */
const tasks: {
  [Kind in TableTaskKind]: () => Promise<
    (spec: TableTasks[Kind]['spec'], context: TableTaskContext) => Promise<TableTasks[Kind]['result']>
  >;
} = {
  ingest: async () => (await import('./ingest/ingest.ts')).ingest,
  profile: async () => (await import('./profile/profile.ts')).profile,
  cut: async () => (await import('./folds.ts')).cutRows,
  probe: async () => (await import('./probes.ts')).writeProbes,
};
const abort = new AbortController();
const memoryCheckMilliseconds = 200;

function send(message: FromChild): Promise<void> {
  return new Promise((resolve) => {
    if (process.connected && process.send) process.send(message, () => resolve());
    else resolve();
  });
}

async function finish(message: FromChild): Promise<never> {
  await send(message);
  process.exit(0);
}

async function start(message: Extract<ToChild, { type: 'start' }>): Promise<void> {
  let reached = 0;
  const context: TableTaskContext = {
    signal: abort.signal,
    memoryBytes: message.memoryBytes,
    temporaryDirectory: message.temporaryDirectory,
    onColumns: (profiles) => void send({ type: 'columns', profiles }),
    onProgress: (progress) => {
      reached = Math.max(reached, Math.min(1, progress.fraction));
      void send({ type: 'progress', ...progress, fraction: reached });
    },
  };
  // The engine keeps its own limit, but not for what Node and its buffers take.
  setInterval(() => {
    if (process.memoryUsage.rss() > message.memoryBytes) void finish(outOfMemory());
  }, memoryCheckMilliseconds).unref();
  try {
    const perform = await tasks[message.kind]();
    const result = await perform(message.spec as never, context);
    await finish({ type: 'done', result });
  } catch (error) {
    await finish(failure(error));
  }
}

function outOfMemory(): FromChild {
  return {
    type: 'failed',
    code: 'OUT_OF_MEMORY',
    message: 'The table needs more memory than the limit allows. Raise the limit or upload fewer columns.',
  };
}

function failure(error: unknown): FromChild {
  if (error instanceof TableError) {
    const { code, message, where } = error;
    return { type: 'failed', code, message, ...(where ? { where } : {}) };
  }
  if (abort.signal.aborted) return { type: 'failed', code: 'CANCELED', message: 'The task was canceled.' };
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') {
    return {
      type: 'failed',
      code: 'OUT_OF_DISK',
      message: 'The temporary directory is full. Free some space and try again.',
    };
  }
  if (code === 'ENOENT' || code === 'EACCES') {
    return {
      type: 'failed',
      code: 'UNREADABLE_FILE',
      message: 'The stored file cannot be opened. Upload it again.',
    };
  }
  // The message may hold SQL and paths: it goes to the operator's log by way of standard error, not to the user.
  console.error(error);
  return {
    type: 'failed',
    code: 'TABLE_ENGINE_CRASHED',
    message: 'The table engine failed on this file. Try again, or export the table anew.',
  };
}

process.on('message', (message: ToChild) => {
  if (message.type === 'start') void start(message);
  else abort.abort();
});
process.on('disconnect', () => process.exit(1));
void send({ type: 'ready' });
