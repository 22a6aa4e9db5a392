import type { AnalysisReport } from '#contract/report.ts';

/** A report whose columns are called as the user calls them. */
export type NamedReport = AnalysisReport;

const made = new WeakMap<AnalysisReport, NamedReport>();

/** The same report with every physical name (`c0`) replaced by the user's. */
export function named(report: AnalysisReport): NamedReport {
  const known = made.get(report);
  if (known) return known;
  const names = new Map(report.columns.map((column) => [column.column, column.name]));
  const nameOf = (column: string) => names.get(column) ?? column;
  const ofPair = <Pair extends { first: string; second: string }>(pair: Pair): Pair => ({
    ...pair,
    first: nameOf(pair.first),
    second: nameOf(pair.second),
  });
  const ofColumn = <Entry extends { column: string }>(entry: Entry): Entry => ({
    ...entry,
    column: nameOf(entry.column),
  });
  const { missingness, correlations, structure, target } = report;
  const result: NamedReport = {
    ...report,
    columns: namedColumns(report.columns, nameOf),
    missingness: {
      ...missingness,
      columns: missingness.columns.map(ofColumn),
      pairs: missingness.pairs.map(ofPair),
      matrixColumns: missingness.matrixColumns.map(nameOf),
      patterns: missingness.patterns.map((pattern) => ({ ...pattern, columns: pattern.columns.map(nameOf) })),
      mechanismTest: missingness.mechanismTest && {
        ...missingness.mechanismTest,
        column: nameOf(missingness.mechanismTest.column),
        other: nameOf(missingness.mechanismTest.other),
      },
    },
    correlations: {
      ...correlations,
      columns: correlations.columns.map(nameOf),
      pairs: correlations.pairs.map(ofPair),
      nearDuplicates: correlations.nearDuplicates.map(ofPair),
    },
    structure: {
      timeOrder: structure.timeOrder && ofColumn(structure.timeOrder),
      groups: structure.groups.map((group) => ({
        ...ofColumn(group),
        constantWithin: group.constantWithin.map(nameOf),
      })),
    },
    target: target && { ...target, associations: target.associations.map(ofColumn) },
    issues: report.issues.map((issue) => ({
      ...issue,
      column: issue.column === null ? null : nameOf(issue.column),
      fixAction: { ...issue.fixAction, columns: issue.fixAction.columns.map(nameOf) },
    })),
    recommendations: report.recommendations.map((recommendation) => ({
      ...recommendation,
      action: { ...recommendation.action, columns: recommendation.action.columns.map(nameOf) },
    })),
  };
  made.set(report, result);
  return result;
}

const namedColumns = (columns: AnalysisReport['columns'], nameOf: (column: string) => string) =>
  columns.map((column) => ({ ...column, copiesOf: column.copiesOf.map(nameOf) }));
