/**
 * What paired scores tell: the same folds, with a plan and without it. Differences are oriented: above 0 is better with it.
 */

export type Bounds = { mean: number; low: number; high: number };

/** Quantiles of Student's t for 1, 2, … 19 degrees of freedom, by the probability below them. */
const quantiles = {
  0.9: [
    ...[3.078, 1.886, 1.638, 1.533, 1.476, 1.44, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.35, 1.345],
    ...[1.341, 1.337, 1.333, 1.33, 1.328],
  ],
  0.95: [
    ...[6.314, 2.92, 2.353, 2.132, 2.015, 1.943, 1.895, 1.86, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761],
    ...[1.753, 1.746, 1.74, 1.734, 1.729],
  ],
};
type Probability = keyof typeof quantiles;

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Mean difference over repeated cross-validation, with the bounds that each hold with `probability`. The folds share
 * training rows, so their variance is corrected by the share of the tested rows: Nadeau and Bengio, Inference for the
 * Generalization Error, Machine Learning 52 (2003). Of one difference nothing is known: the bounds are infinite.
 */
export function correctedBounds(
  differences: readonly number[],
  foldsPerRepeat: number,
  probability: Probability,
): Bounds {
  const count = differences.length;
  const centre = mean(differences);
  const variance = differences.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (count - 1);
  const testedToTrained = 1 / (foldsPerRepeat - 1);
  return around(centre, Math.sqrt((1 / count + testedToTrained) * variance), count, probability);
}

/**
 * The same for one split, from the differences without one group of its rows each: delete-a-group jackknife (Kott, 2001).
 */
export function jackknifeBounds(
  difference: number,
  withoutGroup: readonly number[],
  probability: Probability,
): Bounds {
  const count = withoutGroup.length;
  const centre = mean(withoutGroup);
  const squares = withoutGroup.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return around(difference, Math.sqrt(((count - 1) / count) * squares), count, probability);
}

function around(centre: number, error: number, count: number, probability: Probability): Bounds {
  const table = quantiles[probability];
  const factor = count < 2 ? Number.POSITIVE_INFINITY : table[Math.min(count - 2, table.length - 1)];
  const reach = count < 2 ? Number.POSITIVE_INFINITY : (factor ?? 0) * error;
  return { mean: centre, low: centre - reach, high: centre + reach };
}
