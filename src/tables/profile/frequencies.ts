import type { ColumnProfile } from '#contract/report.ts';
import { share, tidy } from './columns.ts';

/** What the exact counts of a column's distinct values tell. */
export interface Frequencies
  extends Pick<
    ColumnProfile,
    | 'valueCount'
    | 'distinctCount'
    | 'mode'
    | 'modeCount'
    | 'modeFraction'
    | 'entropyBits'
    | 'imbalance'
    | 'topValues'
  > {
  /** Rows of the rarest value. */
  smallestCount: number;
}

export interface ValueCount {
  value: string;
  count: number;
}

export const topCount = 10;

/** Sums over the counts of distinct values, in any order. */
export interface CountSums {
  distinctCount: number;
  smallestCount: number;
  valueCount: number;
  /** Sum of n log2 n. */
  weightedLogs: number;
}

export function sumCounts(counts: ArrayLike<number>): CountSums {
  const sums = { distinctCount: counts.length, smallestCount: 0, valueCount: 0, weightedLogs: 0 };
  for (let index = 0; index < counts.length; index += 1) {
    const count = counts[index] as number;
    if (index === 0 || count < sums.smallestCount) sums.smallestCount = count;
    sums.valueCount += count;
    if (count > 1) sums.weightedLogs += count * Math.log2(count);
  }
  return sums;
}

export function frequenciesOf(
  { distinctCount, smallestCount, valueCount, weightedLogs }: CountSums,
  top: ValueCount[],
): Frequencies {
  // H = log2 N - (1/N) sum n log2 n
  const entropy = valueCount === 0 ? null : Math.max(0, Math.log2(valueCount) - weightedLogs / valueCount);
  const modeCount = top[0]?.count ?? 0;
  return {
    valueCount,
    distinctCount,
    smallestCount,
    mode: top[0]?.value ?? null,
    modeCount,
    modeFraction: valueCount === 0 ? null : share(modeCount, valueCount),
    entropyBits: tidy(entropy),
    imbalance:
      distinctCount < 2 || entropy === null
        ? null
        : Math.min(1, Math.max(0, tidy(1 - entropy / Math.log2(distinctCount)) ?? 0)),
    topValues: top.map(({ value, count }) => ({ value, count, fraction: share(count, valueCount) })),
  };
}

/** Places of the largest counts, the largest first; of equal ones the first. */
export function topPlaces(counts: ArrayLike<number>, limit = topCount): number[] {
  const places: number[] = [];
  for (let index = 0; index < counts.length; index += 1) {
    const count = counts[index] as number;
    if (places.length === limit && count <= (counts[places[limit - 1] as number] as number)) continue;
    let at = places.length;
    while (at > 0 && (counts[places[at - 1] as number] as number) < count) at -= 1;
    places.splice(at, 0, index);
    if (places.length > limit) places.pop();
  }
  return places;
}
