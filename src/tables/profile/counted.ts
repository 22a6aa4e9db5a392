/** Distinct finite numbers in ascending order, and how often each occurs. */
export interface CountedNumbers {
  values: Float64Array;
  counts: Uint32Array;
  /** Sum of the counts. */
  total: number;
}

/** Counters that are made at most for each value, and for all where the values are fewer. */
const countersPerValue = 8;
const mostCounters = 4_194_304;
const largestScale = 1e6;
/** Products up to here are off by less than a half. */
const largestProduct = 2 ** 51;

/** Counts equal values; `values` are sorted in place, except where one counter for each possible value is cheaper. */
export function countNumbers(values: Float64Array): CountedNumbers {
  return countByPlace(values) ?? countSorted(isAscending(values) ? values : values.sort());
}

function isAscending(values: Float64Array): boolean {
  for (let index = 1; index < values.length; index += 1)
    if ((values[index] as number) < (values[index - 1] as number)) return false;
  return true;
}

function countSorted(values: Float64Array): CountedNumbers {
  const total = values.length;
  const counts = new Uint32Array(total);
  let distinct = 0;
  for (let index = 0; index < total; index += 1) {
    const value = values[index] as number;
    if (distinct > 0 && values[distinct - 1] === value) {
      counts[distinct - 1] = (counts[distinct - 1] as number) + 1;
    } else {
      // at or before the place that is read
      values[distinct] = value === 0 ? 0 : value;
      counts[distinct] = 1;
      distinct += 1;
    }
  }
  return { values: values.slice(0, distinct), counts: counts.slice(0, distinct), total };
}

/** Of numbers that all are whole multiples of one power of ten within a narrow range; else null. */
function countByPlace(values: Float64Array): CountedNumbers | null {
  const [min, max] = endsOf(values);
  const total = values.length;
  const widest = Math.min(countersPerValue * total, Math.max(total, mostCounters)) / (max - min);
  const scale = scaleOf(values, Math.min(widest, largestProduct / Math.max(-min, max), largestScale));
  if (scale === null) return null;
  const start = Math.round(min * scale);
  const counters = new Uint32Array(Math.round(max * scale) - start + 1);
  let distinct = 0;
  for (let index = 0; index < total; index += 1) {
    const place = Math.round((values[index] as number) * scale) - start;
    const count = counters[place] as number;
    if (count === 0) distinct += 1;
    counters[place] = count + 1;
  }
  const counted = { values: new Float64Array(distinct), counts: new Uint32Array(distinct), total };
  let found = 0;
  for (let place = 0; place < counters.length; place += 1) {
    const count = counters[place] as number;
    if (count === 0) continue;
    counted.values[found] = (start + place) / scale;
    counted.counts[found] = count;
    found += 1;
  }
  return counted;
}

/**
 * The smallest of 1, 10, 100 … that makes every number whole, up to a limit; each is then the exact quotient, rounded
 * once, of a whole number and the scale, and of ten times both.
 */
function scaleOf(values: Float64Array, limit: number): number | null {
  let scale = 1;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    while (Math.round(value * scale) / scale !== value) {
      scale *= 10;
      if (scale > limit) return null;
    }
  }
  return scale <= limit ? scale : null;
}

function endsOf(values: Float64Array): [min: number, max: number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

/** Quantiles by linear interpolation (Hyndman-Fan type 7) at ascending shares. */
export function quantiles({ values, counts, total }: CountedNumbers, shares: number[]): number[] {
  let place = 0;
  let reached = counts[0] ?? 0;
  const valueAt = (index: number) => {
    while (reached <= index) {
      place += 1;
      reached += counts[place] as number;
    }
    return values[place] as number;
  };
  return shares.map((share) => {
    const position = share * (total - 1);
    const below = Math.floor(position);
    const lower = valueAt(below);
    const fraction = position - below;
    if (fraction === 0) return lower;
    // the next value is looked up without moving on: the next share may need this one
    const upper = reached <= below + 1 ? (values[place + 1] as number) : lower;
    return lower === upper ? lower : lower * (1 - fraction) + upper * fraction;
  });
}

/** Median of |x - centre|: walks outward from the centre on both sides. */
export function medianDeviation({ values, counts, total }: CountedNumbers, centre: number): number {
  let right = lowerBound(values, centre);
  let left = right - 1;
  let seen = 0;
  let deviation = 0;
  /** Deviation of the value at a 0-based rank; ranks are asked for in ascending order. */
  const deviationAt = (rank: number) => {
    while (seen <= rank) {
      const toLeft = left >= 0 ? centre - (values[left] as number) : Number.POSITIVE_INFINITY;
      const toRight = right < values.length ? (values[right] as number) - centre : Number.POSITIVE_INFINITY;
      if (toLeft <= toRight && left >= 0) {
        deviation = toLeft;
        seen += counts[left] as number;
        left -= 1;
      } else {
        deviation = toRight;
        seen += counts[right] as number;
        right += 1;
      }
    }
    return deviation;
  };
  const lower = deviationAt(Math.floor((total - 1) / 2));
  return total % 2 === 1 ? lower : lower / 2 + deviationAt(total / 2) / 2;
}

/** Place of the first value that is not below the limit. */
export function lowerBound(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
