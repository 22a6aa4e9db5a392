import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { CliError, ConnectionError } from '#cli/errors.ts';
import { backOff, type Connection } from '#cli/remote/connection.ts';
import { openSocket, socketFault } from '#cli/remote/socket.ts';

export interface NumberedEvent {
  sequence: string;
  cursor: string;
}

export interface Stream<Data, Event extends NumberedEvent> {
  document: TypedDocumentNode<Data, { id: string; after?: string | null }>;
  /** Of the node whose events are followed. */
  id: string;
  eventOf: (data: Data) => Event;
  isEnd: (event: Event) => boolean;
  onInterrupted?: (reason: string) => void;
}

/** With growing waits this is about two minutes without a single event. */
const failureLimit = 28;

/**
 * Every event of a node from the first to the last, each exactly once, whatever happens to the connection: a lost one
 * is opened again behind the last event that was seen.
 * @throws CliError when the server refuses, or does not come back.
 */
export async function* follow<Data, Event extends NumberedEvent>(
  connection: Connection,
  stream: Stream<Data, Event>,
): AsyncGenerator<Event> {
  let seen: NumberedEvent = { sequence: '0', cursor: '' };
  for (let failures = 1; ; failures++) {
    let reason = 'it ended before its last event';
    try {
      for await (const event of receive(connection, stream, seen.cursor || null)) {
        failures = 1;
        // the socket may have asked again with an older cursor by itself
        if (BigInt(event.sequence) <= BigInt(seen.sequence)) continue;
        seen = event;
        yield event;
        if (stream.isEnd(event)) return;
      }
    } catch (error) {
      connection.signal.throwIfAborted();
      if (!(error instanceof ConnectionError)) throw error;
      reason = error.message;
    }
    connection.signal.throwIfAborted();
    if (failures >= failureLimit)
      throw new CliError('CONNECTION_LOST', `The event stream is lost: ${reason}`);
    if (failures === 1) stream.onInterrupted?.(reason);
    await backOff(failures, connection.signal);
  }
}

/** The events of one connection. @throws ConnectionError when it fails. */
async function* receive<Data, Event extends NumberedEvent>(
  connection: Connection,
  { document, id, eventOf }: Stream<Data, Event>,
  after: string | null,
): AsyncGenerator<Event> {
  const socket = openSocket(connection);
  const payload = { query: print(document), variables: { id, after } };
  const close = () => socket.terminate();
  connection.signal.addEventListener('abort', close, { once: true });
  try {
    for await (const result of socket.iterate<Data>(payload)) {
      const [error] = result.errors ?? [];
      if (error) throw socketFault([error]);
      if (!result.data) throw new ConnectionError('The server sent an event without content.');
      const event = eventOf(result.data);
      // graphql-ws sends this very object again when it reconnects
      payload.variables.after = event.cursor;
      yield event;
    }
  } catch (error) {
    throw socketFault(error);
  } finally {
    connection.signal.removeEventListener('abort', close);
    await socket.dispose();
  }
}
