import { and, eq, inArray, isNotNull } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Db } from '#db.ts';
import type { Events, NewEvent } from '#ports/events.ts';

/** A row that is a job: QUEUED, RUNNING, then ended once. */
type JobTable = PgTable & {
  id: PgColumn;
  status: PgColumn;
  cancelRequestedAt: PgColumn;
  finishedAt: PgColumn;
};
type JobPorts = { db: Db; events: Events };

/** `claim` aborts when the queue has given the job to another worker, `cancel` when a larger job that it is part of was stopped. */
export type JobSignals = { claim: AbortSignal; cancel?: AbortSignal };

const open = (table: JobTable, id: string) =>
  and(eq(table.id, id), inArray(table.status, ['QUEUED', 'RUNNING']));

/**
 * Asks the job of a row to stop: one that has not started ends at once, with `ended` as its last event; one that has
 * ended stays as it is.
 */
export async function requestCancel(
  { db, events }: JobPorts,
  table: JobTable,
  id: string,
  ended: NewEvent | null,
): Promise<void> {
  await db.transaction(async (tx) => {
    const now = new Date();
    await tx.update(table).set({ cancelRequestedAt: now }).where(open(table, id));
    const stopped = await tx
      .update(table)
      .set({ status: 'CANCELED', finishedAt: now })
      .where(and(eq(table.id, id), eq(table.status, 'QUEUED')))
      .returning({ id: table.id });
    await events.signalCancel(tx, id);
    if (ended && stopped.length > 0) await events.append(tx, id, [ended]);
  });
}

/** Ends the job of a row once, whatever happened before, with its last event in the same transaction. */
export async function settleJob(
  { db, events }: JobPorts,
  table: JobTable,
  id: string,
  change: Record<string, unknown>,
  ended: NewEvent | null,
): Promise<void> {
  await db.transaction(async (tx) => {
    const settled = await tx
      .update(table)
      .set({ ...change, finishedAt: new Date() })
      .where(open(table, id))
      .returning({ id: table.id });
    if (ended && settled.length > 0) await events.append(tx, id, [ended]);
  });
}

/** Runs `work` with a signal that aborts when the row's owner cancels it, or with either of the given signals. */
export async function cancellable<T>(
  { db, events }: JobPorts,
  table: Pick<JobTable, 'id' | 'cancelRequestedAt'> & PgTable,
  id: string,
  { claim, cancel }: JobSignals,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const canceled = new AbortController();
  async function look(): Promise<void> {
    const asked = await db
      .select({ id: table.id })
      .from(table)
      .where(and(eq(table.id, id), isNotNull(table.cancelRequestedAt)));
    if (asked.length > 0) canceled.abort();
  }
  // the row has the word: a signal may come late, and be about what the row was before
  const forget = events.onCancel((nodeId) => {
    if (nodeId === id) look().catch(() => canceled.abort());
  });
  try {
    // asked after listening, so that a request in between is not missed
    await look();
    return await work(AbortSignal.any([canceled.signal, claim, ...(cancel ? [cancel] : [])]));
  } finally {
    forget();
  }
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
  const failed = new AbortController();
  let running: Promise<void> | null = null;
  let fault: unknown = null;

  async function drain(): Promise<void> {
    while (waiting.length > 0) await write(waiting.splice(0, limit));
  }

  return {
    /** Aborts when a batch could not be written; nothing more is. */
    failed: failed.signal,
    push(value: T): void {
      if (fault) return;
      waiting.push(value);
      running ??= drain()
        .catch((error) => {
          fault = error ?? new Error('a batch failed');
          failed.abort();
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
