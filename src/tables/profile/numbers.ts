import { type Engine, type EngineValue, inBatches } from '#tables/engine.ts';
import { finite, literal, type NumericProfile, numberSql, type ProfiledColumn, tidy } from './columns.ts';

const binCount = 20;
/** Exact quantiles hold a batch's values in memory. */
const valuesInMemory = 8_000_000;
const widestBatch = 40;

type Place = Pick<
  NumericProfile,
  'min' | 'max' | 'mean' | 'median' | 'lowerQuartile' | 'upperQuartile' | 'medianAbsoluteDeviation'
> & { count: number; zeroCount: number; negativeCount: number; infiniteCount: number };

/** Location, spread, shape and outliers of the numeric and date columns, in two passes over batches of columns. */
export async function profileNumbers(
  engine: Engine,
  columns: ProfiledColumn[],
  rowCount: number,
): Promise<Map<string, NumericProfile>> {
  const size = Math.max(1, Math.min(widestBatch, Math.floor(valuesInMemory / Math.max(1, rowCount))));
  const profiles = new Map<string, NumericProfile>();
  for (const batch of inBatches(columns, size)) {
    const places = await locate(engine, batch);
    const shapes = await measureShape(engine, batch, places);
    for (const [index, column] of batch.entries()) {
      const place = places[index];
      const shape = shapes[index];
      if (!place || !shape) continue;
      const { count: _count, ...rest } = place;
      const { lowerQuartile, upperQuartile } = place;
      const interquartileRange =
        lowerQuartile === null || upperQuartile === null ? null : tidy(upperQuartile - lowerQuartile);
      profiles.set(column.physicalName, { ...rest, interquartileRange, ...shape });
    }
  }
  return profiles;
}

async function locate(engine: Engine, batch: ProfiledColumn[]): Promise<Place[]> {
  const parts = batch.flatMap((column) => {
    const x = numberSql(column);
    return [
      `count(${x})`,
      `min(${x})`,
      `max(${x})`,
      `avg(${x})`,
      `quantile_cont(${x}, [0.25, 0.5, 0.75])`,
      `mad(${x})`,
      `count_if(${x} = 0)`,
      `count_if(${x} < 0)`,
      `count(${column.physicalName}) - count(${x})`,
    ];
  });
  const row = await engine.row(`SELECT ${parts.join(', ')} FROM t`);
  return batch.map((column, index) => {
    const [count, min, max, mean, quartiles, deviation, zeros, negatives, infinite] = row.slice(
      index * 9,
      index * 9 + 9,
    );
    const [lower, median, upper] = (quartiles as EngineValue[] | null) ?? [];
    const isDate = column.physicalType === 'TIMESTAMP';
    return {
      count: Number(count),
      min: finite(min),
      max: finite(max),
      mean: tidy(mean, 14),
      median: finite(median),
      lowerQuartile: finite(lower),
      upperQuartile: finite(upper),
      medianAbsoluteDeviation: finite(deviation),
      zeroCount: isDate ? 0 : Number(zeros),
      negativeCount: isDate ? 0 : Number(negatives),
      infiniteCount: Number(infinite),
    };
  });
}

type Shape = Omit<NumericProfile, keyof Place | 'interquartileRange'>;
const noShape: Shape = {
  standardDeviation: null,
  variance: null,
  skewness: null,
  excessKurtosis: null,
  outlierCountByRange: 0,
  outlierCountByRobustZ: 0,
  histogram: null,
};

async function measureShape(engine: Engine, batch: ProfiledColumn[], places: Place[]): Promise<Shape[]> {
  const measurable = batch.flatMap((column, index) => {
    const place = places[index];
    return place && place.count > 0 && place.min !== null && place.max !== null && place.mean !== null
      ? [{ column, place, min: place.min, max: place.max, mean: place.mean }]
      : [];
  });
  if (measurable.length === 0) return batch.map(() => noShape);
  const parts = measurable.flatMap(({ column, place, min, max, mean }) => {
    const x = numberSql(column);
    const scale = spreadAround(min, max, mean);
    const z = `((${x} - ${literal(mean)}) / ${literal(scale)})`;
    return [
      `sum(${z})`,
      `sum(${z} * ${z})`,
      `sum(${z} * ${z} * ${z})`,
      `sum(${z} * ${z} * ${z} * ${z})`,
      outliersByRange(x, place),
      outliersByRobustZ(x, place),
      histogramSql(x, min, max),
    ];
  });
  const row = await engine.row(`SELECT ${parts.join(', ')} FROM t`);
  const shapes = new Map<string, Shape>();
  for (const [index, { column, place, min, max, mean }] of measurable.entries()) {
    const [sum1, sum2, sum3, sum4, byRange, byRobustZ, counts] = row.slice(index * 7, index * 7 + 7);
    const scale = spreadAround(min, max, mean);
    shapes.set(column.physicalName, {
      ...moments(place.count, scale, [Number(sum1), Number(sum2), Number(sum3), Number(sum4)]),
      outlierCountByRange: Number(byRange),
      outlierCountByRobustZ: Number(byRobustZ),
      histogram: histogramOf(min, max, counts as EngineValue[] | null, place.count),
    });
  }
  return batch.map(({ physicalName }) => shapes.get(physicalName) ?? noShape);
}

/** Powers are summed of centred values scaled to -1..1: no overflow, no cancellation. */
function spreadAround(min: number, max: number, mean: number): number {
  const spread = Math.max(max - mean, mean - min);
  return Number.isFinite(spread) && spread > 0 ? spread : 1;
}

/** The mean came rounded: the first power takes its error out of the second; the higher ones feel it below 1e-11. */
export function moments(
  n: number,
  scale: number,
  [sum1, sum2, sum3, sum4]: [number, number, number, number],
): Pick<Shape, 'variance' | 'standardDeviation' | 'skewness' | 'excessKurtosis'> {
  const squares = sum2 - (sum1 * sum1) / n;
  const variance = n > 1 ? (squares / (n - 1)) * scale * scale : null;
  const m2 = squares / n;
  const m3 = sum3 / n;
  const m4 = sum4 / n;
  const hasSpread = m2 > 0;
  const skewness = n > 2 && hasSpread ? ((Math.sqrt(n * (n - 1)) / (n - 2)) * m3) / m2 ** 1.5 : null;
  const kurtosis =
    n > 3 && hasSpread ? ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * (m4 / (m2 * m2) - 3) + 6) : null;
  return {
    variance: tidy(variance),
    standardDeviation: tidy(variance === null ? null : Math.sqrt(Math.max(0, variance))),
    skewness: tidy(skewness),
    excessKurtosis: tidy(kurtosis),
  };
}

function outliersByRange(x: string, { lowerQuartile, upperQuartile }: Place): string {
  if (lowerQuartile === null || upperQuartile === null) return '0';
  const reach = 1.5 * (upperQuartile - lowerQuartile);
  if (!Number.isFinite(reach)) return '0';
  return `count_if(${x} < ${literal(lowerQuartile - reach)} OR ${x} > ${literal(upperQuartile + reach)})`;
}

function outliersByRobustZ(x: string, { median, medianAbsoluteDeviation: deviation }: Place): string {
  if (median === null || deviation === null || deviation === 0) return '0';
  return `count_if(0.6745 * abs(${x} - ${literal(median)}) / ${literal(deviation)} > 3.5)`;
}

function histogramSql(x: string, min: number, max: number): string {
  const width = (max - min) / binCount;
  if (!Number.isFinite(width) || width <= 0) return 'NULL';
  const bin = `greatest(0, least(${binCount - 1}, floor((${x} - ${literal(min)}) / ${literal(width)})))::INTEGER`;
  return `list_transform(range(0, ${binCount}), b -> coalesce(map_extract_value(histogram(${bin}), b::INTEGER), 0))`;
}

function histogramOf(
  min: number,
  max: number,
  counts: EngineValue[] | null,
  count: number,
): NumericProfile['histogram'] {
  if (min === max) return { edges: [min, max], counts: [count] };
  if (!counts) return null;
  const width = (max - min) / binCount;
  const edges = Array.from({ length: binCount }, (_, index) => tidy(min + index * width, 15) ?? min);
  return { edges: [...edges, max], counts: counts.map(Number) };
}
