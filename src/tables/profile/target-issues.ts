import type { AnalysisReport, ColumnProfile, QualityIssue } from '#contract/report.ts';
import { countSql, fixBy, fixByStep, quoteCell, sqlName } from './fixes.ts';
import { rareClassRows } from './target.ts';

type TargetReport = NonNullable<AnalysisReport['target']>;

/** Fewer rows cannot be cut into folds that mean anything. */
export const fewestUsableRows = 10;
const mostClasses = 1_000;
const uniqueShare = 0.5;
const fewestRowsForUniqueness = 20;
const strongImbalance = 20;

/** ERROR: training on this target cannot work. */
export function findTargetIssues(
  target: ColumnProfile,
  report: TargetReport,
  smallestCount: number,
): QualityIssue[] {
  const issues: QualityIssue[] = [];
  const { name, valueCount, distinctCount, missingCount, numeric } = target;
  const isClassification =
    report.taskType === 'BINARY_CLASSIFICATION' || report.taskType === 'MULTICLASS_CLASSIFICATION';
  const add = (issue: Omit<QualityIssue, 'column' | 'affectedRows'>, affectedRows: number | null = null) =>
    issues.push({ ...issue, column: target.column, affectedRows });

  if (valueCount === 0) {
    add(
      {
        code: 'TARGET_ALL_MISSING',
        severity: 'ERROR',
        message: `The target ${quoteCell(name)} has no values.`,
        detection: '0 values',
        rule: 'valueCount = 0',
        sql: countSql(`${sqlName(name)} IS NOT NULL`),
        fixAction: fixBy('CHOOSE_TARGET'),
        fix: 'Choose another target.',
      },
      missingCount,
    );
    return issues;
  }
  if (distinctCount === 1) {
    const detection = `every one of the ${valueCount} values is ${quoteCell(target.mode ?? '')}`;
    const isForcedClassification = isClassification || !numeric;
    add(
      isForcedClassification
        ? {
            code: 'TARGET_ONE_CLASS',
            severity: 'ERROR',
            message: `The target ${quoteCell(name)} has only one class.`,
            rule: 'distinctCount = 1',
            sql: `SELECT count(DISTINCT ${sqlName(name)}) FROM dataset`,
            fixAction: fixBy('CHOOSE_TARGET'),
            detection,
            fix: 'Choose another target, or add rows of the other classes.',
          }
        : {
            code: 'TARGET_CONSTANT',
            severity: 'ERROR',
            message: `The target ${quoteCell(name)} is the same in every row.`,
            rule: 'distinctCount = 1',
            sql: `SELECT count(DISTINCT ${sqlName(name)}) FROM dataset`,
            fixAction: fixBy('CHOOSE_TARGET'),
            detection,
            fix: 'Choose another target.',
          },
    );
  }
  if (valueCount < fewestUsableRows) {
    add(
      {
        code: 'TARGET_TOO_FEW_ROWS',
        severity: 'ERROR',
        message: `Only ${valueCount} rows have a target.`,
        detection: `at least ${fewestUsableRows} are needed`,
        rule: `usableRows < ${fewestUsableRows}`,
        sql: countSql(`${sqlName(name)} IS NOT NULL`),
        fixAction: fixBy('ADD_ROWS'),
        fix: 'Add rows with a known target.',
      },
      valueCount,
    );
  }
  if (target.date) {
    add({
      code: 'TARGET_IS_DATE',
      severity: 'ERROR',
      message: `The target ${quoteCell(name)} holds dates.`,
      detection: 'column type datetime',
      rule: 'type = datetime',
      sql: null,
      fixAction: fixBy('CHOOSE_TARGET'),
      fix: 'Predict a duration or a class made from it instead.',
    });
  }
  if (isClassification && distinctCount > 1) {
    const isNearlyUnique = valueCount >= fewestRowsForUniqueness && distinctCount > valueCount * uniqueShare;
    if (distinctCount > mostClasses || isNearlyUnique) {
      add({
        code: 'TARGET_TOO_MANY_CLASSES',
        severity: 'ERROR',
        message: `The target ${quoteCell(name)} has too many classes to learn.`,
        rule: `classCount > ${mostClasses}, or > ${uniqueShare} usableRows`,
        sql: `SELECT count(DISTINCT ${sqlName(name)}) FROM dataset`,
        fixAction: fixBy(numeric ? 'CHOOSE_TASK' : 'CHOOSE_TARGET'),
        detection: `${distinctCount} distinct values in ${valueCount} rows (limits: ${mostClasses} classes, half the rows)`,
        fix: numeric ? 'Choose regression.' : 'Choose another target, or group its values.',
      });
    } else if (smallestCount < rareClassRows) {
      const rare = report.balance.filter(({ count }) => count < rareClassRows);
      add(
        {
          code: 'CLASS_TOO_RARE',
          rule: `a class with fewer than ${rareClassRows} rows`,
          sql: `SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM dataset WHERE ${sqlName(name)} IS NOT NULL GROUP BY ${sqlName(name)} HAVING count(*) < ${rareClassRows})`,
          fixAction: fixBy('ADD_ROWS'),
          severity: 'WARNING',
          message: `Some classes of ${quoteCell(name)} are very rare: ${rare
            .slice(0, 3)
            .map(({ value }) => quoteCell(value, 30))
            .join(', ')}.`,
          detection: `the rarest class has ${smallestCount} rows; below ${rareClassRows} not every fold can hold one`,
          fix: 'Add rows of these classes, or group them.',
        },
        rare.reduce((sum, { count }) => sum + count, 0),
      );
    }
    if ((report.imbalanceRatio ?? 1) >= strongImbalance) {
      add({
        code: 'TARGET_IMBALANCED',
        rule: `imbalanceRatio >= ${strongImbalance}`,
        sql: null,
        fixAction: fixBy('CHOOSE_METRIC'),
        severity: 'WARNING',
        message: `The classes of ${quoteCell(name)} are very uneven.`,
        detection: `the largest class has ${(report.imbalanceRatio ?? 1).toFixed(1)} times the rows of the smallest`,
        fix: 'Judge by ROC AUC, average precision or balanced accuracy, not by accuracy.',
      });
    }
  }
  if (report.taskType === 'REGRESSION' && !numeric) {
    add({
      code: 'TARGET_NOT_NUMERIC',
      severity: 'ERROR',
      message: `The target ${quoteCell(name)} is text: a quantity cannot be predicted from it.`,
      detection: `column type ${target.type}`,
      rule: 'REGRESSION of a text column',
      sql: null,
      fixAction: fixBy('CHOOSE_TASK'),
      fix: 'Choose classification, or correct the values that are no numbers.',
    });
  }
  if (missingCount > 0) {
    add(
      {
        code: 'TARGET_HAS_MISSING',
        rule: 'missingRows > 0',
        sql: countSql(`${sqlName(name)} IS NULL`),
        fixAction: fixBy('EDIT_SOURCE', [target.column]),
        severity: 'WARNING',
        message: `${missingCount} rows have no target and are left out of training.`,
        detection: `${(target.missingFraction * 100).toFixed(2)} % of the rows`,
        fix: 'Fill the target in, or leave it so.',
      },
      missingCount,
    );
  }
  if (report.conflictingRows > 0) {
    add(
      {
        code: 'CONFLICTING_ROWS',
        severity: 'WARNING',
        message: `${report.conflictingRows} rows are alike in everything but the target.`,
        detection: 'equal hash over all other columns, different targets',
        rule: 'conflictingRows > 0',
        sql: null,
        fix: 'Look for wrong labels, or for a column that would tell the rows apart.',
        fixAction: fixBy('EDIT_SOURCE', [target.column]),
      },
      report.conflictingRows,
    );
  }
  if (report.transformHint && report.transformHint.transform !== 'NONE') {
    add({
      code: 'TARGET_SKEWED',
      severity: 'INFO',
      message: `The target ${quoteCell(name)} is lopsided.`,
      detection: report.transformHint.reason,
      rule: 'skewness >= 1 that a transform halves',
      sql: null,
      fix:
        report.transformHint.transform === 'LOG1P'
          ? 'Predicting its logarithm, or judging by a relative error, may suit it better.'
          : 'Predicting its square root may suit it better.',
      fixAction: fixBy('CHOOSE_METRIC'),
    });
  }
  return [...issues, ...findLeakage(report)];
}

function findLeakage({ associations }: TargetReport): QualityIssue[] {
  return associations
    .filter(({ leakage }) => leakage !== 'NONE')
    .map(({ column, leakage, leakageReason }) => ({
      code: `LEAKAGE_${leakage}`,
      severity: 'WARNING',
      column,
      affectedRows: null,
      message: 'This column seems to know the target.',
      detection: leakageReason ?? '',
      rule: 'see leakageSigns of the association',
      sql: null,
      fixAction: fixByStep('drop_columns', [column]),
      fix: 'Drop it if it is only known after the target is.',
    }));
}
