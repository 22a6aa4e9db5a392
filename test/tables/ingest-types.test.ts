import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import type { ReadTable } from './harness.ts';
import { brief, readTable } from './harness.ts';
import { zipOf } from './zip.ts';

/** A one-column reading: type, semantic type, values. */
function reading({ columns, rows }: ReadTable, index = 0) {
  const column = columns[index];
  return [column?.type, column?.physicalType, column?.semanticType, rows.map((row) => row[index])];
}

const column = (values: string[]) => `x,y\n${values.map((value) => `"${value}",0`).join('\n')}\n`;

describe('types of columns', () => {
  it.each<[string, string[], unknown[]]>([
    ['whole numbers', ['1', '-2', '+3'], ['integer', 'BIGINT', 'whole_number', [1, -2, 3]]],
    ['fractions', ['1', '2.5', '1e3'], ['number', 'DOUBLE', 'measure', [1, 2.5, 1000]]],
    ['decimal commas', ['1,5', '2,25', '-3,0'], ['number', 'DOUBLE', 'measure', [1.5, 2.25, -3]]],
    ['thousands', ['1,234', '56', '1,234,567'], ['integer', 'BIGINT', 'count', [1234, 56, 1234567]]],
    [
      'thousands and decimals',
      ['1.234,5', '56,0', '1.234.567,25'],
      ['number', 'DOUBLE', 'measure', [1234.5, 56, 1234567.25]],
    ],
    ['money', ['$1,200.50', '$3.00', '-$4.25'], ['number', 'DOUBLE', 'currency', [1200.5, 3, -4.25]]],
    ['percentages', ['12%', '7.5 %', '100%'], ['number', 'DOUBLE', 'percentage', [12, 7.5, 100]]],
    [
      'postcodes',
      ['00501', '10115', '02134'],
      ['category', 'VARCHAR', 'numeric_code', ['00501', '10115', '02134']],
    ],
    [
      'digits beyond 64 bits',
      ['12345678901234567890', '1', '2'],
      ['category', 'VARCHAR', 'numeric_code', ['12345678901234567890', '1', '2']],
    ],
    [
      'ISO dates',
      ['2024-01-31', '2024-02-01', '1999-12-31'],
      [
        'datetime',
        'TIMESTAMP',
        'date',
        ['2024-01-31T00:00:00.000Z', '2024-02-01T00:00:00.000Z', '1999-12-31T00:00:00.000Z'],
      ],
    ],
    [
      'offsets',
      ['2024-01-31T12:00:00+02:00', '2024-01-31T12:00:00Z'],
      ['datetime', 'TIMESTAMP', 'timestamp', ['2024-01-31T10:00:00.000Z', '2024-01-31T12:00:00.000Z']],
    ],
    [
      'day first',
      ['31/01/2024', '1/2/2024'],
      ['datetime', 'TIMESTAMP', 'date', ['2024-01-31T00:00:00.000Z', '2024-02-01T00:00:00.000Z']],
    ],
    [
      'month first',
      ['01/31/2024 5:30 PM', '2/1/2024 6:00 AM'],
      ['datetime', 'TIMESTAMP', 'timestamp', ['2024-01-31T17:30:00.000Z', '2024-02-01T06:00:00.000Z']],
    ],
    [
      'named months',
      ['3-Nov-23', '28-Jul-22'],
      ['datetime', 'TIMESTAMP', 'date', ['2023-11-03T00:00:00.000Z', '2022-07-28T00:00:00.000Z']],
    ],
    ['yes and no', ['Yes', 'No', 'Yes'], ['boolean', 'VARCHAR', 'flag', ['Yes', 'No', 'Yes']]],
    ['categories', ['red', 'blue', ' red'], ['category', 'VARCHAR', 'category', ['red', 'blue', ' red']]],
    [
      'addresses',
      ['a@x.org', 'b@y.org', 'c@z.net'],
      ['category', 'VARCHAR', 'email', ['a@x.org', 'b@y.org', 'c@z.net']],
    ],
    [
      'free text',
      ['the first long remark here', 'a second one of many words', 'and a third, different again'],
      [
        'text',
        'VARCHAR',
        'free_text',
        ['the first long remark here', 'a second one of many words', 'and a third, different again'],
      ],
    ],
    ['one value', ['7', '7', '7'], ['constant', 'BIGINT', 'constant', [7, 7, 7]]],
    ['nothing', ['', '', ''], ['constant', 'VARCHAR', 'constant', [null, null, null]]],
    ['infinities', ['1.5', 'inf', '-inf', '2'], ['number', 'DOUBLE', 'measure', [1.5, null, null, 2]]],
    ['words among numbers', ['1', 'two', '3'], ['category', 'VARCHAR', 'category', ['1', 'two', '3']]],
    [
      'times of day',
      ['02:15', '13:30', '23:59'],
      ['category', 'VARCHAR', 'time', ['02:15', '13:30', '23:59']],
    ],
    [
      'hexadecimal and underscores',
      ['0x10', '1_000', '12'],
      ['category', 'VARCHAR', 'category', ['0x10', '1_000', '12']],
    ],
  ])('reads %s', async (_what, values, expected) => {
    expect(reading(await readTable(column(values)))).toEqual(expected);
  });

  it('takes spellings of "no value" as missing where that is safe, and says so', async () => {
    const table = await readTable('n,word\n1,NA\n?,-\n-,x\nN/A,?\n5,y\n6,null\n');
    expect(brief(table)).toEqual({
      columns: ['n: integer', 'word: category'],
      rows: [
        [1, null],
        [null, '-'],
        [null, 'x'],
        [null, '?'],
        [5, 'y'],
        [6, null],
      ],
      repairs: ['MISSING_SPELLINGS 5'],
      warnings: [],
    });
  });

  it('empties the few values that do not fit, and names them', async () => {
    const values = Array.from({ length: 300 }, (_, index) => (index === 150 ? 'oops' : String(index * 2)));
    const table = await readTable(`x,y\n${values.map((value) => `${value},0`).join('\n')}\n`, undefined, 300);
    expect(table.columns[0]).toMatchObject({ type: 'integer', nullCount: 1, confidence: 0.9967 });
    expect(table.warnings).toEqual([
      {
        code: 'UNREADABLE_VALUES',
        message: '1 values of "x" are no whole numbers and were left empty: "oops".',
        column: 'c0',
        count: 1,
      },
    ]);
    expect(table.rows[150]).toEqual([null, 0]);
  });

  it('widens to fractions when they come late', async () => {
    const values = Array.from({ length: 20_000 }, (_, index) => (index === 12_345 ? '0.5' : String(index)));
    const table = await readTable(`x,y\n${values.map((value) => `${value},0`).join('\n')}\n`);
    expect(table.columns[0]).toMatchObject({ type: 'number', physicalType: 'DOUBLE', nullCount: 0 });
  });

  it('tells keys from counts', async () => {
    const lines = Array.from({ length: 40 }, (_, index) => `${index + 1},${1_990 + index},u-${index}`);
    const table = await readTable(`id,year,code\n${lines.join('\n')}\n`);
    expect(table.columns.map(({ type, semanticType }) => [type, semanticType])).toEqual([
      ['id', 'identifier'],
      ['integer', 'year'],
      ['id', 'identifier'],
    ]);
  });

  it('says when day and month could be swapped', async () => {
    const { warnings } = await readTable('d,x\n01/02/2024,1\n03/04/2024,2\n');
    expect(warnings).toEqual([
      {
        code: 'AMBIGUOUS_DATE_ORDER',
        message: 'No day above 12 in "d": its dates were read as month first.',
        column: 'c0',
      },
    ]);
  });

  it('takes the types that it is told', async () => {
    const table = await readTable('a,b\n1,2\n2,x\n3,4\n', {
      columnTypes: [
        { name: 'a', type: 'category' },
        { name: 'b', type: 'integer' },
      ],
    });
    expect(brief(table)).toEqual({
      columns: ['a: category', 'b: integer'],
      rows: [
        ['1', 2],
        ['2', null],
        ['3', 4],
      ],
      repairs: [],
      warnings: ['UNREADABLE_VALUES c1 1'],
    });
  });
});

describe('encodings and wrappings', () => {
  const text = 'name,city\nJürgen,Köln\nZoë,Málaga\nRené,Besançon\n';
  const rows = [
    ['Jürgen', 'Köln'],
    ['Zoë', 'Málaga'],
    ['René', 'Besançon'],
  ];
  it.each<[string, Uint8Array, string]>([
    ['UTF-8', Buffer.from(text), 'utf-8'],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`), 'utf-8'],
    ['windows-1252', iconv.encode(text, 'windows-1252'), 'windows-1252'],
    ['UTF-16 with a mark', iconv.encode(text, 'utf-16le', { addBOM: true }), 'utf-16le'],
    ['UTF-16 without a mark', iconv.encode(text, 'utf-16be'), 'utf-16be'],
    ['gzip', gzipSync(text), 'utf-8'],
    [
      'zip',
      zipOf([
        { name: 'table.csv', content: text },
        { name: '__MACOSX/._table.csv', content: 'x' },
      ]),
      'utf-8',
    ],
  ])('reads %s', async (_what, content, encoding) => {
    const table = await readTable(content);
    expect(table.rows).toEqual(rows);
    expect(table.columns.map(({ name }) => name)).toEqual(['name', 'city']);
    expect(table.dialect?.encoding).toBe(encoding);
  });

  it('reads Shift-JIS', async () => {
    const japanese = `名前,都市\n${['山田太郎,東京', '鈴木花子,大阪', '佐藤一郎,京都', '高橋健,名古屋'].join('\n')}\n`;
    const table = await readTable(iconv.encode(japanese, 'shift_jis'));
    expect(table.rows[0]).toEqual(['山田太郎', '東京']);
  });

  it('removes NUL characters and a Ctrl-Z at the end', async () => {
    const table = await readTable('a,b\n1,x\0y\n2,z\n\u001a');
    expect(brief(table)).toMatchObject({
      rows: [
        [1, 'xy'],
        [2, 'z'],
      ],
      repairs: ['NUL_REMOVED 1'],
    });
  });

  it('reads JSON lines and arrays', async () => {
    const lines = await readTable(
      '{"a": 1, "b": "x", "__proto__": true}\n{"a": 2.5, "b": null, "c": {"d": [1]}}\n',
    );
    expect(lines.format).toBe('json');
    expect(lines.dialect).toBeNull();
    expect(brief(lines)).toMatchObject({
      columns: ['a: number', 'b: constant', '__proto__: constant', 'c: constant'],
      rows: [
        [1, 'x', 'true', null],
        [2.5, null, null, '{"d":[1]}'],
      ],
    });
    const array = await readTable('[{"a": 1}, {"a": 2}]');
    expect(array.rows).toEqual([[1], [2]]);
  });
});
