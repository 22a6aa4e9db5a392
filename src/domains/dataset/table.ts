import { bigint, index, integer, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, moment, primaryId } from '#columns.ts';
import type { CsvDialect, DatasetColumn, TableWarning } from '#contract/table.ts';
import { account } from '#domains/account/table.ts';
import { storedObject } from '#domains/stored-object/table.ts';
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
    /** Announced by the client; the ingestion holds what arrived against it. */
    announcedSha256: text('announced_sha256'),
    /** Set, with `receivedBytes`, once the bytes are in the store, whole. */
    storageKey: text('storage_key').references(() => storedObject.key),
    receivedBytes: bigint('received_bytes', { mode: 'number' }),
    parquetKey: text('parquet_key').references(() => storedObject.key),
    rowCount: integer('row_count'),
    columns: jsonb('columns').$type<DatasetColumn[]>(),
    dialect: jsonb('dialect').$type<CsvDialect>(),
    /** What was found odd while reading, besides the dialect's repairs. */
    warnings: jsonb('warnings').$type<TableWarning[]>(),
    overrides: jsonb('overrides').$type<Record<string, unknown>>(),
    createdAt: createdAt(),
    deletedAt: moment('deleted_at'),
  },
  (table) => [
    index().on(table.ownerId, table.createdAt.desc().nullsFirst(), table.id.desc().nullsFirst()),
    index().on(table.storageKey),
    index().on(table.parquetKey),
    index().on(table.deletedAt),
  ],
);
export type DatasetRow = typeof dataset.$inferSelect;

/** How far the bytes of a dataset in UPLOADING have come, where they may arrive over several requests. */
export const upload = pgTable(
  'upload',
  {
    datasetId: uuid('dataset_id')
      .primaryKey()
      .references(() => dataset.id, { onDelete: 'cascade' }),
    protocol: text('protocol', { enum: ['TUS', 'S3_MULTIPART'] }).notNull(),
    storageKey: text('storage_key')
      .notNull()
      .references(() => storedObject.key),
    /** What the store calls it. */
    uploadId: text('upload_id').notNull(),
    createdAt: createdAt(),
  },
  (table) => [index().on(table.storageKey)],
);
export type UploadRow = typeof upload.$inferSelect;
