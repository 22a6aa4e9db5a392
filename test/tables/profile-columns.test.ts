import { describe, expect, it } from 'vitest';
import type { ColumnProfile } from '#contract/report.ts';
import { profileTable } from './harness.ts';

const named = (columns: ColumnProfile[], name: string) => {
  const found = columns.find((column) => column.name === name);
  if (!found) throw new Error(`no column ${name}`);
  return found;
};

describe('the profile of a column', () => {
  it('measures numbers as worked out by hand', async () => {
    // 2 4 4 4 5 5 7 9: mean 5, squares 32; m3 = 5.25, m4 = 44.5; quartiles by interpolation 4 and 5.5
    const { columns } = await profileTable(
      `x,y\n${[2, 4, 4, 4, 5, 5, 7, 9].map((x) => `${x},a`).join('\n')}\n`,
    );
    const x = named(columns, 'x');
    expect(x).toEqual({
      column: 'c0',
      name: 'x',
      position: 0,
      type: 'integer',
      confidence: 1,
      semanticType: 'ordinal',
      rowCount: 8,
      valueCount: 8,
      missingCount: 0,
      missingFraction: 0,
      blankCount: 0,
      disguisedMissingCount: 0,
      disguisedMissingValues: [],
      disguisedMissing: [],
      distinctCount: 5,
      cardinalityRatio: 0.625,
      isUnique: false,
      isConstant: false,
      isNearConstant: false,
      mode: '4',
      modeCount: 3,
      modeFraction: 0.375,
      // 3/8, 2/8 and three times 1/8
      entropyBits: 2.15563906223,
      imbalance: expect.closeTo(1 - 2.15563906223 / Math.log2(5), 10),
      monotonicity: 'increasing',
      topValues: [
        { value: '4', count: 3, fraction: 0.375 },
        { value: '5', count: 2, fraction: 0.25 },
        { value: '2', count: 1, fraction: 0.125 },
        { value: '7', count: 1, fraction: 0.125 },
        { value: '9', count: 1, fraction: 0.125 },
      ],
      numeric: {
        min: 2,
        max: 9,
        mean: 5,
        median: 4.5,
        variance: expect.closeTo(32 / 7, 10),
        standardDeviation: expect.closeTo(Math.sqrt(32 / 7), 10),
        lowerQuartile: 4,
        upperQuartile: 5.5,
        interquartileRange: 1.5,
        medianAbsoluteDeviation: 0.5,
        // G1 = sqrt(56)/6 * 5.25/8; G2 = 7/(6*5) * (9 * (44.5/16 - 3) + 6)
        skewness: expect.closeTo(0.818487553356, 10),
        excessKurtosis: expect.closeTo(0.940625, 10),
        zeroCount: 0,
        negativeCount: 0,
        infiniteCount: 0,
        // outside 1.75 .. 7.75: the 9; |0.6745 (x - 4.5) / 0.5| > 3.5: the 9 (6.07); 2 and 7 stand at 3.37
        outlierCountByRange: 1,
        outlierCountByRobustZ: 1,
        histogram: {
          edges: Array.from({ length: 21 }, (_, index) => expect.closeTo(2 + index * 0.35, 10)),
          counts: [1, 0, 0, 0, 0, 3, 0, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
        },
      },
      text: null,
      date: null,
      personalData: [],
      copiesOf: [],
      warnings: ['OUTLIERS'],
    });
  });

  it('leaves infinities out of every moment', async () => {
    const { columns, issues } = await profileTable(
      'x,y\n1.5,a\ninf,b\n-inf,c\n2.5,d\n3.5,e\n1e308,f\n-1e308,g\n,h\n',
    );
    const { numeric, valueCount, missingCount } = named(columns, 'x');
    expect({ valueCount, missingCount, infinite: numeric?.infiniteCount }).toEqual({
      valueCount: 7,
      missingCount: 1,
      infinite: 2,
    });
    expect(numeric).toMatchObject({ min: -1e308, max: 1e308, median: 2.5 });
    for (const value of [numeric?.variance, numeric?.skewness, numeric?.excessKurtosis]) {
      expect(value === null || Number.isFinite(value)).toBe(true);
    }
    expect(issues.map(({ code }) => code)).toContain('INFINITE_VALUES');
  });

  it('measures text', async () => {
    const { columns } = await profileTable(
      't,n\nRed,1\nred,2\n" red",3\nblau,4\n" ",5\nGrÃ¼n,6\n,7\nunknown,8\n',
    );
    const t = named(columns, 't');
    expect(t).toMatchObject({
      type: 'category',
      valueCount: 7,
      missingCount: 1,
      blankCount: 1,
      distinctCount: 7,
      isUnique: false,
      disguisedMissingCount: 1,
      disguisedMissingValues: ['unknown'],
      mode: ' ',
      modeCount: 1,
    });
    expect(t.text).toEqual({
      // Red 3, red 3, " red" 4, blau 4, " " 1, GrÃ¼n 5, unknown 7
      minLength: 1,
      maxLength: 7,
      meanLength: expect.closeTo(27 / 7, 10),
      medianLength: 4,
      paddedCount: 2,
      caseVariantCount: 2,
      caseVariants: [[' red', 'Red', 'red']],
      meanWords: 1,
      mojibakeCount: 1,
      kinds: [
        { kind: 'TEXT', count: 6, examples: [' red', 'GrÃ¼n', 'Red'] },
        { kind: 'BLANK', count: 1, examples: [' '] },
      ],
      patternRows: 7,
    });
    expect(t.warnings).toEqual([
      'SOME_MISSING',
      'DISGUISED_MISSING',
      'BLANK_TEXT',
      'PADDED_TEXT',
      'CASE_VARIANTS',
      'BROKEN_ENCODING',
    ]);
  });

  it('measures dates', async () => {
    const { columns } = await profileTable(
      'd,x\n2024-01-01,1\n2024-01-03 12:00:00,2\n2999-01-01,3\n2024-01-02,4\n',
    );
    const d = named(columns, 'd');
    expect(d.date).toEqual({
      earliest: '2024-01-01T00:00:00.000Z',
      latest: '2999-01-01T00:00:00.000Z',
      rangeDays: (Date.UTC(2999, 0, 1) - Date.UTC(2024, 0, 1)) / 86_400_000,
      hasTime: true,
      futureCount: 1,
      typicalStepSeconds: null,
      isRegular: false,
      gapCount: 0,
      gaps: [],
    });
    expect(d.numeric).toMatchObject({
      min: Date.UTC(2024, 0, 1),
      max: Date.UTC(2999, 0, 1),
      zeroCount: 0,
      negativeCount: 0,
    });
    expect(d).toMatchObject({
      monotonicity: 'none',
      topValues: [{ value: '2024-01-01T00:00:00.000Z' }, {}, {}, {}],
    });
  });

  it('finds sentinels, but not ordinary ends of a range', async () => {
    const lines = Array.from(
      { length: 60 },
      (_, index) => `${index % 10 === 0 ? -999 : 20 + (index % 40)},${(index % 12) - 1}`,
    );
    const { columns } = await profileTable(`age,month\n${lines.join('\n')}\n`);
    expect(named(columns, 'age')).toMatchObject({
      disguisedMissingCount: 6,
      disguisedMissingValues: ['-999'],
    });
    expect(named(columns, 'month')).toMatchObject({ disguisedMissingCount: 0 });
  });

  it.each([
    [[1, 2, 3], 'strictly_increasing'],
    [[1, 1, 3], 'increasing'],
    [[3, 2, 1], 'strictly_decreasing'],
    [[3, 3, 1], 'decreasing'],
    [[1, 3, 2], 'none'],
    [[2, 2, 2], null],
  ])('calls %j %s', async (values, expected) => {
    const { columns } = await profileTable(`x,y\n${values.map((x) => `${x},a`).join('\n')}\n`);
    expect(named(columns, 'x').monotonicity).toBe(expected);
  });

  it('counts distinct values exactly', async () => {
    const lines = Array.from({ length: 30_000 }, (_, index) => `k${(index * 7) % 12_345},${index}`);
    const { columns } = await profileTable(`key,row\n${lines.join('\n')}\n`);
    expect(columns.map(({ distinctCount }) => distinctCount)).toEqual([12_345, 30_000]);
  });
});
