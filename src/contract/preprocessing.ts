/** Key of a step that is Python of its own instead of an entry of the catalogue. */
export const CUSTOM_STEP = 'custom';

/** One step of a preprocessing, in the words of the user: `columns` are names as they stand in the file. */
export type PlannedStep = {
  /** Of the catalogue, or `custom`. */
  key: string;
  columns: string[];
  parameters: Record<string, unknown>;
  reason: string;
  /** A custom step: Python with one class that has `fit`, `transform` and may have `fit_transform`. Else null. */
  code: string | null;
};

/** Whether the steps run as code of their own, apart from everything that trains. */
export const hasOwnCode = (steps: readonly PlannedStep[]): boolean =>
  steps.some(({ key }) => key === CUSTOM_STEP);

/** What a gate found. UNDECIDED: the evidence does not do; the user decides. SKIPPED: an earlier gate failed. */
export type GateOutcome = {
  name: string;
  verdict: 'PASSED' | 'FAILED' | 'UNDECIDED' | 'SKIPPED';
  /** For people: what was seen. */
  detail: string;
  seconds: number;
  /** The numbers behind the detail: differences, bounds, margins, rows, each by name; null where there are none. */
  figures: Record<string, number> | null;
};

/**
 * What a plan is worth with and without something, both on the same folds. `difference` is oriented: above 0 is better
 * with it. `low` and `high`: 90 % two-sided interval of the corrected paired test (Nadeau and Bengio, 2003).
 */
export type Effect = {
  metric: string;
  with: number;
  without: number;
  difference: number;
  low: number;
  high: number;
  folds: number;
  rows: number;
};

/** Of one step, by its place. NOT_MEASURED says in `reason` why. */
export type StepEffect =
  | { status: 'WAITING' | 'NOT_MEASURED'; reason: string; effect: null }
  | { status: 'MEASURED'; reason: string; effect: Effect };

/** What a call of a language model has cost so far. */
export type GenerationUsage = {
  model: string;
  inputTokens: number;
  /** Part of `inputTokens` that was read from the provider's cache. */
  cachedInputTokens: number;
  outputTokens: number;
  costUsd: number;
  /** Drafts asked for: the first one and the repairs. */
  attempts: number;
  tokenLimit: number;
  costLimitUsd: number;
};

/** One side of a column's before and after. */
export type ColumnState = {
  type: 'NUMBER' | 'CATEGORY';
  missingFraction: number;
  distinctCount: number;
  /** Association with the target between 0 and 1: see `associationMeasure` of the comparison. */
  association: number | null;
  /** NUMBER: `bins.length + 1` edges; CATEGORY: the most frequent values. */
  edges: number[] | null;
  labels: string[] | null;
  counts: number[];
};

/** `before` null: a new column; `after` null: it was dropped. `source`: the user's column that it was made from. */
export type ColumnChange = {
  column: string;
  source: string | null;
  before: ColumnState | null;
  after: ColumnState | null;
};

export type Comparison = {
  rows: number;
  associationMeasure: string;
  columns: ColumnChange[];
  /** The whole plan against the typed frame alone. */
  effect: Effect | null;
};
