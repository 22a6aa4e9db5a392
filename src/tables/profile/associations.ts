import type { AnalysisReport } from '#contract/report.ts';
import {
  type Codes,
  centreOf,
  correlationRatioOf,
  cramersVOf,
  crossTabulate,
  type GroupSums,
  spearman,
  withTotals,
} from './coefficients.ts';
import type { NumberSample, SampleColumn } from './sample.ts';

type Method = AnalysisReport['correlations']['pairs'][number]['method'];

export interface Strength {
  method: Extract<Method, 'SPEARMAN' | 'CRAMERS_V' | 'CORRELATION_RATIO'>;
  /** 0..1; null where the rows do not tell. */
  value: number | null;
  low: number | null;
  high: number | null;
}

const jackknifeGroups = 20;
/** 97.5 % point of Student's t with 19 degrees of freedom. */
const jackknifeQuantile = 2.093024054408263;
const normalQuantile = 1.959963984540054;
const fewestRowsForInterval = 40;

/** How strongly a feature goes with the target, with a 95 % interval. */
export function strengthOf(target: SampleColumn, feature: SampleColumn): Strength {
  if (target.kind === 'numbers' && feature.kind === 'numbers') return rankStrength(target, feature);
  if (target.kind === 'texts' && feature.kind === 'texts') return tableStrength(target.codes, feature.codes);
  return target.kind === 'texts'
    ? ratioStrength(target.codes, (feature as NumberSample).values)
    : ratioStrength((feature as Extract<SampleColumn, { kind: 'texts' }>).codes, target.values);
}

/** Fisher's z with the standard error of Bonett and Wright (2000); the sign is given up at the end. */
function rankStrength(target: NumberSample, feature: NumberSample): Strength {
  const result = spearman(target, feature);
  if (!result) return { method: 'SPEARMAN', value: null, low: null, high: null };
  const { value: rho, rows } = result;
  const value = Math.abs(rho);
  if (rows < fewestRowsForInterval) return { method: 'SPEARMAN', value, low: null, high: null };
  if (value >= 1) return { method: 'SPEARMAN', value: 1, low: 1, high: 1 };
  const reach = normalQuantile * Math.sqrt((1 + (rho * rho) / 2) / (rows - 3));
  const low = Math.tanh(Math.atanh(value) - reach);
  return { method: 'SPEARMAN', value, low: Math.max(0, low), high: Math.tanh(Math.atanh(value) + reach) };
}

/** The table of each twentieth of the rows is taken off the whole in turn. */
function tableStrength(first: Codes, second: Codes): Strength {
  const whole = crossTabulate(first, second);
  const parts = Array.from({ length: jackknifeGroups }, () => new Float64Array(whole.cells.length));
  for (let index = 0; index < first.codes.length; index += 1) {
    const x = first.codes[index] as number;
    const y = second.codes[index] as number;
    if (x < 0 || y < 0) continue;
    const part = parts[index % jackknifeGroups] as Float64Array;
    part[x * whole.width + y] = (part[x * whole.width + y] as number) + 1;
  }
  const value = cramersVOf(whole);
  return withJackknife('CRAMERS_V', value, whole.total, () =>
    parts.map((part) =>
      cramersVOf(
        withTotals(
          whole.cells.map((n, cell) => n - (part[cell] as number)),
          whole.width,
        ),
      ),
    ),
  );
}

function ratioStrength(groups: Codes, values: Float64Array): Strength {
  const emptySums = (): GroupSums => ({
    counts: new Float64Array(groups.size),
    sums: new Float64Array(groups.size),
    squares: new Float64Array(groups.size),
  });
  const { centre, scale } = centreOf(groups, values);
  const whole = emptySums();
  const parts = Array.from({ length: jackknifeGroups }, emptySums);
  for (let index = 0; index < values.length; index += 1) {
    const group = groups.codes[index] as number;
    const value = values[index] as number;
    if (group < 0 || Number.isNaN(value)) continue;
    const z = (value - centre) / scale;
    for (const { counts, sums, squares } of [whole, parts[index % jackknifeGroups] as GroupSums]) {
      counts[group] = (counts[group] as number) + 1;
      sums[group] = (sums[group] as number) + z;
      squares[group] = (squares[group] as number) + z * z;
    }
  }
  const result = correlationRatioOf(whole);
  const less = (all: Float64Array, part: Float64Array) =>
    all.map((each, group) => each - (part[group] as number));
  return withJackknife('CORRELATION_RATIO', result?.value ?? null, result?.rows ?? 0, () =>
    parts.map(
      (part) =>
        correlationRatioOf({
          counts: less(whole.counts, part.counts),
          sums: less(whole.sums, part.sums),
          squares: less(whole.squares, part.squares),
        })?.value ?? null,
    ),
  );
}

/** Delete-a-group jackknife: the spread of the value when each twentieth of the rows is left out in turn. */
function withJackknife(
  method: Strength['method'],
  value: number | null,
  rows: number,
  leaveOut: () => (number | null)[],
): Strength {
  if (value === null || rows < fewestRowsForInterval) return { method, value, low: null, high: null };
  const left = leaveOut();
  if (left.some((each) => each === null)) return { method, value, low: null, high: null };
  const estimates = left as number[];
  const mean = estimates.reduce((sum, each) => sum + each, 0) / jackknifeGroups;
  const squares = estimates.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  const reach = jackknifeQuantile * Math.sqrt((squares * (jackknifeGroups - 1)) / jackknifeGroups);
  return { method, value, low: Math.max(0, value - reach), high: Math.min(1, value + reach) };
}
