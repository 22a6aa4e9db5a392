import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { brief, errorCode, readTable, withDirectory } from './harness.ts';

const column = (values: string[], name = 'x') =>
  `${name},y\n${values.map((value, index) => `"${value}",${index}`).join('\n')}\n`;
const first = async (content: string) => {
  const table = await readTable(content);
  const { type, physicalType } = table.columns[0] ?? {};
  return { type, physicalType, values: table.rows.map(([value]) => value), warnings: brief(table).warnings };
};
const days = (...dates: string[]) => dates.map((date) => `${date}T00:00:00.000Z`);

describe('values that people write in their own way', () => {
  it.each<[string, string[], unknown[]]>([
    ['brackets for less than nothing', ['(1,200.50)', '3', '(4)'], [-1200.5, 3, -4]],
    ['a minus behind', ['1200.50-', '3', '4-'], [-1200.5, 3, -4]],
    ['a typographic minus', ['\u22121.5', '2.5', '\u22123'], [-1.5, 2.5, -3]],
    ['lakhs', ['12,34,567', '1,00,000', '999'], [1_234_567, 100_000, 999]],
    ['apostrophes', ["1'234.5", '12’345', '7'], [1234.5, 12_345, 7]],
    ['narrow spaces', ['1\u202f234,5', '12\u00a0345', '7,25'], [1234.5, 12_345, 7.25]],
    ['a code before the amount', ['CHF 1234.50', '-CHF 3', 'CHF 0.5'], [1234.5, -3, 0.5]],
    ['a sign behind the amount', ['1.234,50 zł', '3 zł', '0,5 zł'], [1234.5, 3, 0.5]],
    [
      'ordinals',
      ['March 5th, 2024', 'May 1st, 2023', 'June 22nd, 2022'],
      days('2024-03-05', '2023-05-01', '2022-06-22'),
    ],
    ['weekdays', ['Tue, 05 Mar 2024', 'Mon, 01 May 2023'], days('2024-03-05', '2023-05-01')],
    [
      'German months',
      ['1. März 2024', '12. Dezember 2023', '3. Mai 2022'],
      days('2024-03-01', '2023-12-12', '2022-05-03'),
    ],
    [
      'French months',
      ['12 janvier 2024', '1 août 2023', '3 févr. 2022'],
      days('2024-01-12', '2023-08-01', '2022-02-03'),
    ],
    ['Chinese dates', ['2024年1月31日', '2023年12月1日'], days('2024-01-31', '2023-12-01')],
    [
      'two digits of a year in front',
      ['99-12-31', '98-01-02', '97-03-04'],
      days('1999-12-31', '1998-01-02', '1997-03-04'),
    ],
    [
      'the log of a program',
      ['2024-01-31 10:00:00,125', '2024-02-01 11:30:00,500'],
      ['2024-01-31T10:00:00.125Z', '2024-02-01T11:30:00.500Z'],
    ],
  ])('%s', async (_what, values, expected) => {
    expect((await first(column(values))).values).toEqual(expected);
  });

  it('is read by what comes late in a long file', async () => {
    const late = Array.from({ length: 12_000 }, (_, index) =>
      index % 4_001 === 4_000 ? '1.234,5' : `${index % 900},5`,
    );
    const table = await readTable(`x;y\n${late.map((value) => `${value};0`).join('\n')}\n`, undefined, 4_002);
    expect(table.columns[0]).toMatchObject({ physicalType: 'DOUBLE', nullCount: 0, confidence: 1 });
    expect(table.rows[4_000]).toEqual([1234.5, 0]);
  });
});

describe('doubt', () => {
  it('about day and month is settled by another column, else told with a low confidence', async () => {
    const settled = await readTable('d,e\n01/02/2024,13/02/2024\n03/04/2024,14/05/2024\n');
    expect(settled.rows[0]).toEqual(days('2024-02-01', '2024-02-13'));
    expect(brief(settled).warnings).toEqual([]);
    const open = await readTable('d,e\n01/02/2024,1\n03/04/2024,2\n');
    expect(open.columns[0]).toMatchObject({ type: 'datetime', confidence: 0.5 });
    expect(brief(open).warnings).toEqual(['AMBIGUOUS_DATE_ORDER c0']);
  });

  it('leaves dates in two orders as text', async () => {
    const values = Array.from({ length: 20 }, (_, index) =>
      index % 2 ? `${13 + (index % 9)}/01/2024` : `01/${13 + (index % 9)}/2024`,
    );
    expect(await first(column(values))).toMatchObject({ type: 'category', values });
  });

  it('about the mark of thousands is settled by another column, else told', async () => {
    const settled = await readTable('p;q\n1.234;0,5\n5.678;12,25\n2.345;1,75\n');
    expect(settled.rows.map(([value]) => value)).toEqual([1234, 5678, 2345]);
    expect(brief(settled).warnings).toEqual([]);
    const open = await readTable('p;q\n1.234;a\n5.678;b\n2.345;c\n');
    expect(open.columns[0]).toMatchObject({ type: 'integer', confidence: 0.5 });
    expect(brief(open).warnings).toEqual(['AMBIGUOUS_NUMBERS c0']);
    const told = await readTable('p;q\n1.234;a\n5.678;b\n2.345;c\n', { dialect: { decimal: '.' } });
    expect(told.rows.map(([value]) => value)).toEqual([1.234, 5.678, 2.345]);
    expect(brief(told).warnings).toEqual([]);
  });

  it('tells when some percentages lack their sign', async () => {
    expect(await first(column(['10%', '5%', '0.2', '7%']))).toMatchObject({
      warnings: ['PERCENT_SIGN_MISSING c0'],
    });
  });
});

describe('NA', () => {
  const values = (codes: string[]) => first(column(codes, 'country'));
  it('is Namibia among countries and North America among continents, and the reading says so', async () => {
    const countries = ['DE', 'FR', 'NA', 'ZA', 'GB', 'IT'];
    expect(await values(countries)).toMatchObject({ values: countries, warnings: ['NA_KEPT c0'] });
    expect(await first(column(['EU', 'NA', 'AS', 'AF'], 'area'))).toMatchObject({
      values: ['EU', 'NA', 'AS', 'AF'],
    });
  });

  it('is missing among states of the USA, among words, and where numbers are missing by the same letters', async () => {
    expect((await first(column(['CA', 'TX', 'NA', 'NY', 'OH'], 'state'))).values).toEqual([
      'CA',
      'TX',
      null,
      'NY',
      'OH',
    ]);
    expect((await values(['red', 'NA', 'blue'])).values).toEqual(['red', null, 'blue']);
    const table = await readTable('country,n\nDE,1\nFR,NA\nNA,3\nZA,4\nGB,5\nIT,6\n');
    expect(table.rows[2]).toEqual([null, 3]);
  });
});

describe('rows that are no records', () => {
  it('joins a header of two rows', async () => {
    const table = await readTable(
      'region,Q1,,Q2,\n,sales,cost,sales,cost\nNorth,1,2,3,4\nSouth,2,3,4,5\nEast,6,7,8,9\n',
    );
    expect(brief(table)).toMatchObject({
      columns: [
        'region: category',
        'Q1 sales: integer',
        'Q1 cost: integer',
        'Q2 sales: integer',
        'Q2 cost: integer',
      ],
      repairs: ['HEADER_ROWS_JOINED 2'],
    });
    expect(table.rowCount).toBe(3);
  });

  it('leaves out headers that come again, rows of nothing and notes on a line of their own', async () => {
    const table = await readTable(
      'a,b,c\n1,2,x\na,b,c\n,,\n3,4,y\n5,6,z\n\nSource: the office of statistics\n',
    );
    expect(brief(table)).toMatchObject({
      columns: ['a: integer', 'b: integer', 'c: category'],
      rows: [
        [1, 2, 'x'],
        [3, 4, 'y'],
        [5, 6, 'z'],
      ],
      repairs: [
        'SHORT_ROWS_PADDED 1',
        'FOOTER_SKIPPED 1',
        'REPEATED_HEADERS_SKIPPED 1',
        'BLANK_LINES_SKIPPED 2',
      ],
    });
  });

  it('keeps a note that is a row of the table, but its text does not make the dates text', async () => {
    const rows = Array.from({ length: 9 }, (_, index) => `2024-01-0${index + 1},shop,${index}`);
    const table = await readTable(
      `day,name,n\n${rows.join('\n')}\n,,\nAll amounts are given in thousands,,\n`,
    );
    expect(table.rowCount).toBe(10);
    expect(brief(table)).toMatchObject({
      columns: ['day: datetime', 'name: constant', 'n: integer'],
      warnings: ['NOTE_ROWS 1', 'UNREADABLE_VALUES c0 1'],
    });
  });

  it('keeps the row of a total, and says so', async () => {
    const table = await readTable('item,qty\nA,1\nB,2\nC,4\nTotal,7\n');
    expect(table.rowCount).toBe(4);
    expect(brief(table).warnings).toEqual(['TOTAL_ROW 1']);
  });
});

describe('other ways to cut, and to wrap', () => {
  it.each(['||', '::', '|~|', '~', '§'])('finds %j between the cells', async (mark) => {
    const lines = ['item,qty,at', 'A,1,10:30', 'B x,2,11:00', 'C,4,12:45'].map((line) =>
      line.replaceAll(',', mark),
    );
    const table = await readTable(`${lines.join('\n')}\n`);
    expect(table.dialect?.delimiter).toBe(mark);
    expect(table.rows).toEqual([
      ['A', 1, '10:30'],
      ['B x', 2, '11:00'],
      ['C', 4, '12:45'],
    ]);
  });

  it.each<[string, string, string]>([
    ['a JSON object around the rows', '{"data": [{"a": 1}, {"a": 2}]}', 'NOT_TABULAR'],
    ['columns of lists', '{"a": [1, 2], "b": [3, 4]}', 'NOT_TABULAR'],
    ['a list of lists', '[[1, 2], [3, 4]]', 'NOT_TABULAR'],
    ['a list of numbers', '[1, 2, 3]', 'NOT_TABULAR'],
  ])('refuses %s', async (_what, content, code) => {
    expect(await errorCode(readTable(content))).toBe(code);
  });

  it('reads plain Parquet and refuses nested columns by name', async () => {
    await withDirectory(async (directory) => {
      const connection = await (await DuckDBInstance.create(':memory:')).connect();
      const write = async (select: string) => {
        const file = path.join(directory, 'p.parquet');
        await connection.run(`COPY (${select}) TO '${file}' (FORMAT parquet)`);
        return readFile(file);
      };
      const plain = await readTable(
        await write(
          `SELECT i AS n, i / 4 AS d, DATE '2024-01-01' + CAST(i AS INT) AS day, i % 2 = 0 AS even, '00' || i AS code FROM range(3) t(i)`,
        ),
      );
      expect(plain.rows).toEqual([
        [0, 0, '2024-01-01T00:00:00.000Z', 'true', '000'],
        [1, 0.25, '2024-01-02T00:00:00.000Z', 'false', '001'],
        [2, 0.5, '2024-01-03T00:00:00.000Z', 'true', '002'],
      ]);
      await expect(readTable(await write(`SELECT 1 AS n, [1, 2] AS list`))).rejects.toMatchObject({
        code: 'UNSUPPORTED_FORMAT',
        where: { column: 'list' },
      });
      connection.closeSync();
    });
  });

  it.each<[string, object]>([
    ['delimiter', { delimiter: '' }],
    ['delimiter', { delimiter: ',', quote: ',' }],
    ['quote', { quote: '""' }],
    ['skipRows', { skipRows: -1 }],
    ['skipRows', { skipRows: 2.5 }],
    ['decimal', { decimal: ';' }],
    ['hasHeader', { hasHeader: 'yes' }],
    ['below the 500', { skipRows: 500 }],
  ])('refuses a dialect with a wrong %s', async (what, dialect) => {
    await expect(readTable('a,b\n1,2\n', { dialect })).rejects.toMatchObject({
      code: 'INVALID_DIALECT',
      message: expect.stringContaining(what),
    });
  });
});
