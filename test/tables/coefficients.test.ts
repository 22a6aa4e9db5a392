import { describe, expect, it } from 'vitest';
import {
  type Codes,
  correlationRatio,
  cramersV,
  entropyOf,
  mutualInformation,
  pearson,
  rankAll,
  sortValues,
  spearman,
} from '#tables/profile/coefficients.ts';
import { encode, quantileBins, withMissingCode } from '#tables/profile/sample.ts';

const gap = Number.NaN;
const numbers = (...values: number[]) => Float64Array.from(values);
const ranked = (values: Float64Array) => ({
  values,
  ...rankAll(values, sortValues(values)),
  hasGaps: values.some(Number.isNaN),
});
const codes = (values: number[]): Codes => ({
  codes: Int32Array.from(values),
  size: Math.max(...values) + 1,
});

describe('coefficients', () => {
  it('Pearson and Spearman', () => {
    const x = numbers(1, 2, 3, 4, 5, gap);
    const y = numbers(2, 1, 4, 3, 7, 9);
    // sums of squares 10 and 21.2, of products 12
    expect(pearson(x, y)).toEqual({ value: expect.closeTo(12 / Math.sqrt(10 * 21.2), 12), rows: 5 });
    // rank differences 1 1 1 1 0: 1 - 6 * 4 / (5 * 24)
    expect(spearman(ranked(x), ranked(y))).toEqual({ value: expect.closeTo(0.8, 12), rows: 5 });
    expect(pearson(numbers(1, 1, 1), numbers(1, 2, 3))).toBeNull();
    expect(pearson(numbers(1, 2), numbers(1, 2))).toBeNull();
  });

  it('ranks ties by their mean, gaps left out', () => {
    const values = numbers(10, 20, 20, gap, 5);
    expect([...ranked(values).ranks]).toEqual([2, 3.5, 3.5, gap, 1]);
    // the second and the fourth row are left out: 10 and 20 and 5 against 1, 2 and 3
    expect(spearman(ranked(values), ranked(numbers(1, gap, 2, 9, 3)))).toEqual({
      value: expect.closeTo(-0.5, 12),
      rows: 3,
    });
  });

  it("bias-corrected Cramér's V", () => {
    const first = codes([0, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    expect(cramersV(first, first)?.value).toBeCloseTo(1, 12);
    // table [[3,1],[2,4]]: chi2 = 5/3; phi2 = 1/6 - 1/9; side = 2 - 1/9 - 1
    const second = codes([0, 0, 0, 1, 0, 0, 1, 1, 1, 1]);
    expect(cramersV(first, second)).toEqual({
      value: expect.closeTo(Math.sqrt((1 / 6 - 1 / 9) / (8 / 9)), 12),
      rows: 10,
    });
    expect(cramersV(first, codes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))).toBeNull();
  });

  it('correlation ratio', () => {
    // groups (1,2,3) and (5,6,7): between 24, within 4
    expect(correlationRatio(codes([0, 0, 0, 1, 1, 1]), numbers(1, 2, 3, 5, 6, 7))).toEqual({
      value: expect.closeTo(Math.sqrt(24 / 28), 12),
      rows: 6,
    });
  });

  it('mutual information, less its bias', () => {
    const coin = codes(Array.from({ length: 1_000 }, (_, index) => index % 2));
    expect(entropyOf(coin)).toBe(1);
    expect(mutualInformation(coin, coin)?.value).toBeCloseTo(1 - 1 / (2_000 * Math.LN2), 12);
    const other = codes(Array.from({ length: 1_000 }, (_, index) => (index >> 1) % 2));
    expect(mutualInformation(coin, other)?.value).toBe(0);
  });

  it('bins and codes', () => {
    const values = numbers(...Array.from({ length: 20 }, (_, index) => index), gap);
    const sorted = sortValues(values);
    const bins = quantileBins(rankAll(values, sorted), sorted);
    expect([...bins.codes]).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, -1]);
    expect([...withMissingCode(bins).codes].at(-1)).toBe(10);
    const many = encode(Array.from({ length: 500 }, (_, index) => `v${index < 100 ? 0 : index}`));
    expect(many.codes.size).toBe(201);
    expect(many.pairs[0]).toEqual({ value: 'v0', count: 100 });
    expect([...encode(['b', 'a', null, 'b']).codes.codes]).toEqual([0, 1, -1, 0]);
  });
});
