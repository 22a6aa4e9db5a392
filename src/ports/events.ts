import type { Tx } from '#db.ts';

/** One entry of a stream. `sequence` counts from 1 and, within a stream, its order is the order of commits. */
export type StoredEvent = {
  streamId: string;
  sequence: number;
  type: string;
  payload: Record<string, unknown>;
  at: Date;
};

export type NewEvent = { type: string; payload: Record<string, unknown> };

/**
 * The append-only log behind every subscription. A stream belongs to one node and has that node's id.
 * Nothing is lost or doubled: a reader goes on from its cursor after a reconnect, a restart or a week.
 */
export interface Events {
  /** Appends inside the caller's transaction: call it last, the stream stays locked until the commit. */
  append(tx: Tx, streamId: string, events: NewEvent[]): Promise<void>;
  /**
   * Events after `after`, oldest first, then live ones as they are committed. Ends when everything has been
   * delivered and `isEnd` holds for the last event, when `signal` aborts, or within seconds when `isGone`, asked of a
   * silent stream, says that its node is there no more.
   */
  follow(
    streamId: string,
    options: {
      after: number;
      isEnd(event: StoredEvent): boolean;
      isGone(): Promise<boolean>;
      signal?: AbortSignal;
    },
  ): AsyncIterable<StoredEvent>;
  /** At most `limit` events after `after`, oldest first. */
  read(streamId: string, after: number, limit: number): Promise<StoredEvent[]>;
  /** As `read`, for several streams at once. */
  pages(streamIds: readonly string[], after: number, limit: number): Promise<Map<string, StoredEvent[]>>;
  /** Sequence of the last event; 0 for a stream without any. */
  lastSequence(streamIds: readonly string[]): Promise<Map<string, number>>;
  /**
   * Puts one event in the place of several of a stream: the last of `sequences` gets `payload`, the others go. For what
   * is of no interest piece by piece once its job has ended; who has seen some pieces must be able to tell.
   */
  compact(
    tx: Tx,
    streamId: string,
    sequences: readonly number[],
    payload: StoredEvent['payload'],
  ): Promise<void>;
  /** Deletes streams whose nodes are gone. */
  forget(tx: Tx, streamIds: readonly string[]): Promise<void>;
  /** Says that the job of a node should stop; reaches every process within milliseconds. */
  signalCancel(tx: Tx, nodeId: string): Promise<void>;
  /** Calls back for each `signalCancel`; returns the way to stop listening. */
  onCancel(listener: (nodeId: string) => void): () => void;
  close(): Promise<void>;
}
