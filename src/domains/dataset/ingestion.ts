import { and, eq, or } from 'drizzle-orm';
import type { Tx } from '#db.ts';
import type { Events } from '#ports/events.ts';
import type { Queue } from '#ports/queue.ts';
import { type DatasetRow, dataset } from './table.ts';

/** Moves a dataset whose bytes have arrived into ingestion; true when this call did it. */
export function ingestion({ queue, events }: { queue: Queue; events: Events }) {
  return async function startIngestion(tx: Tx, id: string, from: DatasetRow['status'][]): Promise<boolean> {
    const moved = await tx
      .update(dataset)
      .set({ status: 'INGESTING', rejection: null })
      .where(and(eq(dataset.id, id), or(...from.map((status) => eq(dataset.status, status)))))
      .returning({ id: dataset.id });
    if (moved.length === 0) return false;
    await queue.enqueue(tx, 'dataset.ingest', id);
    await events.append(tx, id, [{ type: 'IngestionStarted', payload: {} }]);
    return true;
  };
}
