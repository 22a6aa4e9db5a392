import { eq, inArray, or } from 'drizzle-orm';
import type { Db } from '#db.ts';
import { analysis } from '#domains/analysis/table.ts';
import { experiment } from '#domains/experiment/table.ts';
import { preprocessing } from '#domains/preprocessing/table.ts';
import { artifact, modelRun, predictionJob } from './table.ts';

/** What later domains keep outside their rows for a dataset: it goes when the dataset goes. */
export async function dependentsOf(
  db: Db,
  datasetId: string,
): Promise<{ storageKeys: string[]; streamIds: string[] }> {
  const runs = db.select({ id: modelRun.id }).from(modelRun).where(eq(modelRun.datasetId, datasetId));
  const predictions = db
    .select({ id: predictionJob.id })
    .from(predictionJob)
    .where(or(eq(predictionJob.datasetId, datasetId), inArray(predictionJob.modelRunId, runs)));
  const files = await db
    .select({ storageKey: artifact.storageKey })
    .from(artifact)
    .where(or(inArray(artifact.modelRunId, runs), inArray(artifact.predictionJobId, predictions)));
  const streams = await Promise.all(
    [analysis, preprocessing, experiment].map((table) =>
      db.select({ id: table.id }).from(table).where(eq(table.datasetId, datasetId)),
    ),
  );
  return {
    storageKeys: files.map(({ storageKey }) => storageKey),
    streamIds: streams.flat().map(({ id }) => id),
  };
}
