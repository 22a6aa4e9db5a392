import { eq } from 'drizzle-orm';
import type { Db } from '#db.ts';
import { analysis } from '#domains/analysis/table.ts';
import { experiment } from '#domains/experiment/table.ts';
import { preprocessing } from '#domains/preprocessing/table.ts';

/** The event streams of what was made from a dataset: they go when the dataset goes. */
export async function streamsOf(db: Db, datasetId: string): Promise<string[]> {
  const streams = await Promise.all(
    [analysis, preprocessing, experiment].map((table) =>
      db.select({ id: table.id }).from(table).where(eq(table.datasetId, datasetId)),
    ),
  );
  return streams.flat().map(({ id }) => id);
}
