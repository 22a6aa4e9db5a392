import { and, desc, ilike, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { GraphQLError } from 'graphql';
import type { Db } from './db.ts';
import { isRowId } from './ids.ts';

export const MAX_PAGE = 100;
export const DEFAULT_PAGE = 20;

/** A fault in an argument that is no mutation input. */
export function badInput(code: 'BAD_USER_INPUT' | 'BAD_CURSOR' | 'NOT_FOUND', message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** `first` as a number of rows. @throws GraphQLError BAD_USER_INPUT outside 1..100. */
export function pageSize(first: number | null | undefined, fallback = DEFAULT_PAGE): number {
  const size = first ?? fallback;
  if (size < 1 || size > MAX_PAGE)
    throw badInput('BAD_USER_INPUT', `Argument “first” takes 1 to ${MAX_PAGE}.`);
  return size;
}

/** An opaque keyset cursor: the sort values of a row. */
export function encodeCursor(values: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(values), 'utf8').toString('base64url');
}

/** @throws GraphQLError BAD_CURSOR for anything that `encodeCursor` did not make with as many values. */
export function decodeCursor(cursor: string, length: number): (string | number | null)[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(values) && values.length === length) return values;
  } catch {
    // told below
  }
  throw badInput('BAD_CURSOR', 'This cursor was not made by this server for this list.');
}

/** Position in a list that is sorted by moment of creation and id, newest first. */
export type Newest = { createdAt: Date; id: string };

export const newestCursor = (row: Newest): string => encodeCursor([row.createdAt.toISOString(), row.id]);

export function decodeNewest(cursor: string | null | undefined): Newest | undefined {
  if (cursor === null || cursor === undefined) return undefined;
  const [moment, id] = decodeCursor(cursor, 2);
  const createdAt = new Date(String(moment));
  if (Number.isNaN(createdAt.getTime()) || !isRowId(id)) {
    throw badInput('BAD_CURSOR', 'This cursor was not made by this server for this list.');
  }
  return { createdAt, id };
}

/** Rows that come after `position` in a list sorted newest first. */
export function olderThan(
  table: { createdAt: PgColumn; id: PgColumn },
  position: Newest | undefined,
): SQL | undefined {
  if (!position) return undefined;
  const { createdAt, id } = position;
  return sql`(${table.createdAt}, ${table.id}) < (${createdAt.toISOString()}::timestamptz, ${id}::uuid)`;
}

/** Pages of children, newest first, for several parents in one statement; `parentOf` reads the column `parent`. */
export async function newestByParent<Row>(
  db: Db,
  table: PgTable & { createdAt: PgColumn; id: PgColumn },
  parent: PgColumn,
  parentOf: (row: Row) => string,
  parentIds: readonly string[],
  { after, limit }: { after?: Newest | undefined; limit: number },
): Promise<Map<string, Row[]>> {
  const page = db
    .select()
    .from(table)
    .where(and(sql`${parent} = parent.id`, olderThan(table, after)))
    .orderBy(desc(table.createdAt), desc(table.id))
    .limit(limit)
    .as('page');
  const rows = await db
    .select()
    .from(sql`unnest(${sql.param([...parentIds])}::uuid[]) as parent(id)`)
    .crossJoinLateral(page);
  return groupBy(
    rows.map((row) => (row as { page: Row }).page),
    parentOf,
  );
}

/** Rows of which one of the columns contains `text`, whatever its case. */
export function containing(columns: readonly PgColumn[], text: string | null | undefined): SQL | undefined {
  if (!text) return undefined;
  const pattern = `%${storable(text).replace(/[\\%_]/g, '\\$&')}%`;
  return or(...columns.map((column) => ilike(column, pattern)));
}

/** Text as the database can hold it; what it cannot hold is not found there either. */
const storable = (text: string) => text.toWellFormed().replaceAll('\0', '\ufffd');

export type Page<Row> = {
  edges: { cursor: string; node: Row }[];
  pageInfo: {
    hasNextPage: boolean;
    hasPreviousPage: boolean;
    startCursor: string | null;
    endCursor: string | null;
  };
};

/** A Relay page from `size + 1` rows: the last one only says that there are more. */
export function toPage<Rows extends readonly unknown[]>(
  rows: Rows,
  size: number,
  cursorOf: (row: Rows[number]) => string,
  after: boolean,
): Page<Rows[number]> {
  const edges = rows.slice(0, size).map((node) => ({ cursor: cursorOf(node), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: after,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

export function groupBy<Key, Row>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
