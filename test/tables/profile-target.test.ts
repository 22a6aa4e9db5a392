import { describe, expect, it } from 'vitest';
import { analysisReportSchema } from '#contract/report.ts';
import { profileTable } from './harness.ts';

const table = (header: string, count: number, line: (index: number) => string) =>
  `${header}\n${Array.from({ length: count }, (_, index) => line(index)).join('\n')}\n`;
/** Lehmer's generator: the same numbers at every run. */
function generator() {
  let state = 7;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe('the task type', () => {
  it.each<[string, (index: number) => string, string | null, string]>([
    [
      'two words',
      (index) => (index % 2 ? 'yes' : 'no'),
      'BINARY_CLASSIFICATION',
      '"y" has exactly two distinct values.',
    ],
    [
      '0 and 1',
      (index) => String(index % 2),
      'BINARY_CLASSIFICATION',
      '"y" has exactly two distinct values.',
    ],
    [
      'three words',
      (index) => `k${index % 3}`,
      'MULTICLASS_CLASSIFICATION',
      '"y" is text with 3 distinct values.',
    ],
    [
      'few whole numbers',
      (index) => String(index % 5),
      'MULTICLASS_CLASSIFICATION',
      '"y" holds only 5 distinct whole numbers with 40 rows each on average. Choose regression if their order is what matters.',
    ],
    [
      'many whole numbers',
      (index) => String(index % 50),
      'REGRESSION',
      '"y" holds whole numbers with 50 distinct values; classes are assumed up to 10.',
    ],
    [
      'fractions',
      (index) => String((index % 4) + 0.5),
      'REGRESSION',
      '"y" holds numbers with fractions (4 distinct values).',
    ],
    [
      'dates',
      (index) => `2024-01-${String(1 + (index % 28)).padStart(2, '0')}`,
      null,
      '"y" holds dates: neither classes nor a quantity to predict.',
    ],
  ])('for %s', async (_what, value, taskType, taskTypeReason) => {
    const { target } = await profileTable(
      table('x,y', 200, (index) => `${index % 7},${value(index)}`),
      'y',
    );
    expect(target).toMatchObject({ taskType, taskTypeReason, usableRows: 200 });
  });

  it('can be forced', async () => {
    const report = await profileTable(
      table('x,y', 200, (index) => `${index % 7},${index % 5}`),
      'y',
      'REGRESSION',
    );
    expect(report.target).toMatchObject({
      taskType: 'REGRESSION',
      taskTypeReason: 'Chosen by you.',
      classCount: null,
    });
  });
});

describe('targets that cannot or can hardly be trained', () => {
  const errors = async (text: string, task?: 'REGRESSION' | 'BINARY_CLASSIFICATION') =>
    (await profileTable(text, 'y', task)).issues
      .filter(
        ({ column, code }) => code.startsWith('TARGET') || (column !== null && code.startsWith('CLASS')),
      )
      .map(({ code, severity, affectedRows }) => `${severity} ${code} ${affectedRows ?? ''}`.trim());

  it.each<[string, string, string[]]>([
    ['no values', table('x,y', 30, (index) => `${index % 7},`), ['ERROR TARGET_ALL_MISSING 30']],
    ['one number', table('x,y', 30, (index) => `${index % 7},5`), ['ERROR TARGET_CONSTANT']],
    ['one class', table('x,y', 30, (index) => `${index % 7},yes`), ['ERROR TARGET_ONE_CLASS']],
    [
      'too few rows',
      table('x,y', 8, (index) => `${index % 7},${index % 2 ? 'a' : 'b'}`),
      ['ERROR TARGET_TOO_FEW_ROWS 8', 'WARNING CLASS_TOO_RARE 8'],
    ],
    [
      'a class a row',
      table('x,y', 40, (index) => `${index % 7},name${index % 30}`),
      ['ERROR TARGET_TOO_MANY_CLASSES'],
    ],
    [
      'dates',
      table('x,y', 40, (index) => `${index % 7},2024-01-${10 + (index % 15)}`),
      ['ERROR TARGET_IS_DATE'],
    ],
    [
      'gaps',
      table('x,y', 40, (index) => `${index % 7},${index < 4 ? '' : index % 2 ? 'a' : 'b'}`),
      ['WARNING TARGET_HAS_MISSING 4'],
    ],
    [
      'a rare class',
      table('x,y', 100, (index) => `${index % 7},${index === 3 ? 'c' : index % 2 ? 'a' : 'b'}`),
      ['WARNING CLASS_TOO_RARE 1', 'WARNING TARGET_IMBALANCED'],
    ],
    [
      'text for regression',
      table('x,y', 40, (index) => `${index % 7},k${index % 3}`),
      ['ERROR TARGET_NOT_NUMERIC'],
    ],
  ])('%s', async (what, text, expected) => {
    expect(await errors(text, what === 'text for regression' ? 'REGRESSION' : undefined)).toEqual(expected);
  });
});

describe('a whole analysis', () => {
  it('finds what was planted', async () => {
    const random = generator();
    const text = table('id,age,copy,leak,gap,flag,note,when,constant,sold', 600, (index) => {
      const sold = random() < 0.3 ? 'yes' : 'no';
      const age = 20 + Math.floor(random() * 50);
      const isDark = age > 50;
      const note = `remark number ${index} about nothing much`;
      return [
        index + 1,
        age,
        age,
        sold === 'yes' ? 'K7' : 'K2',
        isDark ? '' : Math.floor(random() * 9),
        isDark ? '' : 'on',
        note,
        `2024-0${1 + (index % 9)}-11`,
        'x',
        sold,
      ].join(',');
    });
    const report = await profileTable(`${text}${text.trimEnd().split('\n').at(-1)}\n`, 'sold');
    expect(analysisReportSchema.parse(report)).toEqual(report);
    expect(report.overview).toMatchObject({ rowCount: 601, columnCount: 10, duplicateRows: 1 });
    expect(report.overview.qualityParts.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(report.target?.associations[0]).toMatchObject({
      column: 'c3',
      method: 'CRAMERS_V',
      leakage: 'LIKELY',
    });
    expect(report.target?.associations.slice(1).every(({ leakage }) => leakage === 'NONE')).toBe(true);
    const found = report.issues.map(({ code, column }) => `${code} ${column ?? ''}`.trim());
    expect(found).toEqual(
      expect.arrayContaining([
        'DUPLICATE_ROWS',
        'DUPLICATE_COLUMN c2',
        'LEAKAGE_LIKELY c3',
        'HIGH_MISSING c4',
        'CONSTANT c8',
      ]),
    );
    expect(found).not.toContain('DUPLICATE_COLUMN c1');
    const { missingness } = report;
    const dark = report.columns[4]?.missingCount ?? 0;
    expect(missingness).toMatchObject({
      pairs: [{ first: 'c4', second: 'c5', bothMissing: dark, correlation: 1 }],
      matrixColumns: ['c4', 'c5'],
      matrix: [
        [dark, dark],
        [dark, dark],
      ],
      patterns: [
        { columns: [], rowCount: 601 - dark },
        { columns: ['c4', 'c5'], rowCount: dark },
      ],
      completeRows: 601 - dark,
      mechanism: 'MAR_LIKELY',
    });
    const pair = (first: string, second: string, method: string) =>
      report.correlations.pairs.find(
        (each) => each.first === first && each.second === second && each.method === method,
      );
    expect(pair('c1', 'c2', 'PEARSON')).toMatchObject({ value: 1, rows: 601 });
    expect(pair('c3', 'c9', 'CRAMERS_V')?.value).toBe(1);
    expect(
      report.recommendations.map(({ priority, action }) => [priority, action.step, action.columns]),
    ).toEqual([
      [1, 'drop_columns', ['c3']],
      [2, 'drop_columns', ['c8']],
      [3, 'drop_columns', ['c2']],
      [4, 'missing_indicator', ['c4']],
      [5, 'datetime_parts', ['c7']],
      [6, 'text_statistics', ['c6']],
      [7, 'text_svd', ['c6']],
    ]);
    expect(report.preprocessingPrompt).toContain(
      'Target: c9 "sold". Task: BINARY_CLASSIFICATION. Rows with a target: 601.',
    );
  });

  it('is the same at every run, and finite throughout', async () => {
    const random = generator();
    const text = table(
      'a,b,c',
      3_000,
      () => `${random()},${Math.floor(random() * 5)},k${Math.floor(random() * 4)}`,
    );
    const first = JSON.stringify(await profileTable(text, 'c'));
    expect(JSON.stringify(await profileTable(text, 'c'))).toBe(first);
    expect(first).not.toMatch(/NaN|Infinity/);
  });

  it('calls scattered gaps random', async () => {
    const random = generator();
    const text = table(
      'a,b,y',
      2_000,
      () => `${random() < 0.1 ? '' : random()},${random()},${random() < 0.5 ? 'a' : 'b'}`,
    );
    expect((await profileTable(text, 'y')).missingness.mechanism).toBe('MCAR_LIKELY');
  });

  it('bounds the pairs of a wide table', { timeout: 120_000 }, async () => {
    const header = Array.from({ length: 300 }, (_, index) => `f${index}`).join(',');
    const random = generator();
    const text = table(header, 60, () => Array.from({ length: 300 }, () => random().toFixed(3)).join(','));
    const { correlations, target } = await profileTable(text, 'f299');
    expect(correlations.columns).toHaveLength(40);
    expect(correlations.columns).toContain('c299');
    expect(correlations.omittedColumns).toBe(260);
    expect(correlations.pairs.length).toBeLessThanOrEqual(780 * 3);
    expect(target?.associations).toHaveLength(299);
  });
});
