import type { InterfaceRef } from '@pothos/core';
import { builder, type SchemaTypes } from './builder.ts';
import { type Context, loadBatched } from './context.ts';
import { type NodeType, parseId } from './ids.ts';
import { isGone, loadNode } from './nodes.ts';
import { badInput, decodeCursor, encodeCursor, pageSize, toPage } from './paging.ts';
import type { StoredEvent } from './ports/events.ts';

/** A place in a stream, bound to that stream. */
export const eventCursor = (streamId: string, sequence: number): string => encodeCursor([streamId, sequence]);

/** The place that a cursor stands for; 0, before the first event, without one. @throws GraphQLError BAD_CURSOR. */
export function sequenceOf(cursor: string | null | undefined, streamId: string): number {
  if (cursor === null || cursor === undefined) return 0;
  const [stream, sequence] = decodeCursor(cursor, 2);
  if (
    stream !== streamId ||
    typeof sequence !== 'number' ||
    !Number.isSafeInteger(sequence) ||
    sequence < 0
  ) {
    throw badInput('BAD_CURSOR', 'This cursor was not made for this stream.');
  }
  return sequence;
}

export const EventInterface = builder.interfaceRef<StoredEvent>('Event').implement({
  description: 'Something that happened, numbered within its stream.',
  fields: (t) => ({
    sequence: t.expose('sequence', {
      type: 'BigInt',
      description: 'Strictly increases within the stream, from 1.',
    }),
    cursor: t.string({
      description: 'Pass as `after` to go on behind this event.',
      resolve: (event) => eventCursor(event.streamId, event.sequence),
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was written.' }),
  }),
});

/** The interface of one domain's events, with the node that they are about. */
export function eventInterface(name: string, description: string): InterfaceRef<SchemaTypes, StoredEvent> {
  return builder.interfaceRef<StoredEvent>(name).implement({
    description,
    interfaces: [EventInterface],
    resolveType: (event) => event.type,
  });
}

/** One kind of event, named as it is stored. */
export const eventType = (name: string) => builder.objectRef<StoredEvent>(name);

/** A field that is a number of the event's payload. */
export const payloadNumber = (key: string, description: string) => ({
  description,
  resolve: (event: StoredEvent) => Number(event.payload[key]),
});

/** Events of a node behind a cursor, as a page; those of all nodes of an answer are read at once. */
export async function eventsPage(
  context: Context,
  type: NodeType,
  streamId: string,
  { first, after }: { first?: number | null | undefined; after?: string | null | undefined },
) {
  const size = pageSize(first);
  const sequence = sequenceOf(after, streamId);
  const rows = await loadBatched<StoredEvent[]>(
    context,
    `${type}.events:${size}:${sequence}`,
    streamId,
    (ids) => context.services.events.pages(ids, sequence, size + 1),
  );
  const cursorOf = (event: StoredEvent) => eventCursor(event.streamId, event.sequence);
  return toPage(rows ?? [], size, cursorOf, Boolean(after));
}

/** The id of the row that a subscription is about. @throws GraphQLError NOT_FOUND for unknown and foreign ids. */
export async function streamOf(context: Context, type: NodeType, globalId: string): Promise<string> {
  const parsed = parseId(globalId);
  const row = parsed?.type === type ? await loadNode(context, globalId) : null;
  if (!row) throw badInput('NOT_FOUND', `There is no ${type} with this id.`);
  return row.id;
}

/** Events of a node after a cursor, then live, until the job has ended or the node is deleted. */
export async function followNode(
  context: Context,
  type: NodeType,
  globalId: string,
  after: string | null | undefined,
  isEnd: (event: StoredEvent) => boolean,
): Promise<AsyncIterable<StoredEvent>> {
  const streamId = await streamOf(context, type, globalId);
  const sequence = sequenceOf(after, streamId);
  return context.services.events.follow(streamId, {
    after: sequence,
    isEnd,
    isGone: () => isGone(context, type, streamId),
  });
}
