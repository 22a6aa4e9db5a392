/** Coefficients of association on plain arrays. `null` in numbers and -1 in codes mean "no value"; pairs lacking one are skipped. */

export type Numbers = (number | null)[];
/** A value's place in the vocabulary, or -1. */
export interface Codes {
  codes: Int32Array;
  size: number;
}

export interface Coefficient {
  value: number;
  rows: number;
}

const fewestRows = 3;

export function pearson(first: Numbers, second: Numbers): Coefficient | null {
  let rows = 0;
  let meanX = 0;
  let meanY = 0;
  let squaresX = 0;
  let squaresY = 0;
  let products = 0;
  for (let index = 0; index < first.length; index += 1) {
    const x = first[index] ?? null;
    const y = second[index] ?? null;
    if (x === null || y === null) continue;
    rows += 1;
    // Welford's update: one pass without cancellation.
    const deltaX = x - meanX;
    const deltaY = y - meanY;
    meanX += deltaX / rows;
    meanY += deltaY / rows;
    squaresX += deltaX * (x - meanX);
    squaresY += deltaY * (y - meanY);
    products += deltaX * (y - meanY);
  }
  if (rows < fewestRows || squaresX <= 0 || squaresY <= 0) return null;
  const value = products / Math.sqrt(squaresX) / Math.sqrt(squaresY);
  return Number.isFinite(value) ? { value: Math.max(-1, Math.min(1, value)), rows } : null;
}

/** Indices of the values from small to large, gaps left out: sorted once a column, used for every pair. */
export function sortOrder(values: Numbers): Int32Array {
  const present: number[] = [];
  for (let index = 0; index < values.length; index += 1) if (values[index] !== null) present.push(index);
  return Int32Array.from(present).sort((left, right) => (values[left] as number) - (values[right] as number));
}

/** Average ranks, 1-based, among the rows where `other` has a value too; the rest are gaps. */
export function ranks(values: Numbers, order: Int32Array, other: Numbers): Numbers {
  const kept = order.filter((index) => other[index] !== null);
  const result: Numbers = new Array(values.length).fill(null);
  for (let start = 0; start < kept.length; ) {
    let end = start + 1;
    while (end < kept.length && values[kept[end] as number] === values[kept[start] as number]) end += 1;
    for (let at = start; at < end; at += 1) result[kept[at] as number] = (start + end + 1) / 2;
    start = end;
  }
  return result;
}

export interface Sorted {
  values: Numbers;
  order: Int32Array;
}

/** Pearson of the ranks. */
export function spearman(first: Sorted, second: Sorted): Coefficient | null {
  return pearson(
    ranks(first.values, first.order, second.values),
    ranks(second.values, second.order, first.values),
  );
}

interface Table {
  cells: Float64Array;
  rowTotals: Float64Array;
  columnTotals: Float64Array;
  total: number;
  width: number;
}

function crossTabulate(first: Codes, second: Codes): Table {
  const width = second.size;
  const cells = new Float64Array(first.size * width);
  const rowTotals = new Float64Array(first.size);
  const columnTotals = new Float64Array(width);
  let total = 0;
  for (let index = 0; index < first.codes.length; index += 1) {
    const x = first.codes[index] as number;
    const y = second.codes[index] as number;
    if (x < 0 || y < 0) continue;
    cells[x * width + y] = (cells[x * width + y] as number) + 1;
    rowTotals[x] = (rowTotals[x] as number) + 1;
    columnTotals[y] = (columnTotals[y] as number) + 1;
    total += 1;
  }
  return { cells, rowTotals, columnTotals, total, width };
}

function occupied(totals: Float64Array): number {
  return totals.reduce((count, each) => count + (each > 0 ? 1 : 0), 0);
}

/** Bias-corrected (Bergsma 2013): phi2 and the table's sides are lowered by what chance alone gives. */
export function cramersV(first: Codes, second: Codes): Coefficient | null {
  const { cells, rowTotals, columnTotals, total, width } = crossTabulate(first, second);
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
  return sides > 0 ? { value: Math.min(1, Math.sqrt(phi2 / sides)), rows: total } : null;
}

/** Correlation ratio eta: square root of the share of the numbers' variance that lies between the groups. */
export function correlationRatio(groups: Codes, values: Numbers): Coefficient | null {
  const counts = new Float64Array(groups.size);
  const sums = new Float64Array(groups.size);
  let rows = 0;
  let mean = 0;
  let squares = 0;
  for (let index = 0; index < values.length; index += 1) {
    const group = groups.codes[index] as number;
    const value = values[index] ?? null;
    if (group < 0 || value === null) continue;
    rows += 1;
    const delta = value - mean;
    mean += delta / rows;
    squares += delta * (value - mean);
    counts[group] = (counts[group] as number) + 1;
    sums[group] = (sums[group] as number) + value;
  }
  const filled = occupied(counts);
  if (rows < fewestRows || filled < 2 || squares <= 0 || filled >= rows) return null;
  let between = 0;
  for (let group = 0; group < counts.length; group += 1) {
    const count = counts[group] as number;
    if (count > 0) between += count * ((sums[group] as number) / count - mean) ** 2;
  }
  const value = Math.sqrt(Math.min(1, between / squares));
  return Number.isFinite(value) ? { value, rows } : null;
}

/** In bits, less the bias (r-1)(c-1) / (2 n ln 2) of Miller and Madow; never below 0. */
export function mutualInformation(first: Codes, second: Codes): Coefficient | null {
  const { cells, rowTotals, columnTotals, total, width } = crossTabulate(first, second);
  if (total < fewestRows) return null;
  let bits = 0;
  for (let x = 0; x < rowTotals.length; x += 1) {
    for (let y = 0; y < width; y += 1) {
      const n = cells[x * width + y] as number;
      if (n > 0)
        bits +=
          (n / total) * Math.log2((n * total) / ((rowTotals[x] as number) * (columnTotals[y] as number)));
    }
  }
  const bias = ((occupied(rowTotals) - 1) * (occupied(columnTotals) - 1)) / (2 * total * Math.LN2);
  return { value: Math.max(0, bits - bias), rows: total };
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
