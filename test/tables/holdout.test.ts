import { expect, test } from 'vitest';
import { holdoutOf } from '#tables/holdout.ts';

const table = { datasetSha256: 'a'.repeat(64), target: 'price', rowCount: 100_000 };

test('a table of more than 1,000 rows holds out one row in five, a smaller one none', () => {
  const small = holdoutOf({ ...table, rowCount: 1_000 });
  expect(small.exists).toBe(false);
  expect(small.heldOutRows()).toEqual(new Uint32Array());
  expect(small.developmentRows()).toEqual(Uint32Array.from({ length: 1_000 }, (_, row) => row));
  const large = holdoutOf({ ...table, rowCount: 1_001 });
  expect(large.exists).toBe(true);
  expect(large.heldOutRows().length).toBeGreaterThan(150);
  expect(large.heldOutRows().length).toBeLessThan(250);
  // five standard deviations of 100,000 draws
  expect(Math.abs(holdoutOf(table).heldOutRows().length - 20_000)).toBeLessThan(633);
});

test('the rows are the same at every run, for good', () => {
  const { heldOutRows, isHeldOut } = holdoutOf(table);
  expect([...heldOutRows().slice(0, 12)]).toEqual([...holdoutOf(table).heldOutRows().slice(0, 12)]);
  expect([...heldOutRows().slice(0, 12)]).toMatchInlineSnapshot(`
    [
      8,
      12,
      15,
      25,
      36,
      38,
      39,
      41,
      44,
      50,
      60,
      63,
    ]
  `);
  expect(isHeldOut(heldOutRows()[3] as number)).toBe(true);
});

test('the two parts make the table', () => {
  const { developmentRows, heldOutRows } = holdoutOf(table);
  const all = [...developmentRows(), ...heldOutRows()].sort((first, second) => first - second);
  expect(all).toEqual(Array.from({ length: table.rowCount }, (_, row) => row));
});

test.each([
  ['another file', { ...table, datasetSha256: 'b'.repeat(64) }],
  ['another target', { ...table, target: 'prices' }],
])('%s draws other rows, as if by chance', (_, other) => {
  const first = holdoutOf(table);
  const both = holdoutOf(other)
    .heldOutRows()
    .filter((row) => first.isHeldOut(row)).length;
  expect(Math.abs(both - 4_000)).toBeLessThan(310);
});

test('neighbours are drawn apart from each other', () => {
  const { isHeldOut } = holdoutOf(table);
  for (const distance of [1, 2, 5, 10, 64, 100, 365]) {
    let both = 0;
    const pairs = table.rowCount - distance;
    for (let row = 0; row < pairs; row += 1) if (isHeldOut(row) && isHeldOut(row + distance)) both += 1;
    expect(Math.abs(both / pairs - 0.04)).toBeLessThan(0.005);
  }
});
