import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTable } from './harness.ts';
import { randomTable } from './random-table.ts';

const runs = 40;

it('reads a random table in a random dialect exactly', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(randomTable, async ({ file, names, rows, description }) => {
      const table = await readTable(file, undefined, 100);
      expect({ description, names: table.columns.map(({ name }) => name), rows: table.rows }).toEqual({
        description,
        names,
        rows,
      });
    }),
    { numRuns: runs, seed: 20_241_123, endOnFailure: true },
  );
});
