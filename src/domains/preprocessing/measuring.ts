import { eq } from 'drizzle-orm';
import type { Db } from '#db.ts';
import type { Events } from '#ports/events.ts';
import { stopMeasuring } from './measurement.ts';
import { preprocessing } from './table.ts';

export type MeasuringPorts = { db: Db; events: Events };

/** Finds out in the background what an accepted plan and each of its steps is worth. */
export function preprocessingMeasuring({ db, events }: MeasuringPorts) {
  /** Ends the measuring of a row, if it has not ended. */
  async function giveUp(id: string, reason: string): Promise<void> {
    await db.transaction(async (tx) => {
      const [row] = await tx.select().from(preprocessing).where(eq(preprocessing.id, id)).for('update');
      if (row) await stopMeasuring(events, tx, row, reason);
    });
  }

  return {
    giveUp,
    async measure(id: string): Promise<void> {
      await giveUp(id, 'This version cannot be measured yet.');
    },
  };
}
