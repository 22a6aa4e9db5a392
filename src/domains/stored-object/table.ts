import { bigint, index, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, moment } from '#columns.ts';
import { account } from '#domains/account/table.ts';
import { encryptions } from '#ports/storage.ts';

/**
 * Every object of the store, written down before its bytes are: what a crash leaves is found here, not by listing the
 * store. Rows of other tables refer to it by its key; one that nobody refers to is removed after a while.
 */
export const storedObject = pgTable(
  'stored_object',
  {
    key: text('key').primaryKey(),
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => account.id),
    status: text('status', { enum: ['WRITING', 'STORED', 'REMOVING'] }).notNull(),
    byteSize: bigint('byte_size', { mode: 'number' }),
    /** Of the content, before any encryption; null until it has been computed. */
    sha256: text('sha256'),
    encryption: text('encryption', { enum: encryptions }).notNull(),
    createdAt: createdAt(),
    /** When it was last written to or referred to anew. */
    touchedAt: moment('touched_at')
      .notNull()
      .$defaultFn(() => new Date()),
  },
  (table) => [index().on(table.ownerId, table.sha256), index().on(table.touchedAt)],
);
export type StoredObjectRow = typeof storedObject.$inferSelect;
