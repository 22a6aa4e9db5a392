import { and, eq, inArray, type SQL } from 'drizzle-orm';
import type { Db } from '#db.ts';
import type { Connection } from '#domains/account/authorise.ts';
import { experiment } from './table.ts';

/** What trainings that are queued or running hold on to. */
export function experimentsUnderWay(db: Db) {
  async function any(connection: Connection, where: SQL | undefined): Promise<boolean> {
    const found = await connection.select({ id: experiment.id }).from(experiment).where(where).limit(1);
    return found.length > 0;
  }
  const isOpen = inArray(experiment.status, ['QUEUED', 'RUNNING']);

  return {
    /** Whether an experiment works on a dataset right now. */
    uses: (connection: Connection, datasetId: string) =>
      any(connection, and(eq(experiment.datasetId, datasetId), isOpen)),
    /** Whether an experiment takes a preprocessing right now. */
    takes: (connection: Connection, preprocessingId: string) =>
      any(connection, and(eq(experiment.preprocessingId, preprocessingId), isOpen)),
    /** Whether an experiment of any owner runs. */
    areTraining: () => any(db, eq(experiment.status, 'RUNNING')),
  };
}
