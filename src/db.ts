import { fileURLToPath } from 'node:url';
import type { ExtractTablesWithRelations } from 'drizzle-orm';
import type { PgTransaction } from 'drizzle-orm/pg-core';
import { drizzle, type PostgresJsDatabase, type PostgresJsQueryResultHKT } from 'drizzle-orm/postgres-js';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';

export type Db = PostgresJsDatabase<Record<string, never>>;
export type Tx = PgTransaction<
  PostgresJsQueryResultHKT,
  Record<string, never>,
  ExtractTablesWithRelations<Record<string, never>>
>;

export type Database = { db: Db; sql: postgres.Sql; close(): Promise<void> };

/** Any constant will do, as long as nobody else in this database takes it. */
const MIGRATION_LOCK = 4_107_112_001;

/** A pool on PostgreSQL. `onQuery` sees the text of every statement. */
export function openDatabase(
  url: string,
  options: { connections?: number; onQuery?: (text: string) => void } = {},
): Database {
  const sql = postgres(url, {
    max: options.connections ?? 10,
    onnotice: () => {},
    connection: { application_name: 'aliquot', statement_timeout: 30_000, TimeZone: 'UTC' },
  });
  const { onQuery } = options;
  const logger = onQuery ? { logQuery: (text: string) => onQuery(text) } : undefined;
  return { db: drizzle(sql, logger ? { logger } : {}), sql, close: () => sql.end({ timeout: 5 }) };
}

/** Brings the schema up to date. Processes that start together wait for each other. */
export async function migrate(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await applyMigrations(drizzle(sql), {
      migrationsFolder: fileURLToPath(new URL('../drizzle', import.meta.url)),
    });
  } finally {
    await sql.end({ timeout: 5 });
  }
}
