import type { AnalysisReport, ColumnProfile, QualityIssue } from '#contract/report.ts';

const highCorrelation = 0.98;
const listedPairs = 20;
const fewRows = 100;

/** What concerns the table or a pair of columns. `copies`: groups of columns that are equal in every row. */
export function findTableIssues(
  profiles: ColumnProfile[],
  { rowCount, duplicateRows }: Pick<AnalysisReport['overview'], 'rowCount' | 'duplicateRows'>,
  copies: string[][],
  correlations: AnalysisReport['correlations'],
  target: string | null,
): QualityIssue[] {
  const nameOf = new Map(profiles.map(({ column, name }) => [column, name]));
  const issues: QualityIssue[] = [];
  if (rowCount < fewRows) {
    issues.push({
      code: 'FEW_ROWS',
      severity: 'WARNING',
      column: null,
      affectedRows: rowCount,
      message: `The table has only ${rowCount} rows.`,
      detection: `fewer than ${fewRows} rows`,
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
        message: `"${nameOf.get(column)}" is a copy of "${nameOf.get(first)}".`,
        detection: 'equal in every row (hash over value and place)',
        fix: 'Drop one of the two.',
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
      message: `"${nameOf.get(second)}" says nearly the same as "${nameOf.get(first)}".`,
      detection: `${method === 'PEARSON' ? 'Pearson correlation' : "Cramér's V"} ${value.toFixed(4)} on ${rows} rows`,
      fix: 'Nothing needs to be done for trees; dropping one makes explanations clearer.',
    });
  }
  return issues;
}
