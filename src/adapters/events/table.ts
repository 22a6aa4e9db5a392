import { bigint, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { moment } from '#columns.ts';

/** The counter whose row lock makes the order of sequence numbers the order of commits. */
export const eventStream = pgTable('event_stream', {
  streamId: uuid('stream_id').primaryKey(),
  lastSequence: bigint('last_sequence', { mode: 'number' }).notNull(),
});

/** Append-only. */
export const event = pgTable(
  'event',
  {
    streamId: uuid('stream_id').notNull(),
    sequence: bigint('sequence', { mode: 'number' }).notNull(),
    type: text('type').notNull(),
    payload: jsonb('payload').$type<Record<string, unknown>>().notNull(),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.streamId, table.sequence] })],
);
