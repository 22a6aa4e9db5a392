import type { AnalysisReport, ColumnProfile, Recommendation } from '#contract/report.ts';

/** What one rule proposes; the rules are asked in the order in which the steps are applied. */
export type Advice = Omit<Recommendation, 'priority'>;

/** What was found besides the columns' own figures. */
export interface Found {
  missingness: Pick<AnalysisReport['missingness'], 'pairs'>;
  target: AnalysisReport['target'];
}

/** What the rules look at: the columns that are kept, without the target. */
export interface Facts extends Found {
  rowCount: number;
  kept: ColumnProfile[];
}

export function advise(
  step: string,
  columns: string[],
  parameters: Record<string, unknown>,
  reason: string,
  expectedEffect: string,
): Advice[] {
  return columns.length === 0 ? [] : [{ action: { step, columns, parameters }, reason, expectedEffect }];
}

/** `3 columns hold` and `1 column holds`. */
export const columnsThat = (count: number, one: string, many: string) =>
  count === 1 ? `1 column ${one}` : `${count} columns ${many}`;
