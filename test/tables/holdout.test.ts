import { describe, expect, test } from 'vitest';
import { holdoutOf } from '#tables/holdout.ts';
import { datasetSha256, profileTable } from './harness.ts';

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
  const { developmentCount, developmentRows, heldOutRows } = holdoutOf(table);
  expect(developmentCount()).toBe(developmentRows().length);
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

describe('an analysis', () => {
  /** Rows of a key that no two share, a number and a word that go with the target, gaps where it is high. */
  const rowsOf = (rowCount: number) =>
    Array.from({ length: rowCount }, (_, row) => {
      const noise = (row * 7_919) % 101;
      const y = (row * 37) % 100;
      const gap = y > 70 && noise < 60 ? '' : noise;
      return { features: [row * 31 + 5, y + noise / 3, ['low', 'mid', 'high'][Math.floor(y / 34)], gap], y };
    });
  const csv = (rows: ReturnType<typeof rowsOf>) =>
    `${['key,x,word,gap,y', ...rows.map(({ features, y }) => [...features, y].join(','))].join('\n')}\n`;

  /** The same table, but for the targets of the rows that are held out: they change places. */
  function shuffled(rows: ReturnType<typeof rowsOf>) {
    const { heldOutRows } = holdoutOf({ datasetSha256, target: 'y', rowCount: rows.length });
    const places = [...heldOutRows()];
    const other = [...rows];
    for (const [index, place] of places.entries()) {
      const from = places[(index + 41) % places.length] as number;
      other[place] = { ...(rows[place] as (typeof rows)[number]), y: rows[from]?.y ?? 0 };
    }
    return other;
  }

  test.each([1_500, 45_000])(
    'of %i rows tells nothing of the targets that are held out',
    async (rowCount) => {
      const rows = rowsOf(rowCount);
      const other = shuffled(rows);
      expect(other).not.toEqual(rows);
      const report = await profileTable(csv(rows), 'y');
      expect(report.target?.associations.map(({ association }) => association)).not.toContain(0);
      expect(report.missingness.mechanism).toBe('MAR_LIKELY');
      expect(await profileTable(csv(other), 'y')).toEqual(report);
    },
  );

  test('of few rows, or without a target, looks at all of them', async () => {
    const rows = rowsOf(1_000);
    const { target } = await profileTable(csv(rows), 'y');
    expect(target).toMatchObject({ developmentRows: 1_000, sampleRows: 1_000, isSampled: false });
    const { correlations } = await profileTable(csv(rowsOf(1_500)));
    expect(correlations).toMatchObject({ sampleRows: 1_500, isSampled: false, samplingRule: 'every row' });
  });
});
