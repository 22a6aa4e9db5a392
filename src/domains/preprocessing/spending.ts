import { and, eq, gt, isNotNull, or, type SQL, sql } from 'drizzle-orm';
import type { Db, Tx } from '#db.ts';
import { account } from '#domains/account/table.ts';
import type { Payer, Purse } from '#ports/generator.ts';
import { generationSpend } from './table.ts';

export interface SpendingCaps {
  /** Of one preprocessing, over all its attempts. */
  microUsdPerJob: number;
  /** Of one account within 24 hours. */
  microUsdPerDay: number;
}

/**
 * Keeps what language models may cost. An amount is reserved under the lock of the account's row before a call and
 * settled after it; what a crashed process left reserved counts for an hour. All times are those of the database.
 */
export function spending({ db, microUsdPerJob, microUsdPerDay }: { db: Db } & SpendingCaps): Purse {
  async function room(connection: Db | Tx, { ownerId, preprocessingId }: Payer): Promise<number> {
    const spent = async (...where: SQL[]) => {
      const [row] = await connection
        .select({ total: sql<string>`coalesce(sum(${generationSpend.microUsd}), 0)` })
        .from(generationSpend)
        .where(and(eq(generationSpend.ownerId, ownerId), counts, ...where));
      return Number(row?.total);
    };
    const ofJob = await spent(eq(generationSpend.preprocessingId, preprocessingId));
    const ofDay = await spent(gt(generationSpend.createdAt, sql`now() - interval '24 hours'`));
    return Math.max(0, Math.min(microUsdPerJob - ofJob, microUsdPerDay - ofDay));
  }

  return {
    room: (payer) => room(db, payer),
    reserve: (payer, { least, most }) =>
      db.transaction(async (tx) => {
        await tx
          .select({ id: account.id })
          .from(account)
          .where(eq(account.id, payer.ownerId))
          .for('no key update');
        const microUsd = Math.floor(Math.min(await room(tx, payer), most));
        if (microUsd < least) return null;
        const { ownerId, preprocessingId } = payer;
        const [row] = await tx
          .insert(generationSpend)
          .values({ ownerId, preprocessingId, microUsd, createdAt: sql`clock_timestamp()` })
          .returning({ id: generationSpend.id });
        const id = row?.id ?? '';
        return {
          microUsd,
          async settle(used) {
            await db
              .update(generationSpend)
              .set({ microUsd: Math.ceil(used), settledAt: sql`now()` })
              .where(eq(generationSpend.id, id));
          },
        };
      }),
  };
}

/** Settled, or set aside by somebody who may still be waiting for an answer. */
const counts = or(
  isNotNull(generationSpend.settledAt),
  gt(generationSpend.createdAt, sql`now() - interval '1 hour'`),
) as SQL;
