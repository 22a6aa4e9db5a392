import { type Engine, inBatches } from '#tables/engine.ts';
import { isMissingToken } from './cells.ts';
import { certainDayOrder, type DayOrder } from './date-format.ts';
import type { FileHabits } from './guess.ts';
import { detectNumberFormat } from './number-format.ts';

const sampledColumns = 200;
const columnsTogether = 50;
const sureShare = 0.95;

/** Asks the columns that leave no doubt, for the sake of those that do. */
export async function findHabits(
  engine: Engine,
  width: number,
  spokenFor: '.' | ',' | undefined,
): Promise<FileHabits> {
  const decimals = { '.': 0, ',': 0 };
  const orders: Record<DayOrder, number> = { day: 0, month: 0 };
  let usesNa = false;
  const columns = Array.from({ length: Math.min(width, sampledColumns) }, (_, index) => `r${index}`);
  for (const batch of inBatches(columns, columnsTogether)) {
    const rows = await engine.rows(`SELECT ${batch.join(', ')} FROM sample`);
    for (const place of batch.keys()) {
      const filled = rows.map((row) => String(row[place] ?? '').trim()).filter((value) => value !== '');
      const values = filled.filter((value) => !isMissingToken(value));
      const order = certainDayOrder(values);
      if (order) {
        orders[order] += 1;
        continue;
      }
      const number = detectNumberFormat(values, undefined, sureShare);
      if (!number) continue;
      if (filled.includes('NA')) usesNa = true;
      const isMarked = number.thousands !== '' || values.some((value) => value.includes(number.decimal));
      if (isMarked && !number.isAmbiguous) decimals[number.decimal] += 1;
    }
  }
  const certain = decimals[','] === decimals['.'] ? undefined : decimals[','] > decimals['.'] ? ',' : '.';
  return {
    decimal: certain ?? spokenFor,
    isDecimalCertain: certain !== undefined,
    dayOrder: orders.day === orders.month ? undefined : orders.day > orders.month ? 'day' : 'month',
    usesNa,
  };
}
