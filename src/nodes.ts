import type { InterfaceRef } from '@pothos/core';
import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { builder, type SchemaTypes } from './builder.ts';
import { type Context, loadBatched } from './context.ts';
import { encodeId, type NodeType, notFound, parseId } from './ids.ts';
import { badInput } from './paging.ts';

type Row = { id: string; ownerId: string };
type NodeTable = PgTable & { id: PgColumn; ownerId: PgColumn; deletedAt: PgColumn };

const tables = new Map<NodeType, NodeTable>();
/** The type of a row that is answered as a `Node`. */
const brands = new WeakMap<object, NodeType>();

export const NodeInterface: InterfaceRef<SchemaTypes, Row> = builder.interfaceRef<Row>('Node').implement({
  description: 'Something with a global id.',
  resolveType: (row) => brands.get(row) ?? null,
  fields: (t) => ({
    id: t.id({
      description: 'Opaque and unique over all types.',
      resolve: (row) => encodeId(brands.get(row) ?? '', row.id),
    }),
  }),
});

/** An object type with a global id whose rows come from `table`; implement it with `interfaces: [NodeInterface]` and `nodeId`. */
export function nodeType<NodeRow extends Row>(name: NodeType, table: NodeTable) {
  tables.set(name, table);
  return builder.objectRef<NodeRow>(name);
}

/** The `id` field of a node type. */
export const nodeId = (name: NodeType) => ({
  description: 'Opaque and unique over all types.',
  resolve: (row: Row) => encodeId(name, row.id),
});

/**
 * A row by its own id, whoever owns it, null once it is deleted: for ids that come out of rows which the viewer was
 * allowed to see.
 */
export async function loadRow<NodeRow extends Row>(
  context: Context,
  type: NodeType,
  id: string,
): Promise<NodeRow | null> {
  const table = tables.get(type);
  if (!table) return null;
  const row = await loadBatched<NodeRow>(context, type, id, async (ids) => {
    const rows = await context.services.db
      .select()
      .from(table)
      .where(and(inArray(table.id, [...ids]), isNull(table.deletedAt)));
    return new Map((rows as NodeRow[]).map((found) => [found.id, found]));
  });
  if (row) brands.set(row, type);
  return row;
}

/** As `loadRow`, for a row that a field promises. @throws NotFoundError when it has been deleted meanwhile. */
export async function requireRow<NodeRow extends Row>(
  context: Context,
  type: NodeType,
  id: string,
): Promise<NodeRow> {
  const row = await loadRow<NodeRow>(context, type, id);
  if (!row) throw notFound(type);
  return row;
}

/** Whether a row has been deleted since it was loaded. */
export async function isGone(context: Context, type: NodeType, id: string): Promise<boolean> {
  const table = tables.get(type);
  if (!table) return true;
  const present = and(eq(table.id, id), isNull(table.deletedAt));
  return (await context.services.db.select({ id: table.id }).from(table).where(present)).length === 0;
}

/** What a viewer gets for a global id: null for an unknown, a foreign and a garbled one alike. */
export async function loadNode(context: Context, globalId: string): Promise<Row | null> {
  const parsed = parseId(globalId);
  if (!parsed || !context.viewer) return null;
  const row = await loadRow<Row>(context, parsed.type, parsed.id);
  return row?.ownerId === context.viewer.accountId ? row : null;
}

const MAX_NODES = 100;

builder.queryFields((t) => ({
  node: t.field({
    type: NodeInterface,
    nullable: true,
    description: 'An object by its id; null when there is none for this viewer.',
    args: { id: t.arg.id({ required: true, description: 'A global id.' }) },
    resolve: (_root, { id }, context) => loadNode(context, id),
  }),
  nodes: t.field({
    type: [NodeInterface],
    nullable: { list: false, items: true },
    description: `Objects by their ids, in the same order, at most ${MAX_NODES}; null for those that there are not.`,
    args: { ids: t.arg.idList({ required: true, description: 'Global ids.' }) },
    resolve: (_root, { ids }, context) => {
      if (ids.length > MAX_NODES)
        throw badInput('BAD_USER_INPUT', `Argument “ids” takes at most ${MAX_NODES}.`);
      return Promise.all(ids.map((id) => loadNode(context, id)));
    },
  }),
}));
