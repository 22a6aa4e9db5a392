import { and, eq } from 'drizzle-orm';
import { holdoutSeed } from '#tables/holdout.ts';
import { holdoutOpening } from '../table.ts';
import type { GatePorts, GateSubject } from './subject.ts';

/** Writes down that the locked rows of a table and target are looked at; tells how often that has been, this time included. */
export async function noteOpening(
  { db }: Pick<GatePorts, 'db'>,
  { ownerId, datasetSha256, target, preprocessingId }: GateSubject,
): Promise<number> {
  return db.transaction(async (tx) => {
    await tx
      .insert(holdoutOpening)
      .values({ ownerId, datasetSha256, target, seed: holdoutSeed, preprocessingId });
    return tx.$count(
      holdoutOpening,
      and(
        eq(holdoutOpening.ownerId, ownerId),
        eq(holdoutOpening.datasetSha256, datasetSha256),
        eq(holdoutOpening.target, target),
        eq(holdoutOpening.seed, holdoutSeed),
      ),
    );
  });
}
