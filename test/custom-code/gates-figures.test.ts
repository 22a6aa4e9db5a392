import { expect, test } from 'vitest';
import type { Score } from '#domains/preprocessing/gates/measure.ts';
import { gateMetric, judgeFolds, judgeHoldout } from '#domains/preprocessing/gates/non-inferiority.ts';
import { correctedBounds, jackknifeBounds } from '#domains/preprocessing/gates/paired.ts';
import { fewOf, shuffled } from '#domains/preprocessing/gates/rows.ts';

test('the corrected bounds of repeated cross-validation are those worked out by hand', () => {
  // mean 0.02; variance 0.0002 / 4; times 1/5 + 1/4; t of 4 degrees 1.533 and 2.132
  const differences = [0.01, 0.02, 0.03, 0.02, 0.02];
  expect(correctedBounds(differences, 5, 0.9)).toEqual({
    mean: expect.closeTo(0.02, 12),
    low: expect.closeTo(0.02 - 1.533 * Math.sqrt(0.45 * 0.00005), 12),
    high: expect.closeTo(0.0272717, 7),
  });
  expect(correctedBounds(differences, 5, 0.95).low).toBeCloseTo(0.009887, 6);
  // twice five folds: 1/10 + 1/4, 9 degrees
  const twice = [...differences, ...differences];
  expect(correctedBounds(twice, 5, 0.9).low).toBeCloseTo(0.02 - 1.383 * Math.sqrt(0.35 * (0.0004 / 9)), 12);
});

test('of one difference nothing is known, of equal ones all', () => {
  expect(correctedBounds([0.01], 5, 0.9)).toEqual({ mean: 0.01, low: -Infinity, high: Infinity });
  expect(correctedBounds([0, 0, 0], 3, 0.9)).toEqual({ mean: 0, low: 0, high: 0 });
});

test('the jackknife bounds are those worked out by hand', () => {
  // 3/4 of 0.0002; t of 3 degrees 1.638
  const { mean, low, high } = jackknifeBounds(0.1, [0.09, 0.11, 0.1, 0.1], 0.9);
  expect([mean, low, high]).toEqual([0.1, expect.closeTo(0.0799387, 7), expect.closeTo(0.1200613, 7)]);
});

/** Scores of both small models on as many splits as there are differences from 0.9. */
function scores(differences: number[], withoutGroup: number[] = [], base = 0.9): Score[] {
  return ['lightgbm', 'linear'].flatMap((proxy) =>
    differences.map((difference, split) => ({
      ...{ type: 'scored' as const, plan: 0, split, proxy, score: base + difference },
      withoutGroup: withoutGroup.map((value) => base + value),
    })),
  );
}
const paired = (plan: Score[], base = 0.9) => ({
  ...{ plan, isComplete: true },
  rules: plan.map((score) => ({
    ...score,
    score: base,
    withoutGroup: score.withoutGroup.map(() => base),
  })),
});
const folds = (differences: number[], more = {}) =>
  judgeFolds(paired(scores(differences)), {
    ...{ metric: 'roc_auc', foldsPerRepeat: 5, rows: 2_000, isSmall: false },
    ...more,
  });
/** Ten folds around a mean, some above, some below. */
const around = (mean: number, spread: number) =>
  Array.from({ length: 10 }, (_, fold) => mean + (fold % 2 ? spread : -spread));

test.each([
  ['the same', around(0, 0), 'PASSED'],
  ['better', around(0.02, 0.005), 'PASSED'],
  ['a little worse, within the margin', around(-0.002, 0.001), 'PASSED'],
  ['as good, but who knows', around(0, 0.02), 'FAILED'],
  ['at the margin', around(-0.005, 0.001), 'FAILED'],
  ['worse by twice the margin', around(-0.01, 0.002), 'FAILED'],
])('a plan that is %s', (_, differences, verdict) => {
  expect(folds(differences).verdict).toBe(verdict);
});

test('of few rows only clear harm is refused; the rest is for the user to decide', () => {
  const small = { isSmall: true, rows: 400 };
  expect(folds(around(-0.02, 0.002), small)).toMatchObject({
    verdict: 'FAILED',
    detail: expect.stringContaining('Worse than the rules.'),
  });
  expect(folds(around(-0.005, 0.02), small).verdict).toBe('UNDECIDED');
  expect(folds(around(0.02, 0.002), small)).toMatchObject({
    verdict: 'UNDECIDED',
    detail: expect.stringContaining('400 rows are too few'),
  });
});

test('one small model that suffers is enough', () => {
  const plan = scores(around(0, 0)).map((score) =>
    score.proxy === 'linear' ? { ...score, score: (score.score ?? 0) - 0.02 } : score,
  );
  const finding = judgeFolds(paired(plan), {
    ...{ metric: 'roc_auc', foldsPerRepeat: 5, rows: 2_000, isSmall: false },
  });
  expect(finding).toMatchObject({
    verdict: 'FAILED',
    figures: {
      ...{ rows: 2_000, folds: 5, lightgbm_difference: 0, lightgbm_margin: 0.005 },
      ...{ linear_with: expect.closeTo(0.88, 9), linear_without: expect.closeTo(0.9, 9) },
      ...{ linear_difference: expect.closeTo(-0.02, 9), linear_low: expect.closeTo(-0.02, 9) },
    },
  });
});

test('a loss may grow by half a percent, and less of it is better', () => {
  const options = { metric: 'rmse', foldsPerRepeat: 5, rows: 2_000, isSmall: false };
  const judge = (difference: number) =>
    judgeFolds(paired(scores(around(difference, 0.01), [], 100), 100), options);
  expect(judge(-20).verdict).toBe('PASSED');
  expect(judge(0.4).verdict).toBe('PASSED');
  expect(judge(0.6).verdict).toBe('FAILED');
  expect(judge(-20).figures).toMatchObject({
    lightgbm_difference: expect.closeTo(20, 9),
    lightgbm_margin: 0.5,
  });
});

test('folds without a score are left out, and too few of them decide nothing', () => {
  const undefinedOn = (missing: number) =>
    scores(around(0, 0)).map((score) => (score.split < missing ? { ...score, score: null } : score));
  const judge = (missing: number) =>
    judgeFolds(paired(undefinedOn(missing)), {
      ...{ metric: 'roc_auc', foldsPerRepeat: 5, rows: 2_000, isSmall: false },
    });
  expect(judge(4).verdict).toBe('PASSED');
  expect(judge(9).verdict).toBe('UNDECIDED');
});

test('the locked rows refuse what is worse beyond the margin and beyond chance', () => {
  const groups = (mean: number, spread: number) =>
    Array.from({ length: 20 }, (_, group) => mean + (group % 2 ? spread : -spread));
  const judge = (difference: number, spread: number) =>
    judgeHoldout(paired(scores([difference], groups(difference, spread))), {
      ...{ metric: 'roc_auc', rows: 300, openings: 2 },
    });
  expect(judge(-0.02, 0.001).verdict).toBe('FAILED');
  expect(judge(-0.02, 0.01).verdict).toBe('PASSED');
  expect(judge(-0.004, 0.0001).verdict).toBe('PASSED');
  const nothing = judgeHoldout(paired(scores([])), { metric: 'roc_auc', rows: 3, openings: 1 });
  expect(nothing.verdict).toBe('UNDECIDED');
  expect(judge(0.02, 0.001)).toMatchObject({ verdict: 'PASSED', figures: { rows: 300, openings: 2 } });
});

test.each([
  ['BINARY_CLASSIFICATION', 'f1_macro', 'roc_auc'],
  ['MULTICLASS_CLASSIFICATION', 'log_loss', 'log_loss'],
  ['MULTICLASS_CLASSIFICATION', 'accuracy', 'log_loss'],
  ['MULTICLASS_CLASSIFICATION', 'roc_auc', 'roc_auc'],
  ['REGRESSION', 'mae', 'mae'],
  ['REGRESSION', 'r2', 'rmse'],
] as const)('%s by %s is judged by %s', (taskType, metric, judged) => {
  expect(gateMetric(taskType, metric)).toBe(judged);
});

test('rows are drawn the same way every time', () => {
  const rows = Uint32Array.from({ length: 1_000 }, (_, row) => row);
  const few = fewOf(rows, 100);
  expect(few).toEqual(fewOf(rows, 100));
  expect(new Set(few).size).toBe(100);
  expect([...few]).toEqual([...few].sort((a, b) => a - b));
  expect(fewOf(rows, 1_000)).toBe(rows);
  expect([...shuffled(rows, 1)].sort((a, b) => a - b)).toEqual([...rows]);
  expect(shuffled(rows, 1)).not.toEqual(shuffled(rows, 2));
});
