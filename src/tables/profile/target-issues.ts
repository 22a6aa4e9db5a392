import type { AnalysisReport, ColumnProfile, QualityIssue } from '#contract/report.ts';

type TargetReport = NonNullable<AnalysisReport['target']>;

/** Fewer rows cannot be cut into folds that mean anything. */
export const fewestUsableRows = 10;
const mostClasses = 1_000;
const uniqueShare = 0.5;
const fewestRowsForUniqueness = 20;
const rareClassRows = 5;
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
  const add = (
    issue: Pick<QualityIssue, 'code' | 'severity' | 'message' | 'detection' | 'fix'>,
    affectedRows: number | null = null,
  ) => issues.push({ ...issue, column: target.column, affectedRows });

  if (valueCount === 0) {
    add(
      {
        code: 'TARGET_ALL_MISSING',
        severity: 'ERROR',
        message: `The target "${name}" has no values.`,
        detection: '0 values',
        fix: 'Choose another target.',
      },
      missingCount,
    );
    return issues;
  }
  if (distinctCount === 1) {
    const detection = `every one of the ${valueCount} values is "${(target.mode ?? '').slice(0, 40)}"`;
    const isForcedClassification = isClassification || !numeric;
    add(
      isForcedClassification
        ? {
            code: 'TARGET_ONE_CLASS',
            severity: 'ERROR',
            message: `The target "${name}" has only one class.`,
            detection,
            fix: 'Choose another target, or add rows of the other classes.',
          }
        : {
            code: 'TARGET_CONSTANT',
            severity: 'ERROR',
            message: `The target "${name}" is the same in every row.`,
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
        fix: 'Add rows with a known target.',
      },
      valueCount,
    );
  }
  if (target.date) {
    add({
      code: 'TARGET_IS_DATE',
      severity: 'ERROR',
      message: `The target "${name}" holds dates.`,
      detection: 'column type datetime',
      fix: 'Predict a duration or a class made from it instead.',
    });
  }
  if (isClassification && distinctCount > 1) {
    const isNearlyUnique = valueCount >= fewestRowsForUniqueness && distinctCount > valueCount * uniqueShare;
    if (distinctCount > mostClasses || isNearlyUnique) {
      add({
        code: 'TARGET_TOO_MANY_CLASSES',
        severity: 'ERROR',
        message: `The target "${name}" has too many classes to learn.`,
        detection: `${distinctCount} distinct values in ${valueCount} rows (limits: ${mostClasses} classes, half the rows)`,
        fix: numeric ? 'Choose regression.' : 'Choose another target, or group its values.',
      });
    } else if (smallestCount < rareClassRows) {
      const rare = report.balance.filter(({ count }) => count < rareClassRows);
      add(
        {
          code: 'CLASS_TOO_RARE',
          severity: 'WARNING',
          message: `Some classes of "${name}" are very rare: ${rare
            .slice(0, 3)
            .map(({ value }) => `"${value.slice(0, 30)}"`)
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
        severity: 'WARNING',
        message: `The classes of "${name}" are very uneven.`,
        detection: `the largest class has ${(report.imbalanceRatio ?? 1).toFixed(1)} times the rows of the smallest`,
        fix: 'Judge by ROC AUC, average precision or balanced accuracy, not by accuracy.',
      });
    }
  }
  if (report.taskType === 'REGRESSION' && !numeric) {
    add({
      code: 'TARGET_NOT_NUMERIC',
      severity: 'ERROR',
      message: `The target "${name}" is text: a quantity cannot be predicted from it.`,
      detection: `column type ${target.type}`,
      fix: 'Choose classification, or correct the values that are no numbers.',
    });
  }
  if (missingCount > 0) {
    add(
      {
        code: 'TARGET_HAS_MISSING',
        severity: 'WARNING',
        message: `${missingCount} rows have no target and are left out of training.`,
        detection: `${(target.missingFraction * 100).toFixed(2)} % of the rows`,
        fix: 'Fill the target in, or leave it so.',
      },
      missingCount,
    );
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
      fix: 'Drop it if it is only known after the target is.',
    }));
}
