import { describe, expect, it } from 'vitest';
import {
  type Codes,
  correlationRatio,
  cramersV,
  entropyOf,
  mutualInformation,
  type Numbers,
  pearson,
  ranks,
  sortOrder,
  spearman,
} from '#tables/profile/coefficients.ts';
import { encode, quantileBins, withMissingCode } from '#tables/profile/sample.ts';

const sorted = (values: Numbers) => ({ values, order: sortOrder(values) });
const codes = (values: number[]): Codes => ({
  codes: Int32Array.from(values),
  size: Math.max(...values) + 1,
});

describe('coefficients', () => {
  it('Pearson and Spearman', () => {
    const x = [1, 2, 3, 4, 5, null];
    const y = [2, 1, 4, 3, 7, 9];
    // sums of squares 10 and 21.2, of products 12
    expect(pearson(x, y)).toEqual({ value: expect.closeTo(12 / Math.sqrt(10 * 21.2), 12), rows: 5 });
    // rank differences 1 1 1 1 0: 1 - 6 * 4 / (5 * 24)
    expect(spearman(sorted(x), sorted(y))).toEqual({ value: expect.closeTo(0.8, 12), rows: 5 });
    expect(pearson([1, 1, 1], [1, 2, 3])).toBeNull();
    expect(pearson([1, 2], [1, 2])).toBeNull();
  });

  it('ranks ties by their mean, gaps left out', () => {
    const values = [10, 20, 20, null, 5];
    expect(ranks(values, sortOrder(values), values)).toEqual([2, 3.5, 3.5, null, 1]);
    expect(ranks(values, sortOrder(values), [1, null, 1, 1, 1])).toEqual([2, null, 3, null, 1]);
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
    expect(correlationRatio(codes([0, 0, 0, 1, 1, 1]), [1, 2, 3, 5, 6, 7])).toEqual({
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
    const bins = quantileBins(sorted([...Array.from({ length: 20 }, (_, index) => index), null]));
    expect([...bins.codes]).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, -1]);
    expect([...withMissingCode(bins).codes].at(-1)).toBe(10);
    const many = encode(Array.from({ length: 500 }, (_, index) => `v${index < 100 ? 0 : index}`));
    expect(many.size).toBe(201);
    expect([...encode(['b', 'a', null, 'b']).codes]).toEqual([0, 1, -1, 0]);
  });
});
