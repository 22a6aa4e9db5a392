/** Distinct finite numbers in ascending order, and how often each occurs. */
export interface CountedNumbers {
  values: Float64Array;
  counts: Uint32Array;
  /** Sum of the counts. */
  total: number;
}

/** Whole numbers of a range up to this size, or up to the number of values, are counted without being sorted. */
const countedRange = 65_536;

/** Sorts `values` in place and counts equal neighbours; whole numbers of a narrow range go into one counter each. */
export function countNumbers(values: Float64Array, isWhole: boolean): CountedNumbers {
  const total = values.length;
  if (isWhole && total > 0) {
    const [min, max] = endsOf(values);
    const range = max - min + 1;
    if (range <= Math.max(countedRange, total)) return countWhole(values, min, range);
  }
  values.sort();
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

function endsOf(values: Float64Array): [min: number, max: number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}

function countWhole(values: Float64Array, min: number, range: number): CountedNumbers {
  const counters = new Uint32Array(range);
  for (const value of values) counters[value - min] = (counters[value - min] as number) + 1;
  const distinct = counters.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const counted = {
    values: new Float64Array(distinct),
    counts: new Uint32Array(distinct),
    total: values.length,
  };
  let place = 0;
  for (let offset = 0; offset < range; offset += 1) {
    const count = counters[offset] as number;
    if (count === 0) continue;
    counted.values[place] = min + offset;
    counted.counts[place] = count;
    place += 1;
  }
  return counted;
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
