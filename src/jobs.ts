import { and, eq, isNotNull } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Db } from '#db.ts';
import type { Events } from '#ports/events.ts';

/** Runs `work` with a signal that aborts when the node's owner cancels it or when the worker's claim is lost. */
export async function cancellable<T>(
  events: Events,
  nodeId: string,
  claim: AbortSignal,
  canceledBefore: () => Promise<boolean>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const canceled = new AbortController();
  const forget = events.onCancel((id) => {
    if (id === nodeId) canceled.abort();
  });
  try {
    // asked after listening, so that a request in between is not missed
    if (await canceledBefore()) canceled.abort();
    return await work(AbortSignal.any([canceled.signal, claim]));
  } finally {
    forget();
  }
}

/** Whether the owner of a row has asked for its job to stop. */
export function cancelRequested(
  db: Db,
  table: PgTable & { id: PgColumn; cancelRequestedAt: PgColumn },
  id: string,
): () => Promise<boolean> {
  return async () => {
    const found = await db
      .select({ id: table.id })
      .from(table)
      .where(and(eq(table.id, id), isNotNull(table.cancelRequestedAt)));
    return found.length > 0;
  };
}

/** Calls `write` with the newest value, at most once in `milliseconds`, one at a time. */
export function coalesced<T>(milliseconds: number, write: (value: T) => Promise<void>) {
  let newest: { value: T } | null = null;
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  let last = 0;

  function flush(): void {
    timer = null;
    if (!newest) return;
    const { value } = newest;
    newest = null;
    last = Date.now();
    // progress that cannot be told is not worth the job
    writing = writing.then(() => write(value)).catch(() => {});
  }

  return {
    push(value: T): void {
      newest = { value };
      timer ??= setTimeout(flush, Math.max(0, last + milliseconds - Date.now()));
    },
    /** Drops what was not written yet and waits for a write under way. */
    async settle(): Promise<void> {
      if (timer) clearTimeout(timer);
      timer = null;
      newest = null;
      await writing;
    },
  };
}

/** Takes values one by one and gives them to `write` in order, as many at once as have gathered meanwhile. */
export function batched<T>(write: (values: T[]) => Promise<void>, limit = 100) {
  const waiting: T[] = [];
  let running: Promise<void> | null = null;
  let fault: unknown = null;

  async function drain(): Promise<void> {
    while (waiting.length > 0) await write(waiting.splice(0, limit));
  }

  return {
    push(value: T): void {
      if (fault) return;
      waiting.push(value);
      running ??= drain()
        .catch((error) => {
          fault = error ?? new Error('a batch failed');
        })
        .finally(() => {
          running = null;
        });
    },
    /** Waits until everything is written. @throws whatever `write` threw first. */
    async settle(): Promise<void> {
      while (running) await running;
      if (fault) throw fault;
    },
  };
}
