import { bigint, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, primaryId } from '#columns.ts';
import type { CsvDialect, DatasetColumn, TableWarning } from '#contract/table.ts';
import { account } from '#domains/account/table.ts';
import type { Failure } from '#errors.ts';

export const dataset = pgTable(
  'dataset',
  {
    id: primaryId(),
    ownerId: uuid('owner_id')
      .notNull()
      .references(() => account.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
    fileName: text('file_name').notNull(),
    status: text('status', { enum: ['UPLOADING', 'INGESTING', 'READY', 'REJECTED'] }).notNull(),
    rejection: jsonb('rejection').$type<Failure>(),
    byteSize: bigint('byte_size', { mode: 'number' }).notNull(),
    sha256: text('sha256'),
    storageKey: text('storage_key').notNull(),
    /** Set once the bytes are in the store, whole. */
    receivedBytes: bigint('received_bytes', { mode: 'number' }),
    parquetKey: text('parquet_key'),
    rowCount: integer('row_count'),
    columns: jsonb('columns').$type<DatasetColumn[]>(),
    dialect: jsonb('dialect').$type<CsvDialect>(),
    /** What was found odd while reading, besides the dialect's repairs. */
    warnings: jsonb('warnings').$type<TableWarning[]>(),
    overrides: jsonb('overrides').$type<Record<string, unknown>>(),
    createdAt: createdAt(),
  },
  (table) => [index().on(table.ownerId, table.createdAt.desc().nullsFirst(), table.id.desc().nullsFirst())],
);
export type DatasetRow = typeof dataset.$inferSelect;
