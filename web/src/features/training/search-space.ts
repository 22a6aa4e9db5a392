/** One dimension of a search space, as the catalogue has it. `limits`: beyond them a wish is refused. */
export type Dimension =
  | { kind: 'INTEGER' | 'NUMBER'; low: number; high: number; logarithmic: boolean; limits: [number, number] }
  | { kind: 'CHOICE'; choices: readonly (string | number | boolean)[] };
export type Dimensions = Readonly<Record<string, Dimension>>;

/** Wishes for one algorithm, laid over its space; only what is wished. */
export type Wishes = Readonly<
  Record<string, { low: number; high: number } | { choices: readonly (string | number | boolean)[] }>
>;

type Algorithm = { details: unknown };

export const dimensionsOf = ({ details }: Algorithm): Dimensions =>
  (details as { searchSpace?: Dimensions }).searchSpace ?? {};

export const strategies = [
  { value: 'AUTO', label: 'Automatic', detail: 'as data and time allow' },
  { value: 'TPE', label: 'Learning (TPE)', detail: 'where trials did well' },
  { value: 'HYPERBAND', label: 'Hyperband', detail: 'many cheap trials first' },
  { value: 'RANDOM', label: 'Random', detail: 'drawn from the space' },
  { value: 'GRID', label: 'Grid', detail: 'every combination' },
] as const;
