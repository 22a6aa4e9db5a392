import { describe, expect, it } from 'vitest';
import type { ExpectedSchema } from '#tables/tasks.ts';
import { brief, errorCode, readTable } from './harness.ts';

async function trained(): Promise<ExpectedSchema> {
  const { columns, dialect } = await readTable(
    'zip;price;day;kind;sold\n01234;1,5;31/01/2024;a;yes\n99999;2,25;01/02/2024;b;no\n00001;3;02/02/2024;a;yes\n',
  );
  return { columns, target: 'c4', ...(dialect ? { dialect } : {}) };
}

describe('a file read by a training schema', () => {
  it('keeps types, order and every row', async () => {
    const expected = await trained();
    const table = await readTable(
      'kind;day;price;zip\nb;03/04/2024;7,5;00042\nc;;oops;\n\na;05/06/2024;1;7\n',
      { expected },
    );
    expect(brief(table)).toEqual({
      columns: ['zip: category', 'price: number', 'day: datetime', 'kind: category', 'sold: boolean'],
      rows: [
        ['00042', 7.5, '2024-04-03T00:00:00.000Z', 'b', null],
        [null, null, null, 'c', null],
        ['7', 1, '2024-06-05T00:00:00.000Z', 'a', null],
      ],
      repairs: ['BLANK_LINES_SKIPPED 1'],
      warnings: ['UNREADABLE_VALUES c1 1'],
    });
    expect(table.columns.map(({ physicalName }) => physicalName)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
  });

  it('fills missing columns, ignores others, forgives case', async () => {
    const expected = await trained();
    const table = await readTable('ZIP;Price;kind;extra\n01111;2,5;a;9\n', { expected });
    expect(table.rows).toEqual([['01111', 2.5, null, 'a', null]]);
    expect(table.warnings.map(({ code, column }) => [code, column])).toEqual([
      ['COLUMN_MISSING', 'c2'],
      ['COLUMNS_IGNORED', undefined],
    ]);
  });

  it('finds the delimiter when it is another one', async () => {
    const expected = await trained();
    const table = await readTable('zip,price,day,kind\n01111,"2,5",03/04/2024,a\n', { expected });
    expect(table.rows).toEqual([['01111', 2.5, '2024-04-03T00:00:00.000Z', 'a', null]]);
  });

  it('reads a single row with a header', async () => {
    const expected = await trained();
    const table = await readTable('zip;price;day;kind\n1;2;03/04/2024;a', { expected });
    expect(table.rowCount).toBe(1);
  });

  it('refuses a file of other columns', async () => {
    const expected = await trained();
    expect(await errorCode(readTable('zip;b;c;d\n1;2;3;4\n', { expected }))).toBe('MISSING_COLUMNS');
  });
});
