import { lowerBound } from './counted.ts';

/** Coefficients of association. NaN in numbers and -1 in codes mean "no value"; pairs lacking one are skipped. */

/** A value's place in the vocabulary, or -1. */
export interface Codes {
  codes: Int32Array;
  size: number;
}

/** Numbers with their ranks, made once a column and used for every pair. */
export interface Ranked {
  values: Float64Array;
  /** Average ranks, 1-based, among the values; NaN for gaps. */
  ranks: Float64Array;
  /** Place of each value among the distinct ones; -1 for gaps. */
  places: Int32Array;
  /** Ascending. */
  distinct: Float64Array;
  /** Whether there are gaps. */
  hasGaps: boolean;
}

export interface Coefficient {
  value: number;
  rows: number;
}

const fewestRows = 3;

/** Sums about the means of the shared rows: nothing is lost to cancellation. */
export function pearson(first: Float64Array, second: Float64Array): Coefficient | null {
  let rows = 0;
  let startX = 0;
  let startY = 0;
  let sumX = 0;
  let sumY = 0;
  for (let index = 0; index < first.length; index += 1) {
    const x = first[index] as number;
    const y = second[index] as number;
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    if (rows === 0) {
      startX = x;
      startY = y;
    }
    rows += 1;
    // from the first value on, so that the mean of a constant is that value and nothing beside it
    sumX += x - startX;
    sumY += y - startY;
  }
  const meanX = startX + sumX / rows;
  const meanY = startY + sumY / rows;
  let restX = 0;
  let restY = 0;
  let squaresX = 0;
  let squaresY = 0;
  let products = 0;
  for (let index = 0; index < first.length; index += 1) {
    const x = (first[index] as number) - meanX;
    const y = (second[index] as number) - meanY;
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    restX += x;
    restY += y;
    squaresX += x * x;
    squaresY += y * y;
    products += x * y;
  }
  // what the rounding of the means left
  squaresX -= (restX * restX) / rows;
  squaresY -= (restY * restY) / rows;
  products -= (restX * restY) / rows;
  if (rows < fewestRows || !(squaresX > 0) || !(squaresY > 0)) return null;
  const value = products / Math.sqrt(squaresX) / Math.sqrt(squaresY);
  return Number.isFinite(value) ? { value: Math.max(-1, Math.min(1, value)), rows } : null;
}

/** The values from small to large, gaps left out. */
export function sortValues(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value)).sort();
}

/** Average ranks, 1-based, and places among the distinct values. */
export function rankAll(
  values: Float64Array,
  sorted: Float64Array,
): Pick<Ranked, 'ranks' | 'places' | 'distinct'> {
  const distinct = sorted.filter((value, index) => index === 0 || value !== sorted[index - 1]);
  const places = new Int32Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    places[index] = Number.isNaN(value) ? -1 : lowerBound(distinct, value);
  }
  return { ranks: ranksOf(places, distinct.length), places, distinct };
}

/** Average ranks, 1-based, of values given by their places among the distinct ones; NaN for gaps. */
function ranksOf(places: Int32Array, distinctCount: number): Float64Array {
  const counts = new Float64Array(distinctCount);
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index] as number;
    if (place >= 0) counts[place] = (counts[place] as number) + 1;
  }
  let below = 0;
  for (let place = 0; place < distinctCount; place += 1) {
    const count = counts[place] as number;
    counts[place] = below + (count + 1) / 2;
    below += count;
  }
  const ranks = new Float64Array(places.length);
  for (let index = 0; index < places.length; index += 1) {
    const place = places[index] as number;
    ranks[index] = place < 0 ? Number.NaN : (counts[place] as number);
  }
  return ranks;
}

/** Pearson of the ranks among the rows where both have a value. */
export function spearman(first: Ranked, second: Ranked): Coefficient | null {
  return pearson(ranksBeside(first, second), ranksBeside(second, first));
}

function ranksBeside({ ranks, places, distinct }: Ranked, other: Ranked): Float64Array {
  if (!other.hasGaps) return ranks;
  const shared = new Int32Array(places.length);
  for (let index = 0; index < places.length; index += 1)
    shared[index] = (other.places[index] as number) < 0 ? -1 : (places[index] as number);
  return ranksOf(shared, distinct.length);
}

export interface CrossTable {
  cells: Float64Array;
  rowTotals: Float64Array;
  columnTotals: Float64Array;
  total: number;
  width: number;
}

export function crossTabulate(first: Codes, second: Codes): CrossTable {
  const width = second.size;
  const cells = new Float64Array(first.size * width);
  for (let index = 0; index < first.codes.length; index += 1) {
    const x = first.codes[index] as number;
    const y = second.codes[index] as number;
    if (x < 0 || y < 0) continue;
    cells[x * width + y] = (cells[x * width + y] as number) + 1;
  }
  return withTotals(cells, width);
}

export function withTotals(cells: Float64Array, width: number): CrossTable {
  const rowTotals = new Float64Array(cells.length / width);
  const columnTotals = new Float64Array(width);
  let total = 0;
  for (let x = 0; x < rowTotals.length; x += 1) {
    for (let y = 0; y < width; y += 1) {
      const n = cells[x * width + y] as number;
      rowTotals[x] = (rowTotals[x] as number) + n;
      columnTotals[y] = (columnTotals[y] as number) + n;
      total += n;
    }
  }
  return { cells, rowTotals, columnTotals, total, width };
}

export function occupied(totals: Float64Array): number {
  return totals.reduce((count, each) => count + (each > 0 ? 1 : 0), 0);
}

/** Bias-corrected (Bergsma 2013): phi2 and the table's sides are lowered by what chance alone gives. */
export function cramersVOf({ cells, rowTotals, columnTotals, total, width }: CrossTable): number | null {
  const r = occupied(rowTotals);
  const k = occupied(columnTotals);
  if (total < fewestRows || r < 2 || k < 2) return null;
  let chiSquared = 0;
  for (let x = 0; x < rowTotals.length; x += 1) {
    for (let y = 0; y < width; y += 1) {
      const expected = ((rowTotals[x] as number) * (columnTotals[y] as number)) / total;
      if (expected > 0) chiSquared += ((cells[x * width + y] as number) - expected) ** 2 / expected;
    }
  }
  const phi2 = Math.max(0, chiSquared / total - ((k - 1) * (r - 1)) / (total - 1));
  const sides = Math.min(k - (k - 1) ** 2 / (total - 1), r - (r - 1) ** 2 / (total - 1)) - 1;
  return sides > 0 ? Math.min(1, Math.sqrt(phi2 / sides)) : null;
}

export function cramersV(first: Codes, second: Codes): Coefficient | null {
  const table = crossTabulate(first, second);
  const value = cramersVOf(table);
  return value === null ? null : { value, rows: table.total };
}

/** Per group: how many numbers, their sum, and their sum of squares, about a common centre. */
export interface GroupSums {
  counts: Float64Array;
  sums: Float64Array;
  squares: Float64Array;
}

/** Correlation ratio eta: square root of the share of the numbers' variance that lies between the groups. */
export function correlationRatioOf({ counts, sums, squares }: GroupSums): Coefficient | null {
  const filled = occupied(counts);
  let rows = 0;
  let sum = 0;
  let square = 0;
  for (let group = 0; group < counts.length; group += 1) {
    rows += counts[group] as number;
    sum += sums[group] as number;
    square += squares[group] as number;
  }
  const mean = sum / rows;
  const total = square - rows * mean * mean;
  if (rows < fewestRows || filled < 2 || filled >= rows || !(total > square * 1e-14)) return null;
  let between = 0;
  for (let group = 0; group < counts.length; group += 1) {
    const count = counts[group] as number;
    if (count > 0) between += count * ((sums[group] as number) / count - mean) ** 2;
  }
  const value = Math.sqrt(Math.min(1, between / total));
  return Number.isFinite(value) ? { value, rows } : null;
}

export function groupSums(groups: Codes, values: Float64Array): GroupSums {
  const counts = new Float64Array(groups.size);
  const sums = new Float64Array(groups.size);
  const squares = new Float64Array(groups.size);
  const { centre, scale } = centreOf(groups, values);
  for (let index = 0; index < values.length; index += 1) {
    const group = groups.codes[index] as number;
    const value = values[index] as number;
    if (group < 0 || Number.isNaN(value)) continue;
    const z = (value - centre) / scale;
    counts[group] = (counts[group] as number) + 1;
    sums[group] = (sums[group] as number) + z;
    squares[group] = (squares[group] as number) + z * z;
  }
  return { counts, sums, squares };
}

/** Sums about the mean lose nothing to cancellation; scaled, they do not overflow. */
export function centreOf(groups: Codes, values: Float64Array): { centre: number; scale: number } {
  let rows = 0;
  let centre = 0;
  let largest = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if ((groups.codes[index] as number) < 0 || Number.isNaN(value)) continue;
    rows += 1;
    centre += (value - centre) / rows;
  }
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number;
    if ((groups.codes[index] as number) < 0 || Number.isNaN(value)) continue;
    largest = Math.max(largest, Math.abs(value - centre));
  }
  return { centre, scale: largest > 0 ? largest : 1 };
}

export function correlationRatio(groups: Codes, values: Float64Array): Coefficient | null {
  return correlationRatioOf(groupSums(groups, values));
}

/** In bits, of the counts as they are. */
export function informationOf({ cells, rowTotals, columnTotals, total, width }: CrossTable): number {
  let bits = 0;
  for (let x = 0; x < rowTotals.length; x += 1) {
    for (let y = 0; y < width; y += 1) {
      const n = cells[x * width + y] as number;
      if (n > 0)
        bits +=
          (n / total) * Math.log2((n * total) / ((rowTotals[x] as number) * (columnTotals[y] as number)));
    }
  }
  return Math.max(0, bits);
}

/** In bits, less the bias (r-1)(c-1) / (2 n ln 2) of Miller and Madow; never below 0. */
export function mutualInformation(first: Codes, second: Codes): Coefficient | null {
  const table = crossTabulate(first, second);
  if (table.total < fewestRows) return null;
  const freedom = (occupied(table.rowTotals) - 1) * (occupied(table.columnTotals) - 1);
  const value = informationOf(table) - freedom / (2 * table.total * Math.LN2);
  return { value: Math.max(0, value), rows: table.total };
}

export function entropyOf({ codes, size }: Codes): number {
  const counts = new Float64Array(size);
  let total = 0;
  for (const code of codes) {
    if (code < 0) continue;
    counts[code] = (counts[code] as number) + 1;
    total += 1;
  }
  return counts.reduce((sum, n) => (n > 0 ? sum - (n / total) * Math.log2(n / total) : sum), 0);
}
