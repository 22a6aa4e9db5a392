import { index, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, moment, primaryId } from '#columns.ts';

export const account = pgTable('account', {
  id: primaryId(),
  /** The local account is the one that a loopback server signs in by itself. */
  kind: text('kind', { enum: ['LOCAL', 'MEMBER'] }).notNull(),
  name: text('name').notNull(),
  createdAt: createdAt(),
});

/** Bearer tokens, kept as SHA-256 only. */
export const accessToken = pgTable(
  'access_token',
  {
    tokenHash: text('token_hash').primaryKey(),
    accountId: uuid('account_id')
      .notNull()
      .references(() => account.id, { onDelete: 'cascade' }),
    expiresAt: moment('expires_at').notNull(),
    createdAt: createdAt(),
  },
  (table) => [index().on(table.accountId)],
);

/** What a mutation answered to an idempotency key, kept for 24 hours. */
export const idempotencyKey = pgTable(
  'idempotency_key',
  {
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => account.id, { onDelete: 'cascade' }),
    mutation: text('mutation').notNull(),
    key: text('key').notNull(),
    inputHash: text('input_hash').notNull(),
    resultId: uuid('result_id').notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.ownerId, table.mutation, table.key] })],
);

/** Secrets of the installation that all its processes share, such as the key that signs links. */
export const secret = pgTable('secret', {
  name: text('name').primaryKey(),
  value: jsonb('value').$type<string>().notNull(),
});
