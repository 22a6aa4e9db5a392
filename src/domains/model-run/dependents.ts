import { and, eq, inArray, isNull, or } from 'drizzle-orm';
import type { Tx } from '#db.ts';
import type { Connection } from '#domains/account/authorise.ts';
import { analysis } from '#domains/analysis/table.ts';
import { dataset } from '#domains/dataset/table.ts';
import { experiment } from '#domains/experiment/table.ts';
import { preprocessing } from '#domains/preprocessing/table.ts';
import { modelRun, predictionJob } from './table.ts';

const tables = [analysis, preprocessing, experiment, modelRun];

/**
 * Marks what was made from a dataset as deleted, or, by null, as there again. A prediction job is there as long as both
 * its file and the dataset of its model are.
 */
export async function markDependents(tx: Tx, datasetId: string, deletedAt: Date | null): Promise<void> {
  for (const table of tables) {
    await tx.update(table).set({ deletedAt }).where(eq(table.datasetId, datasetId));
  }
  const runs = tx.select({ id: modelRun.id }).from(modelRun).where(eq(modelRun.datasetId, datasetId));
  const ofDataset = or(eq(predictionJob.datasetId, datasetId), inArray(predictionJob.modelRunId, runs));
  const files = tx.select({ id: dataset.id }).from(dataset).where(isNull(dataset.deletedAt));
  const models = tx.select({ id: modelRun.id }).from(modelRun).where(isNull(modelRun.deletedAt));
  const whole = and(inArray(predictionJob.datasetId, files), inArray(predictionJob.modelRunId, models));
  await tx
    .update(predictionJob)
    .set({ deletedAt })
    .where(deletedAt ? and(ofDataset, isNull(predictionJob.deletedAt)) : and(ofDataset, whole));
}

/** The event streams of what was made from a dataset. */
export async function streamsOf(connection: Connection, datasetId: string): Promise<string[]> {
  const streams: string[] = [];
  for (const table of tables) {
    const rows = await connection.select({ id: table.id }).from(table).where(eq(table.datasetId, datasetId));
    streams.push(...rows.map(({ id }) => id));
  }
  return streams;
}
