import { v7 } from 'uuid';
import { NotFoundError } from './errors.ts';

/** Types whose objects have a global id. */
export const nodeTypes = [
  'Dataset',
  'Analysis',
  'Preprocessing',
  'Experiment',
  'ModelRun',
  'PredictionJob',
] as const;
export type NodeType = (typeof nodeTypes)[number];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether some text is the id of a row, as the database takes it. */
export const isRowId = (id: unknown): id is string => typeof id === 'string' && UUID.test(id);

/** Before every id. */
export const NIL_ID = '00000000-0000-0000-0000-000000000000';

/** Time-ordered, so that ids break ties in the order of creation. */
export const newId = (): string => v7();

/** Opaque and type-tagged: base64url of `Type:uuid`. */
export function encodeId(type: string, id: string): string {
  return Buffer.from(`${type}:${id}`, 'utf8').toString('base64url');
}

/** The parts of a global id, or null for anything that this server did not make. */
export function parseId(globalId: string): { type: NodeType; id: string } | null {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(globalId)) return null;
  const [type, id, ...rest] = Buffer.from(globalId, 'base64url').toString('utf8').split(':');
  const known = nodeTypes.find((name) => name === type);
  if (!known || !id || rest.length > 0 || !UUID.test(id)) return null;
  return { type: known, id };
}

const codeOf = (type: NodeType) => `${type.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}_NOT_FOUND`;

/** The error for an unknown id and for one of another owner: the same in every respect. */
export function notFound(type: NodeType, path?: string[]): NotFoundError {
  return new NotFoundError(codeOf(type), `There is no ${type} with this id.`, path ? { path } : {});
}

/** @throws NotFoundError when the id is not one of this type. */
export function decodeId(type: NodeType, globalId: string, path?: string[]): string {
  const parsed = parseId(globalId);
  if (parsed?.type !== type) throw notFound(type, path);
  return parsed.id;
}
