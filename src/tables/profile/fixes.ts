import type { QualityIssue } from '#contract/report.ts';

type FixAction = QualityIssue['fixAction'];

/** What a program can do about an issue. */
export function fixBy(kind: Exclude<FixAction['kind'], 'STEP'>, columns: string[] = []): FixAction {
  return { kind, step: null, columns, parameters: {} };
}

export function fixByStep(
  step: string,
  columns: string[],
  parameters: Record<string, unknown> = {},
): FixAction {
  return { kind: 'STEP', step, columns, parameters };
}

/** A name as SQL spells it. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Counts the rows of a table with the user's column names where a condition holds. */
export function countSql(condition: string): string {
  return `SELECT count(*) FROM dataset WHERE ${condition}`;
}

/** A cell's text within a message: cut, and quoted so that it cannot end its quotes. */
export function quoteCell(value: string, longest = 40): string {
  const points = [...value];
  return JSON.stringify(points.length > longest ? `${points.slice(0, longest - 1).join('')}…` : value);
}
