import type { AnalysisReport, ColumnProfile, QualityIssue } from '#contract/report.ts';
import { fixBy, fixByStep, quoteCell, sqlName } from './fixes.ts';

const highCorrelation = 0.98;
const listedPairs = 20;
const fewRows = 100;

/** What concerns the table or a pair of columns. `copies`: groups of columns that are equal in every row. */
export function findTableIssues(
  profiles: ColumnProfile[],
  { rowCount, duplicateRows }: Pick<AnalysisReport['overview'], 'rowCount' | 'duplicateRows'>,
  copies: string[][],
  { correlations, structure }: Pick<AnalysisReport, 'correlations' | 'structure'>,
  target: string | null,
): QualityIssue[] {
  const names = new Map(profiles.map(({ column, name }) => [column, name]));
  const nameOf = (column: string) => quoteCell(names.get(column) ?? column);
  const issues: QualityIssue[] = [];
  if (rowCount < fewRows) {
    issues.push({
      code: 'FEW_ROWS',
      severity: 'WARNING',
      column: null,
      affectedRows: rowCount,
      message: `The table has only ${rowCount} rows.`,
      detection: `fewer than ${fewRows} rows`,
      rule: `rowCount < ${fewRows}`,
      sql: 'SELECT count(*) FROM dataset',
      fixAction: fixBy('ADD_ROWS'),
      fix: 'Collect more rows: scores from so few are uncertain.',
    });
  }
  if (duplicateRows > 0) {
    issues.push({
      code: 'DUPLICATE_ROWS',
      severity: 'WARNING',
      column: null,
      affectedRows: duplicateRows,
      message: `${duplicateRows} rows repeat an earlier row in every column.`,
      detection: `64-bit hash over all ${profiles.length} columns`,
      rule: 'duplicateRows > 0',
      sql: 'SELECT (SELECT count(*) FROM dataset) - (SELECT count(*) FROM (SELECT DISTINCT * FROM dataset))',
      fixAction: fixBy('EDIT_SOURCE'),
      fix: 'Remove them unless they are separate observations: a copy in training and test makes scores too good.',
    });
  }
  const copied = new Set<string>();
  for (const [first, ...others] of copies) {
    for (const column of others) {
      if (column === target || first === undefined) continue;
      copied.add(column);
      issues.push({
        code: 'DUPLICATE_COLUMN',
        severity: 'WARNING',
        column,
        affectedRows: null,
        message: `${nameOf(column)} is a copy of ${nameOf(first)}.`,
        detection: 'equal in every row',
        rule: 'no row in which the two differ',
        sql: `SELECT count(*) FROM dataset WHERE ${sqlName(names.get(column) ?? '')} IS DISTINCT FROM ${sqlName(names.get(first) ?? '')}`,
        fix: 'Drop one of the two.',
        fixAction: fixByStep('drop_columns', [column]),
      });
    }
  }
  const close = correlations.pairs.filter(
    ({ first, second, method, value }) =>
      (method === 'PEARSON' || method === 'CRAMERS_V') &&
      Math.abs(value) >= highCorrelation &&
      first !== target &&
      second !== target &&
      !copied.has(first) &&
      !copied.has(second),
  );
  for (const { first, second, method, value, rows } of close.slice(0, listedPairs)) {
    issues.push({
      code: 'HIGH_CORRELATION',
      severity: 'INFO',
      column: second,
      affectedRows: null,
      message: `${nameOf(second)} says nearly the same as ${nameOf(first)}.`,
      detection: `${method === 'PEARSON' ? 'Pearson correlation' : "Cramér's V"} ${value.toFixed(4)} on ${rows} rows`,
      rule: `coefficient >= ${highCorrelation}`,
      sql:
        method === 'PEARSON'
          ? `SELECT corr(${sqlName(names.get(first) ?? '')}, ${sqlName(names.get(second) ?? '')}) FROM dataset`
          : null,
      fix: 'Nothing needs to be done for trees; dropping one makes explanations clearer.',
      fixAction: fixBy('CHECK', [second]),
    });
  }
  if (structure.timeOrder) {
    issues.push({
      code: 'TIME_ORDERED',
      severity: 'INFO',
      column: structure.timeOrder.column,
      affectedRows: null,
      message: `The rows are sorted by ${nameOf(structure.timeOrder.column)}.`,
      detection: structure.timeOrder.reason,
      rule: 'a date column that never goes back down the file',
      sql: null,
      fix: 'If the model is to predict later rows, judge it on later rows.',
      fixAction: fixBy('CHECK', [structure.timeOrder.column]),
    });
  }
  for (const { column, reason } of structure.groups) {
    issues.push({
      code: 'GROUPED_ROWS',
      severity: 'INFO',
      column,
      affectedRows: null,
      message: `Several rows seem to belong to one ${nameOf(column)}.`,
      detection: reason,
      rule: 'a repeated key, or other columns that are constant within its values',
      sql: null,
      fix: 'If the model is to predict new ones, keep all rows of one in the same fold.',
      fixAction: fixBy('CHECK', [column]),
    });
  }
  return issues;
}
