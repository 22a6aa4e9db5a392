import type { ColumnProfile, TaskType } from '#contract/report.ts';

export interface TaskDecision {
  taskType: TaskType | null;
  taskTypeReason: string;
}

/** Whole-number targets with up to this many values are classes when each occurs often enough. */
export const mostNumericClasses = 10;
const rowsPerNumericClass = 20;
const smallestClassRows = 5;

/**
 * Text is classification. Numbers are regression, unless there are exactly two values, or few (at most 10) whole ones
 * with 20 rows a value on average and 5 in the rarest.
 */
export function decideTaskType(
  target: ColumnProfile,
  smallestCount: number,
  forced: TaskType | undefined,
): TaskDecision {
  const { distinctCount, valueCount, numeric, name } = target;
  if (forced) return { taskType: forced, taskTypeReason: 'Chosen by you.' };
  if (target.date) {
    return {
      taskType: null,
      taskTypeReason: `"${name}" holds dates: neither classes nor a quantity to predict.`,
    };
  }
  if (distinctCount < 2)
    return {
      taskType: null,
      taskTypeReason: `"${name}" has ${distinctCount} distinct values: there is nothing to predict.`,
    };
  if (distinctCount === 2) {
    return {
      taskType: 'BINARY_CLASSIFICATION',
      taskTypeReason: `"${name}" has exactly two distinct values.`,
    };
  }
  if (!numeric) {
    return {
      taskType: 'MULTICLASS_CLASSIFICATION',
      taskTypeReason: `"${name}" is text with ${distinctCount} distinct values.`,
    };
  }
  const isWhole =
    target.type === 'integer' || target.topValues.every(({ value }) => Number.isInteger(Number(value)));
  if (!isWhole) {
    return {
      taskType: 'REGRESSION',
      taskTypeReason: `"${name}" holds numbers with fractions (${distinctCount} distinct values).`,
    };
  }
  if (distinctCount > mostNumericClasses) {
    return {
      taskType: 'REGRESSION',
      taskTypeReason: `"${name}" holds whole numbers with ${distinctCount} distinct values; classes are assumed up to ${mostNumericClasses}.`,
    };
  }
  if (valueCount / distinctCount < rowsPerNumericClass || smallestCount < smallestClassRows) {
    return {
      taskType: 'REGRESSION',
      taskTypeReason: `"${name}" has ${distinctCount} distinct whole numbers, but too few rows each to be classes (${Math.round(valueCount / distinctCount)} on average, ${smallestCount} in the rarest).`,
    };
  }
  return {
    taskType: 'MULTICLASS_CLASSIFICATION',
    taskTypeReason: `"${name}" holds only ${distinctCount} distinct whole numbers with ${Math.round(valueCount / distinctCount)} rows each on average. Choose regression if their order is what matters.`,
  };
}
