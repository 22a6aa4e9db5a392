import type { Db, Tx } from '#db.ts';
import { UnauthorizedError } from '#errors.ts';
import { type NodeType, notFound } from '#ids.ts';

/** Who asks. `accountId` owns every row that the request may see or make. */
export type Viewer = { accountId: string; name: string };

/** Anonymous requests reach a service as null. @throws UnauthorizedError SIGN_IN_REQUIRED. */
export function signedIn(viewer: Viewer | null): Viewer {
  if (!viewer) throw new UnauthorizedError('SIGN_IN_REQUIRED', 'Sign in, or send a valid bearer token.');
  return viewer;
}

/**
 * The one gate between a row and a viewer: gives the row back to its owner.
 * @throws NotFoundError when there is no row, and just the same when it is another owner's or has been deleted.
 */
export function authorise<Row extends { ownerId: string; deletedAt: Date | null }>(
  viewer: Viewer | null,
  row: Row | undefined | null,
  type: NodeType,
  path?: string[],
): Row {
  const { accountId } = signedIn(viewer);
  if (!row || row.ownerId !== accountId || row.deletedAt) throw notFound(type, path);
  return row;
}

export type Connection = Db | Tx;
