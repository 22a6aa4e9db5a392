import { greaterIsBetter } from '#catalog.ts';
import type { ColumnChange, ColumnState, Comparison, Effect } from '#contract/preprocessing.ts';
import type { MeasuredColumn, Score } from './gates/measure.ts';
import { correctedBounds } from './gates/paired.ts';

/** What the runner measures the association of a column with the target by: see runner/aliquot_runner/columns.py. */
export const ASSOCIATION_MEASURE =
  'Cramér’s V without its bias (Bergsma, 2013), of numbers in groups of equal size; missing values are a group';
/** Fewer pairs say nothing that could be shown. */
const LEAST_PAIRS = 4;

/** Scores of one small model by split. */
type Scores = Map<number, number>;

/** The scores of the small model that does best with the plan: what is shown of all others is of the same one. */
export function bestProxy(scores: readonly Score[], metric: string): string | null {
  const sign = greaterIsBetter(metric) ? 1 : -1;
  const proxies = [...new Set(scores.map(({ proxy }) => proxy))];
  const means = proxies.map((proxy) => ({ proxy, mean: sign * mean([...scoresOf(scores, proxy).values()]) }));
  return (
    means.filter(({ mean: value }) => Number.isFinite(value)).sort((a, b) => b.mean - a.mean)[0]?.proxy ??
    null
  );
}

export function scoresOf(scores: readonly Score[], proxy: string): Scores {
  const known = scores.flatMap(({ proxy: of, split, score }): [number, number][] =>
    of === proxy && score !== null ? [[split, score]] : [],
  );
  return new Map(known);
}

/** Null where there are too few splits with both scores. */
export function effectOf(
  scores: { with: Scores; without: Scores },
  { metric, foldsPerRepeat, rows }: { metric: string; foldsPerRepeat: number; rows: number },
): Effect | null {
  const pairs = [...scores.with].flatMap(([split, score]): [number, number][] => {
    const other = scores.without.get(split);
    return other === undefined ? [] : [[score, other]];
  });
  if (pairs.length < LEAST_PAIRS) return null;
  const sign = greaterIsBetter(metric) ? 1 : -1;
  const differences = pairs.map(([score, other]) => sign * (score - other));
  const { mean: difference, low, high } = correctedBounds(differences, foldsPerRepeat, 0.95);
  return {
    metric,
    with: mean(pairs.map(([score]) => score)),
    without: mean(pairs.map(([, other]) => other)),
    ...{ difference, low, high, folds: pairs.length, rows },
  };
}

/** Columns of the table and of what the plan makes of it, side by side: new ones behind those they were made from. */
export function changesOf(
  before: readonly MeasuredColumn[],
  after: readonly MeasuredColumn[],
): ColumnChange[] {
  const left = new Map(before.map((column) => [column.name, column]));
  const right = new Map(after.map((column) => [column.name, column]));
  const added = after.filter(({ name }) => !left.has(name));
  const change = (name: string): ColumnChange => ({
    column: name,
    source: right.get(name)?.source ?? left.get(name)?.source ?? null,
    before: stateOf(left.get(name)),
    after: stateOf(right.get(name)),
  });
  const made = (source: string | null) => added.filter((column) => column.source === source);
  const known = before.flatMap(({ name }) => [
    change(name),
    ...made(name).map((column) => change(column.name)),
  ]);
  const rest = added.filter(({ source }) => source === null || !left.has(source));
  return [...known, ...rest.map(({ name }) => change(name))];
}

function stateOf(column: MeasuredColumn | undefined): ColumnState | null {
  if (!column) return null;
  const { kind, missingFraction, distinctCount, association, edges, labels, counts } = column;
  return { type: kind, missingFraction, distinctCount, association, edges, labels, counts };
}

export const comparisonOf = (rows: number, columns: ColumnChange[], effect: Effect | null): Comparison => ({
  rows,
  associationMeasure: ASSOCIATION_MEASURE,
  columns,
  effect,
});

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
