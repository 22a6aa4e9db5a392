import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { brief, errorCode, readTable } from './harness.ts';
import { zipOf } from './zip.ts';

/** Written by openpyxl 3.1.5, XlsxWriter 3.2.9 and odfpy 1.4.1. */
const fixture = (name: string) => readFile(path.resolve(import.meta.dirname, '../fixtures/workbooks', name));

const declaration = '<?xml version="1.0"?>';
const relation = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** The least that makes a workbook: the parts of one sheet, by hand. */
function xlsx(sheet: string, others: { name: string; content: string }[] = []): Buffer {
  return zipOf([
    { name: '[Content_Types].xml', content: '<Types/>' },
    {
      name: 'xl/workbook.xml',
      content: `${declaration}<workbook xmlns:r="${relation}"><sheets><sheet name="S" sheetId="1" r:id="a"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      content: `<Relationships><Relationship Id="a" Type="${relation}/worksheet" Target="/xl/worksheets/sheet1.xml"/><Relationship Id="b" Type="${relation}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    },
    { name: 'xl/worksheets/sheet1.xml', content: `${declaration}<worksheet>${sheet}</worksheet>` },
    ...others,
  ]);
}

const cell = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
const ods = (content: string) =>
  zipOf([
    { name: 'META-INF/manifest.xml', content: '<x/>' },
    {
      name: 'content.xml',
      content: `<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x">${content}</office:document-content>`,
    },
  ]);

describe('a workbook', () => {
  it('gives dates, times, percentages, booleans and texts of its first sheet, and names the others', async () => {
    const table = await readTable(await fixture('openpyxl.xlsx'));
    expect(brief(table)).toEqual({
      columns: [
        'id: integer',
        'day: datetime',
        'at: datetime',
        'share: number',
        'paid: boolean',
        'city: category',
        'zip: category',
        'total: constant',
      ],
      rows: [
        [1, '2024-01-31T00:00:00.000Z', '2024-01-31T10:30:00.000Z', 12.5, 'TRUE', 'Köln', '01234', null],
        [
          2,
          '2024-02-01T00:00:00.000Z',
          '2024-02-01T23:59:59.000Z',
          7,
          'FALSE',
          'Málaga, "sur"',
          '99999',
          null,
        ],
        [3, '1999-12-31T00:00:00.000Z', '1999-12-31T00:00:00.000Z', 100, 'TRUE', 'two\nlines', '00501', null],
      ],
      repairs: ['NUMBERS_NORMALISED 1'],
      warnings: ['OTHER_SHEETS 2'],
    });
    expect(table).toMatchObject({
      format: 'xlsx',
      dialect: {
        sheet: 'Orders',
        sheets: ['Orders', 'Notes & more', 'Secret'],
        hasHeader: true,
        skipRows: 0,
      },
    });
  });

  it('is read from the sheet that is named, wherever its cells begin', async () => {
    const workbook = await fixture('openpyxl.xlsx');
    const table = await readTable(workbook, { dialect: { sheet: 'Notes & more' } });
    expect(brief(table)).toMatchObject({
      columns: ['key: category', 'value: number'],
      rows: [
        ['k0', 0],
        ['k1', 1.5],
        ['k2', 3],
        ['k3', 4.5],
      ],
    });
    expect(table.dialect).toMatchObject({ sheet: 'Notes & more', skipRows: 2 });
    const unknown = readTable(workbook, { dialect: { sheet: 'Nope' } });
    await expect(unknown).rejects.toMatchObject({
      code: 'UNKNOWN_SHEET',
      message: 'There is no sheet "Nope". The workbook has the sheets "Orders", "Notes & more", "Secret".',
    });
    expect(await errorCode(readTable(workbook, { dialect: { sheet: 'Secret' } }))).toBe('EMPTY_FILE');
    expect(await errorCode(readTable('a,b\n1,2\n', { dialect: { sheet: 'S' } }))).toBe('UNKNOWN_SHEET');
  });

  it('counts days from 1904, takes the last results of formulas, fills merged cells, empties errors', async () => {
    const table = await readTable(await fixture('xlsxwriter-1904.xlsx'));
    expect(brief(table)).toEqual({
      columns: ['region: category', 'day: datetime', 'amount: number', 'double: integer', 'start: category'],
      rows: [
        ['North', '2024-03-01T00:00:00.000Z', 1234.5, 2469, '08:15:00'],
        ['North', '2024-03-02T00:00:00.000Z', 1235.5, 2471, '09:15:00'],
        ['South', '2024-03-03T00:00:00.000Z', 1236.5, 2473, '10:15:00'],
        ['South', '2024-03-04T00:00:00.000Z', 1237.5, 2475, '11:15:00'],
        ['East', null, 7, null, null],
      ],
      repairs: ['MERGED_CELLS_FILLED 2', 'CELL_ERRORS_EMPTIED 1', 'PREAMBLE_SKIPPED 3'],
      warnings: ['OTHER_SHEETS 1'],
    });
    expect(table.dialect?.sheet).toBe('Data');
  });

  it('may be OpenDocument, with rows that are written once and stand for many', async () => {
    const workbook = await fixture('odfpy.ods');
    const table = await readTable(workbook);
    expect(table.format).toBe('ods');
    expect(brief(table)).toMatchObject({
      columns: ['name: category', 'born: datetime', 'score: number', 'share: number', 'ok: boolean'],
      rows: [
        ['Ada', '1815-12-10T00:00:00.000Z', 3.5, 12.5, 'TRUE'],
        ['Alan', '1912-06-23T00:00:00.000Z', 4, 50, 'FALSE'],
        ['Same', '2000-01-01T00:00:00.000Z', 1, 25, 'TRUE'],
        ['Same', '2000-01-01T00:00:00.000Z', 1, 25, 'TRUE'],
      ],
    });
    const second = await readTable(workbook, { dialect: { sheet: 'Second' } });
    expect(second.rows).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('keeps cells in their columns where rows have gaps, and drops what stands below as a note', async () => {
    const rows = [
      `<row r="2">${cell('a')}${cell('b')}${cell('c')}</row>`,
      '<row r="3"><c r="A3"><v>1</v></c><c r="C3"><v>3</v></c></row>',
      '<row r="4"><c r="B4"><v>5.10000000000000053</v></c></row>',
      '<row r="5"><c r="A5"><v>7</v></c><c r="B5"><v>8</v></c><c r="C5"><v>1E-3</v></c></row>',
      `<row r="900">${cell('Source: the ministry')}</row>`,
    ];
    const table = await readTable(xlsx(`<sheetData>${rows.join('')}</sheetData>`));
    expect(brief(table)).toEqual({
      columns: ['a: integer', 'b: number', 'c: number'],
      rows: [
        [1, null, 3],
        [null, 5.1000000000000005, null],
        [7, 8, 0.001],
      ],
      repairs: ['PREAMBLE_SKIPPED 1', 'FOOTER_SKIPPED 1', 'BLANK_LINES_SKIPPED 20'],
      warnings: [],
    });
  });
});

describe('a hostile workbook', () => {
  const text = `<c t="s"><v>0</v></c>`;
  it.each<[string, () => Buffer, string]>([
    [
      'without its parts',
      () =>
        zipOf([
          { name: '[Content_Types].xml', content: '<x/>' },
          { name: 'xl/workbook.xml', content: '<x/>' },
        ]),
      'MALFORMED_FILE',
    ],
    [
      'in binary',
      () =>
        zipOf([
          { name: '[Content_Types].xml', content: '<x/>' },
          { name: 'xl/workbook.bin', content: 'x' },
        ]),
      'UNSUPPORTED_FORMAT',
    ],
    [
      'that is a letter',
      () =>
        zipOf([
          { name: '[Content_Types].xml', content: '<x/>' },
          { name: 'word/document.xml', content: '<x/>' },
        ]),
      'UNSUPPORTED_FORMAT',
    ],
    ['that ends in the middle of a tag', () => xlsx('<sheetData><row r="1"><c'), 'MALFORMED_FILE'],
    [
      'whose rows run backwards',
      () => xlsx('<sheetData><row r="2"/><row r="1"/></sheetData>'),
      'MALFORMED_FILE',
    ],
    ['without a cell', () => xlsx('<sheetData/>'), 'EMPTY_FILE'],
    [
      'whose entities grow',
      () =>
        xlsx(`<sheetData><row>${text}</row></sheetData>`, [
          {
            name: 'xl/sharedStrings.xml',
            content: `<!DOCTYPE sst [<!ENTITY a "${'a'.repeat(1_000)}"><!ENTITY b "${'&a;'.repeat(1_000)}"><!ENTITY c "${'&b;'.repeat(1_000)}">]><sst><si><t>&c;</t></si></sst>`,
          },
        ]),
      'MALFORMED_FILE',
    ],
    [
      'of 10,001 columns',
      () => xlsx(`<sheetData><row>${cell('x').repeat(10_001)}</row></sheetData>`),
      'TOO_MANY_COLUMNS',
    ],
    ['that unpacks to 300 MiB', () => xlsx(' '.repeat(300 * 1024 ** 2)), 'FILE_TOO_LARGE'],
    [
      'with a cell of 40 MiB',
      () => xlsx(`<sheetData><row>${cell('x'.repeat(40 * 1024 ** 2))}</row></sheetData>`),
      'CELL_TOO_LONG',
    ],
    [
      'of one row a million times',
      () =>
        ods(
          `<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="9000"><text:p>some text</text:p></table:table-cell></table:table-row></table:table>`,
        ),
      'FILE_TOO_LARGE',
    ],
  ])('%s is refused', async (_what, workbook, code) => {
    expect(await errorCode(readTable(workbook()))).toBe(code);
  });
});
