import type { DuckDBVector } from '@duckdb/node-api';
import type { Engine } from '#tables/engine.ts';
import { doubleSql, type ProfiledColumn } from './columns.ts';
import { type CountedNumbers, countNumbers } from './counted.ts';
import type { Steps } from './order.ts';

/** A column of numbers or dates as it stands in the file, counted. */
export interface NumberColumn {
  valueCount: number;
  counted: CountedNumbers;
  /** Values that are not finite, by their spelling. */
  infinities: Map<string, number>;
  /** NaN has no place in an order and is skipped. */
  steps: Steps;
  /** False when whole numbers are so large that neighbours share a DOUBLE: counts and order are then taken elsewhere. */
  isExact: boolean;
}

/** Reads the columns of one batch together, then counts one after the other. */
export async function readNumbers(
  engine: Engine,
  batch: ProfiledColumn[],
  rowCount: number,
): Promise<NumberColumn[]> {
  if (batch.length === 0) return [];
  const readers = batch.map((column) => columnReader(column, rowCount));
  await engine.scan(`SELECT ${batch.map(doubleSql).join(', ')} FROM t`, (chunk) => {
    for (const [index, reader] of readers.entries())
      reader.take(chunk.getColumnVector(index), chunk.rowCount);
  });
  return readers.map((reader) => reader.finish());
}

function columnReader({ physicalType }: ProfiledColumn, rowCount: number) {
  const values = new Float64Array(rowCount);
  const infinities = new Map<string, number>();
  const steps: Steps = { up: 0, down: 0, equal: 0 };
  let valueCount = 0;
  let finiteCount = 0;
  let previous = Number.NaN;
  let isWhole = true;

  return {
    take(vector: DuckDBVector, rows: number): void {
      for (let row = 0; row < rows; row += 1) {
        const value = vector.getItem(row) as number | null;
        if (value === null) continue;
        valueCount += 1;
        // NaN is neither, which also passes over the first value
        if (value > previous) steps.up += 1;
        else if (value < previous) steps.down += 1;
        else if (value === previous) steps.equal += 1;
        if (Number.isFinite(value)) {
          values[finiteCount] = value;
          finiteCount += 1;
          if (isWhole && Math.floor(value) !== value) isWhole = false;
          previous = value;
        } else {
          const spelling = String(value).toLowerCase();
          infinities.set(spelling, (infinities.get(spelling) ?? 0) + 1);
          if (!Number.isNaN(value)) previous = value;
        }
      }
    },
    finish(): NumberColumn {
      const counted = countNumbers(values.subarray(0, finiteCount), isWhole);
      const ends = [counted.values[0] ?? 0, counted.values.at(-1) ?? 0];
      const isExact =
        physicalType !== 'BIGINT' || ends.every((end) => Math.abs(end) < Number.MAX_SAFE_INTEGER);
      return { valueCount, counted, infinities, steps, isExact };
    },
  };
}
