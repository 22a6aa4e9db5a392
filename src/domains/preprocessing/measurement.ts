import { and, eq, sql } from 'drizzle-orm';
import type { StepEffect } from '#contract/preprocessing.ts';
import type { Tx } from '#db.ts';
import type { Events } from '#ports/events.ts';
import { preprocessingEvent } from './events.ts';
import { type Measurement, type PreprocessingRow, preprocessing } from './table.ts';

const WAITING = 'It is measured in the background, once the server has time for it.';

/** What a row says of a plan that is going to be measured. */
export function waitingFor(steps: readonly unknown[]) {
  const waiting = { status: 'WAITING', reason: WAITING } as const;
  return {
    measurement: waiting as Measurement,
    effects: steps.map((): StepEffect => ({ ...waiting, effect: null })),
    comparison: null,
  };
}

/** Effects of which those that are still to come never will. */
const givenUp = (effects: readonly StepEffect[], reason: string) =>
  effects.map(
    (effect): StepEffect =>
      effect.status === 'WAITING' ? { status: 'NOT_MEASURED', reason, effect: null } : effect,
  );

/**
 * Ends the measuring of a row that is locked by the caller, where one is under way; its job hears of it and stops.
 */
export async function stopMeasuring(
  events: Events,
  tx: Tx,
  row: PreprocessingRow,
  reason: string,
): Promise<void> {
  if (row.measurement?.status !== 'WAITING') return;
  await tx
    .update(preprocessing)
    .set({
      measurement: { status: 'NOT_MEASURED', reason },
      effects: givenUp(row.effects ?? [], reason),
    })
    .where(and(eq(preprocessing.id, row.id), sql`${preprocessing.measurement} ->> 'status' = 'WAITING'`));
  await events.signalCancel(tx, row.id);
  await events.append(tx, row.id, [preprocessingEvent('MeasuringFinished', {})]);
}
