import { describe, expect, it } from 'vitest';
import { brief, readTable } from './harness.ts';

describe('structure of a text file', () => {
  it('reads a plain file', async () => {
    const table = await readTable('name,age\nAda,36\nAlan,41\n');
    expect(brief(table)).toEqual({
      columns: ['name: category', 'age: integer'],
      rows: [
        ['Ada', 36],
        ['Alan', 41],
      ],
      repairs: [],
      warnings: [],
    });
    expect(table.dialect).toEqual({
      delimiter: ',',
      quote: '"',
      escape: '"',
      hasHeader: true,
      skipRows: 0,
      encoding: 'utf-8',
      newline: 'lf',
      decimal: '.',
      confidence: 1,
      repairs: [],
    });
    expect(table.byteSize).toBeGreaterThan(0);
  });

  it.each([[';'], ['\t'], ['|'], ['^']])('finds the delimiter %j', async (delimiter) => {
    const text = ['a,b,c', '1,x,2.5', '2,y z,3.5', '3,w,4'].join('\n').replaceAll(',', delimiter);
    const table = await readTable(text);
    expect(table.dialect?.delimiter).toBe(delimiter);
    expect(table.rows).toEqual([
      [1, 'x', 2.5],
      [2, 'y z', 3.5],
      [3, 'w', 4],
    ]);
  });

  it('obeys a separator line', async () => {
    const table = await readTable('sep=;\na;b\n1,5;x\n2,5;y\n');
    expect(brief(table)).toEqual({
      columns: ['a: number', 'b: category'],
      rows: [
        [1.5, 'x'],
        [2.5, 'y'],
      ],
      repairs: ['SEPARATOR_LINE 1', 'NUMBERS_NORMALISED 1'],
      warnings: [],
    });
    expect(table.dialect).toMatchObject({ delimiter: ';', decimal: ',', skipRows: 1 });
  });

  it('keeps quoted delimiters, quotes and line ends', async () => {
    const { rows } = await readTable('id,text\n1,"a, b"\n2,"say ""hi"""\n3,"two\nlines"\n');
    expect(rows).toEqual([
      [1, 'a, b'],
      [2, 'say "hi"'],
      [3, 'two\nlines'],
    ]);
  });

  it('reads backslash escapes and single quotes', async () => {
    const escaped = await readTable('id,text\n1,"a \\"b\\" c"\n2,"d \\"e\\", f"\n3,"g"\n');
    expect(escaped.rows).toEqual([
      [1, 'a "b" c'],
      [2, 'd "e", f'],
      [3, 'g'],
    ]);
    const single = await readTable("id,text\n1,'a, b'\n2,'c, d'\n3,'e'\n");
    expect(single.rows).toEqual([
      [1, 'a, b'],
      [2, 'c, d'],
      [3, 'e'],
    ]);
  });

  it.each([['\n'], ['\r\n'], ['\r']])('reads line ends %j', async (lineEnd) => {
    const { rows } = await readTable(['a,b', '1,x', '2,y', '3,z', ''].join(lineEnd));
    expect(rows).toEqual([
      [1, 'x'],
      [2, 'y'],
      [3, 'z'],
    ]);
  });

  it('mends ragged rows, and says so', async () => {
    const table = await readTable('a,b,c\n1,2,3\n4,5\n6,7,8,\n9,10,11,12\n13,14,15\n16,17,18\n');
    expect(brief(table)).toEqual({
      columns: ['a: integer', 'b: integer', 'c: category'],
      rows: [
        [1, 2, '3'],
        [4, 5, null],
        [6, 7, '8'],
        [9, 10, '11, 12'],
        [13, 14, '15'],
        [16, 17, '18'],
      ],
      repairs: ['SHORT_ROWS_PADDED 1', 'EXTRA_EMPTY_CELLS_DROPPED 1', 'LONG_ROWS_JOINED 1'],
      warnings: [],
    });
  });

  it('does not let an open quote swallow the rows below', async () => {
    const table = await readTable('a,b\n1,"x"\n2,"y\n3,"z"\n4,"w"\n');
    expect(table.rowCount).toBe(4);
    expect(table.rows.map(([a]) => a)).toEqual([1, 2, 3, 4]);
    expect(table.dialect?.repairs.map(({ code }) => code)).toContain('UNCLOSED_QUOTES_KEPT');
  });

  it('skips titles, comments and blank lines', async () => {
    const table = await readTable(
      'Sales report 2024\n\n# internal\nid,amount,city\n1,5,Rome\n\n2,6,Oslo\n3,7,Bern\n',
    );
    expect(brief(table)).toEqual({
      columns: ['id: integer', 'amount: integer', 'city: category'],
      rows: [
        [1, 5, 'Rome'],
        [2, 6, 'Oslo'],
        [3, 7, 'Bern'],
      ],
      repairs: ['PREAMBLE_SKIPPED 3', 'BLANK_LINES_SKIPPED 1'],
      warnings: [],
    });
  });

  it('sees that there is no header', async () => {
    const table = await readTable('1,2.5,x\n2,3.5,y\n3,4.5,x\n');
    expect(table.columns.map(({ name }) => name)).toEqual(['column_1', 'column_2', 'column_3']);
    expect(table.rowCount).toBe(3);
  });

  it('names nameless, repeated and dangerous columns', async () => {
    const table = await readTable('__proto__,a,a,,constructor\n1,2,3,4,5\n6,7,8,9,10\n');
    expect(brief(table)).toEqual({
      columns: [
        '__proto__: integer',
        'a: integer',
        'a_2: integer',
        'column_4: integer',
        'constructor: integer',
      ],
      rows: [
        [1, 2, 3, 4, 5],
        [6, 7, 8, 9, 10],
      ],
      repairs: ['EMPTY_NAMES_FILLED 1', 'DUPLICATE_NAMES_NUMBERED 1'],
      warnings: [],
    });
    expect(table.columns.map(({ physicalName }) => physicalName)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
  });

  it('keeps the column that a separator at the line end makes, as a constant', async () => {
    const table = await readTable('a;b;\n1;x;\n2;y;\n');
    expect(brief(table)).toEqual({
      columns: ['a: integer', 'b: category', 'column_3: constant'],
      rows: [
        [1, 'x', null],
        [2, 'y', null],
      ],
      repairs: ['EMPTY_NAMES_FILLED 1'],
      warnings: [],
    });
  });

  it('reads one column, with gaps', async () => {
    const table = await readTable('value\n1\n\n3\n');
    expect(brief(table)).toMatchObject({ columns: ['value: integer'], rows: [[1], [null], [3]] });
  });

  it('reads 3,000 columns', async () => {
    const header = Array.from({ length: 3_000 }, (_, index) => `f${index}`).join(',');
    const row = (offset: number) => Array.from({ length: 3_000 }, (_, index) => index + offset).join(',');
    const table = await readTable(`${header}\n${row(0)}\n${row(1)}\n`, undefined, 1);
    expect(table.columns).toHaveLength(3_000);
    expect(table.rows[0]?.slice(2_997)).toEqual([2_997, 2_998, 2_999]);
  }, 120_000);

  it('keeps the cells of a row together in a wide table', { timeout: 120_000 }, async () => {
    const header = Array.from({ length: 210 }, (_, index) => `f${index}`).join(',');
    const lines = Array.from({ length: 500 }, (_, row) => Array<number>(210).fill(row).join(','));
    const { rows } = await readTable(`${header}\n${lines.join('\n')}\n`, undefined, 500);
    expect(rows.every((row, index) => row.every((cell) => cell === index))).toBe(true);
  });

  it('takes the dialect that it is told', async () => {
    const table = await readTable('a;b,c\n1,2;3\n', { dialect: { delimiter: ',', hasHeader: false } });
    expect(table.rows).toEqual([
      ['a;b', 'c'],
      ['1', '2;3'],
    ]);
  });
});
