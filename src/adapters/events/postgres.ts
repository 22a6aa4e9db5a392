import { setMaxListeners } from 'node:events';
import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm';
import type { Database } from '#db.ts';
import type { Events, NewEvent, StoredEvent } from '#ports/events.ts';
import { event, eventStream } from './table.ts';

const EVENT_CHANNEL = 'aliquot_event';
const CANCEL_CHANNEL = 'aliquot_cancel';
/** A notification is only a wake-up; this finds what a lost one would have told. */
const SAFETY_POLL_MILLISECONDS = 1_000;
const PAGE = 500;

/** The event log on PostgreSQL: one LISTEN connection a process, readers pull from their own cursor. */
export async function postgresEvents({ db, sql: client }: Database): Promise<Events> {
  const wakers = new Map<string, Set<() => void>>();
  const cancelListeners = new Set<(nodeId: string) => void>();
  const closing = new AbortController();
  // each follower waits for it
  setMaxListeners(0, closing.signal);
  const wake = (streamId: string) => {
    for (const waker of wakers.get(streamId) ?? []) waker();
  };
  const wakeAll = () => {
    for (const streamId of wakers.keys()) wake(streamId);
  };
  const eventListener = await client.listen(EVENT_CHANNEL, wake, wakeAll);
  const cancelListener = await client.listen(CANCEL_CHANNEL, (nodeId) => {
    for (const listener of cancelListeners) listener(nodeId);
  });

  const inFlight = new Map<string, Promise<StoredEvent[]>>();
  function read(streamId: string, after: number, limit: number): Promise<StoredEvent[]> {
    const key = `${streamId}:${after}:${limit}`;
    const shared = inFlight.get(key);
    if (shared) return shared;
    const rows = db
      .select()
      .from(event)
      .where(and(eq(event.streamId, streamId), gt(event.sequence, after)))
      .orderBy(asc(event.sequence))
      .limit(limit)
      .then((found): StoredEvent[] => found)
      .finally(() => inFlight.delete(key));
    inFlight.set(key, rows);
    return rows;
  }

  /** Resolves at the next commit to the stream, at the safety poll, or when either signal aborts. */
  function nextWake(streamId: string, signal: AbortSignal): { woken: Promise<void>; forget(): void } {
    let forget = () => {};
    const woken = new Promise<void>((resolve) => {
      const set = wakers.get(streamId) ?? new Set();
      wakers.set(streamId, set);
      const timer = setTimeout(resolve, SAFETY_POLL_MILLISECONDS);
      const onAbort = () => resolve();
      set.add(resolve);
      signal.addEventListener('abort', onAbort);
      forget = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        set.delete(resolve);
        if (set.size === 0) wakers.delete(streamId);
      };
    });
    return { woken, forget };
  }

  return {
    read,
    async append(tx, streamId, events) {
      if (events.length > 0) await tx.execute(appendStatement(streamId, events));
    },
    async *follow(streamId, { after, isEnd, isGone, signal }) {
      const stop = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal;
      let cursor = after;
      let silent = false;
      let last: StoredEvent | undefined = after > 0 ? (await read(streamId, after - 1, 1))[0] : undefined;
      while (!stop.aborted) {
        // listening starts before reading, so that a commit in between is not missed
        const next = nextWake(streamId, stop);
        try {
          const rows = await read(streamId, cursor, PAGE);
          for (const row of rows) {
            if (stop.aborted) return;
            cursor = row.sequence;
            last = row;
            yield row;
          }
          if (rows.length === PAGE) continue;
          if (last && isEnd(last)) return;
          if (rows.length === 0) {
            // asked only when a wake brought nothing: live events cost no second statement
            if (silent && (await isGone())) return;
            await next.woken;
          }
          silent = rows.length === 0;
        } finally {
          next.forget();
        }
      }
    },
    async pages(streamIds, after, limit) {
      const page = db
        .select()
        .from(event)
        .where(and(sql`${event.streamId} = parent.id`, gt(event.sequence, after)))
        .orderBy(asc(event.sequence))
        .limit(limit)
        .as('page');
      const rows = await db
        .select()
        .from(sql`unnest(${sql.param([...streamIds])}::uuid[]) as parent(id)`)
        .crossJoinLateral(page)
        .orderBy(asc(page.sequence));
      const found = new Map(streamIds.map((streamId) => [streamId, [] as StoredEvent[]]));
      for (const row of rows) found.get(row.page.streamId)?.push(row.page);
      return found;
    },
    async lastSequence(streamIds) {
      if (streamIds.length === 0) return new Map();
      const rows = await db
        .select()
        .from(eventStream)
        .where(inArray(eventStream.streamId, [...streamIds]));
      return new Map(rows.map((row) => [row.streamId, row.lastSequence]));
    },
    async compact(tx, streamId, sequences, payload) {
      const last = Math.max(...sequences);
      const others = sequences.filter((sequence) => sequence !== last);
      const ofStream = eq(event.streamId, streamId);
      await tx
        .update(event)
        .set({ payload })
        .where(and(ofStream, eq(event.sequence, last)));
      if (others.length > 0) await tx.delete(event).where(and(ofStream, inArray(event.sequence, others)));
    },
    async forget(tx, streamIds) {
      if (streamIds.length === 0) return;
      await tx.delete(event).where(inArray(event.streamId, [...streamIds]));
      await tx.delete(eventStream).where(inArray(eventStream.streamId, [...streamIds]));
      for (const streamId of streamIds)
        await tx.execute(sql`select pg_notify(${EVENT_CHANNEL}, ${streamId})`);
    },
    async signalCancel(tx, nodeId) {
      await tx.execute(sql`select pg_notify(${CANCEL_CHANNEL}, ${nodeId})`);
    },
    onCancel(listener) {
      cancelListeners.add(listener);
      return () => cancelListeners.delete(listener);
    },
    async close() {
      closing.abort();
      await Promise.allSettled([eventListener.unlisten(), cancelListener.unlisten()]);
    },
  };
}

function appendStatement(streamId: string, events: NewEvent[]) {
  return sql`
    with stream as (
      insert into ${eventStream} as stream (stream_id, last_sequence) values (${streamId}, ${events.length}::bigint)
      on conflict (stream_id) do update set last_sequence = stream.last_sequence + excluded.last_sequence
      returning last_sequence
    ), appended as (
      insert into ${event} (stream_id, sequence, type, payload)
      select ${streamId}, stream.last_sequence - ${events.length}::bigint + entry.position, entry.value ->> 'type', entry.value -> 'payload'
      from stream, jsonb_array_elements(${JSON.stringify(events)}::jsonb) with ordinality as entry(value, position)
      returning sequence
    )
    select max(sequence), pg_notify(${EVENT_CHANNEL}, ${streamId}) from appended`;
}
