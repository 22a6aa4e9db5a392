import { type NumericProfile, tidy } from './columns.ts';
import { type CountedNumbers, medianDeviation, quantiles } from './counted.ts';

const binCount = 20;
const outlierReach = 1.5;
const robustLimit = 3.5;
/** Makes the MAD of a normal distribution its standard deviation. */
const normalConsistency = 0.6745;

const noValues: Omit<NumericProfile, 'infiniteCount'> = {
  min: null,
  max: null,
  mean: null,
  median: null,
  standardDeviation: null,
  variance: null,
  lowerQuartile: null,
  upperQuartile: null,
  interquartileRange: null,
  medianAbsoluteDeviation: null,
  skewness: null,
  excessKurtosis: null,
  zeroCount: 0,
  negativeCount: 0,
  outlierCountByRange: 0,
  outlierCountByRobustZ: 0,
  histogram: null,
};

/** Location, spread, shape and outliers. Dates have no zeros and no negatives that mean anything. */
export function profileNumbers(
  counted: CountedNumbers,
  infiniteCount: number,
  isDate: boolean,
): NumericProfile {
  const { values } = counted;
  const min = values[0];
  const max = values.at(-1);
  if (min === undefined || max === undefined) return { ...noValues, infiniteCount };
  const [lower, median, upper] = quantiles(counted, [0.25, 0.5, 0.75]) as [number, number, number];
  const deviation = medianDeviation(counted, median);
  const mean = meanOf(counted);
  const countIf = (test: (value: number) => boolean) => countWhere(counted, test);
  const reach = outlierReach * (upper - lower);
  return {
    min,
    max,
    mean: tidy(mean, 14),
    median: tidy(median, 15),
    ...moments(counted, mean),
    lowerQuartile: tidy(lower, 15),
    upperQuartile: tidy(upper, 15),
    interquartileRange: tidy(upper - lower),
    medianAbsoluteDeviation: tidy(deviation),
    zeroCount: isDate ? 0 : countIf((value) => value === 0),
    negativeCount: isDate ? 0 : countIf((value) => value < 0),
    infiniteCount,
    outlierCountByRange: Number.isFinite(reach)
      ? countIf((value) => value < lower - reach || value > upper + reach)
      : 0,
    outlierCountByRobustZ:
      deviation > 0
        ? countIf((value) => (normalConsistency * Math.abs(value - median)) / deviation > robustLimit)
        : 0,
    histogram: histogramOf(counted, min, max),
  };
}

function countWhere({ values, counts }: CountedNumbers, test: (value: number) => boolean): number {
  let found = 0;
  for (let index = 0; index < values.length; index += 1) {
    if (test(values[index] as number)) found += counts[index] as number;
  }
  return found;
}

/** The mean of the distances from a first mean is added to it: the rounding of one long sum does not stay. */
export function meanOf({ values, counts, total }: CountedNumbers): number {
  const largest = Math.max(Math.abs(values[0] ?? 0), Math.abs(values.at(-1) ?? 0));
  // sums of huge numbers would overflow
  const scale = largest > 1e150 ? 2 ** Math.floor(Math.log2(largest)) : 1;
  let sum = 0;
  for (let index = 0; index < values.length; index += 1)
    sum += ((values[index] as number) / scale) * (counts[index] as number);
  const first = sum / total;
  let rest = 0;
  for (let index = 0; index < values.length; index += 1)
    rest += ((values[index] as number) / scale - first) * (counts[index] as number);
  const mean = (first + rest / total) * scale;
  // rounding must not carry it beyond its ends
  return Math.min(values.at(-1) as number, Math.max(values[0] as number, mean));
}

/** Powers are summed of centred values scaled to -1..1: no overflow, no cancellation. */
export function moments(
  { values, counts, total: n }: CountedNumbers,
  mean: number,
): Pick<NumericProfile, 'variance' | 'standardDeviation' | 'skewness' | 'excessKurtosis'> {
  const half = Math.max((values.at(-1) ?? 0) / 2 - mean / 2, mean / 2 - (values[0] ?? 0) / 2);
  const scale = half > 0 ? half : 1;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let sum4 = 0;
  for (let index = 0; index < values.length; index += 1) {
    const z = ((values[index] as number) / 2 - mean / 2) / scale;
    const weighted = z * (counts[index] as number);
    sum1 += weighted;
    sum2 += weighted * z;
    sum3 += weighted * z * z;
    sum4 += weighted * z * z * z;
  }
  const squares = sum2 - (sum1 * sum1) / n;
  const deviation = n > 1 ? Math.sqrt(Math.max(0, squares / (n - 1))) * scale * 2 : null;
  const m2 = squares / n;
  const hasSpread = values.length > 1 && m2 > 0;
  const skewness = n > 2 && hasSpread ? ((Math.sqrt(n * (n - 1)) / (n - 2)) * (sum3 / n)) / m2 ** 1.5 : null;
  const kurtosis =
    n > 3 && hasSpread ? ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * (sum4 / n / (m2 * m2) - 3) + 6) : null;
  return {
    variance: tidy(deviation === null ? null : deviation * deviation),
    standardDeviation: tidy(deviation),
    skewness: tidy(skewness),
    excessKurtosis: tidy(kurtosis),
  };
}

function histogramOf(
  { values, counts, total }: CountedNumbers,
  min: number,
  max: number,
): NumericProfile['histogram'] {
  if (min === max) return { edges: [min, max], counts: [total] };
  const width = (max - min) / binCount;
  if (!Number.isFinite(width) || width <= 0) return null;
  const edges = Array.from({ length: binCount }, (_, index) => min + index * width);
  const bins = new Array<number>(binCount).fill(0);
  let bin = 0;
  for (let index = 0; index < values.length; index += 1) {
    // ascending, as the edges are
    while (bin < binCount - 1 && (values[index] as number) >= (edges[bin + 1] as number)) bin += 1;
    bins[bin] = (bins[bin] as number) + (counts[index] as number);
  }
  return { edges: [...edges, max], counts: bins };
}
