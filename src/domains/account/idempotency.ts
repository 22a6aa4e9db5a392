import { createHash } from 'node:crypto';
import { and, eq, lt } from 'drizzle-orm';
import type { Db, Tx } from '#db.ts';
import { ConflictError, ValidationError } from '#errors.ts';
import { NIL_ID } from '#ids.ts';
import type { Viewer } from './authorise.ts';
import { idempotencyKey } from './table.ts';

const LIFETIME_MILLISECONDS = 24 * 3_600_000;
const MAX_KEY_LENGTH = 200;

/** JSON with sorted keys, so that the same input has the same text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/**
 * Runs `create` in a transaction, once for each key of an account and mutation in 24 hours; a replay gives the id of
 * the first result. Two calls at the same moment wait for each other.
 * @throws ConflictError IDEMPOTENCY_KEY_REUSED for the same key with other input.
 */
export async function once(
  db: Db,
  viewer: Viewer,
  mutation: string,
  input: { idempotencyKey?: string | null | undefined },
  create: (tx: Tx) => Promise<string>,
): Promise<string> {
  const { idempotencyKey: key, ...rest } = input;
  if (key === undefined || key === null) return db.transaction(create);
  if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
    throw new ValidationError('IDEMPOTENCY_KEY_INVALID', `Use 1 to ${MAX_KEY_LENGTH} characters.`, {
      path: ['input', 'idempotencyKey'],
    });
  }
  const inputHash = createHash('sha256').update(canonical(rest)).digest('hex');
  const { accountId: ownerId } = viewer;
  return db.transaction(async (tx) => {
    const same = and(
      eq(idempotencyKey.ownerId, ownerId),
      eq(idempotencyKey.mutation, mutation),
      eq(idempotencyKey.key, key),
    );
    const expired = new Date(Date.now() - LIFETIME_MILLISECONDS);
    await tx.delete(idempotencyKey).where(and(same, lt(idempotencyKey.createdAt, expired)));
    // the nil id holds the place until `create` has made the row
    const claimed = await tx
      .insert(idempotencyKey)
      .values({ ownerId, mutation, key, inputHash, resultId: NIL_ID })
      .onConflictDoNothing()
      .returning({ key: idempotencyKey.key });
    if (claimed.length === 0) {
      const [earlier] = await tx.select().from(idempotencyKey).where(same);
      if (!earlier || earlier.inputHash !== inputHash) {
        throw new ConflictError(
          'IDEMPOTENCY_KEY_REUSED',
          'This key was used with other input in the last 24 hours.',
          {
            path: ['input', 'idempotencyKey'],
          },
        );
      }
      return earlier.resultId;
    }
    const resultId = await create(tx);
    await tx.update(idempotencyKey).set({ resultId }).where(same);
    return resultId;
  });
}
