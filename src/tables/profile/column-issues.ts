import type { ColumnProfile, QualityIssue } from '#contract/report.ts';

type Rule = (profile: ColumnProfile) => Omit<QualityIssue, 'column'> | null;

export const mostlyMissing = 0.6;
export const highMissing = 0.3;
const highSkewness = 2;
const outlierShare = 0.05;
export const highCardinality = 50;
export const rareCategoryCount = 10;

const percent = (fraction: number) => `${(fraction * 100).toFixed(fraction < 0.01 ? 2 : 1)} %`;

/** Each rule looks at one column; the figures that led to the verdict stand in `detection`. */
const rules: Rule[] = [
  ({ name, missingCount, missingFraction, valueCount }) => {
    if (missingCount === 0) return null;
    if (valueCount === 0) {
      return {
        code: 'ALL_MISSING',
        severity: 'WARNING',
        affectedRows: missingCount,
        message: `"${name}" has no values at all.`,
        detection: '0 values',
        fix: 'Drop the column.',
      };
    }
    const detection = `${missingCount} of the rows (${percent(missingFraction)}) have no value`;
    if (missingFraction >= mostlyMissing) {
      return {
        code: 'MOSTLY_MISSING',
        severity: 'WARNING',
        affectedRows: missingCount,
        message: `"${name}" is mostly empty.`,
        detection,
        fix: 'Keep only a flag whether it is filled, or drop the column.',
      };
    }
    if (missingFraction >= highMissing) {
      return {
        code: 'HIGH_MISSING',
        severity: 'WARNING',
        affectedRows: missingCount,
        message: `"${name}" has many gaps.`,
        detection,
        fix: 'Add a flag for the gaps; find out why they are there.',
      };
    }
    return {
      code: 'SOME_MISSING',
      severity: 'INFO',
      affectedRows: missingCount,
      message: `"${name}" has gaps.`,
      detection,
      fix: 'Nothing needs to be done: gaps are handled by each algorithm.',
    };
  },
  ({ name, isConstant, valueCount, mode }) =>
    isConstant && valueCount > 0
      ? {
          code: 'CONSTANT',
          severity: 'WARNING',
          affectedRows: null,
          message: `"${name}" has the same value everywhere.`,
          detection: `one distinct value: "${(mode ?? '').slice(0, 40)}"`,
          fix: 'Drop the column: it cannot tell rows apart.',
        }
      : null,
  ({ name, isNearConstant, modeCount, modeFraction, valueCount }) =>
    isNearConstant
      ? {
          code: 'NEAR_CONSTANT',
          severity: 'INFO',
          affectedRows: valueCount - modeCount,
          message: `"${name}" has nearly always the same value.`,
          detection: `${percent(modeFraction ?? 0)} of the values are equal`,
          fix: 'Keep it only if the rare values matter.',
        }
      : null,
  ({ name, type, isUnique, distinctCount }) =>
    type === 'id'
      ? {
          code: 'IDENTIFIER',
          severity: 'INFO',
          affectedRows: null,
          message: `"${name}" looks like a key.`,
          detection: isUnique ? 'every row has a value of its own' : `${distinctCount} distinct values`,
          fix: 'Drop the column: a key does not carry over to new rows.',
        }
      : null,
  ({ name, type, distinctCount, valueCount }) =>
    type === 'category' && distinctCount > highCardinality
      ? {
          code: 'HIGH_CARDINALITY',
          severity: 'INFO',
          affectedRows: null,
          message: `"${name}" has many categories.`,
          detection: `${distinctCount} distinct values in ${valueCount} rows`,
          fix: 'Group the rare ones.',
        }
      : null,
  ({ name, disguisedMissingCount, disguisedMissingValues }) =>
    disguisedMissingCount > 0
      ? {
          code: 'DISGUISED_MISSING',
          severity: 'WARNING',
          affectedRows: disguisedMissingCount,
          message: `"${name}" seems to spell out missing values.`,
          detection: `${disguisedMissingCount} values are ${disguisedMissingValues.map((value) => `"${value.slice(0, 20)}"`).join(', ')}`,
          fix: 'Empty these cells in the source if they mean "unknown".',
        }
      : null,
  ({ name, blankCount }) =>
    blankCount > 0
      ? {
          code: 'BLANK_TEXT',
          severity: 'WARNING',
          affectedRows: blankCount,
          message: `"${name}" has cells with nothing but spaces.`,
          detection: `${blankCount} values are white space`,
          fix: 'Empty these cells in the source: they count as a category of their own.',
        }
      : null,
  ({ name, text, blankCount }) => {
    const padded = (text?.paddedCount ?? 0) - blankCount;
    return padded > 0
      ? {
          code: 'PADDED_TEXT',
          severity: 'INFO',
          affectedRows: padded,
          message: `"${name}" has values with spaces around them.`,
          detection: `${padded} values start or end with white space`,
          fix: 'Trim the values in the source: "A" and "A " are two categories.',
        }
      : null;
  },
  ({ name, text, type }) =>
    text && text.caseVariantCount > 0 && (type === 'category' || type === 'boolean')
      ? {
          code: 'CASE_VARIANTS',
          severity: 'WARNING',
          affectedRows: null,
          message: `"${name}" spells some categories in several ways.`,
          detection: `${text.caseVariantCount} distinct values differ from another only by case or outer spaces`,
          fix: 'Agree on one spelling.',
        }
      : null,
  ({ name, text }) =>
    text && text.mojibakeCount > 0
      ? {
          code: 'BROKEN_ENCODING',
          severity: 'WARNING',
          affectedRows: text.mojibakeCount,
          message: `"${name}" holds garbled letters.`,
          detection: `${text.mojibakeCount} values look like UTF-8 that was read as another encoding`,
          fix: 'Export the table again as UTF-8, or name its encoding.',
        }
      : null,
  ({ name, numeric }) =>
    numeric && numeric.infiniteCount > 0
      ? {
          code: 'INFINITE_VALUES',
          severity: 'WARNING',
          affectedRows: numeric.infiniteCount,
          message: `"${name}" holds infinite values.`,
          detection: `${numeric.infiniteCount} values are infinite`,
          fix: 'Look for divisions by zero in the source.',
        }
      : null,
  ({ name, numeric, valueCount, distinctCount, type }) =>
    numeric &&
    // the rarer of two values is no outlier
    distinctCount > 2 &&
    type !== 'id' &&
    type !== 'datetime' &&
    numeric.outlierCountByRange > valueCount * outlierShare
      ? {
          code: 'OUTLIERS',
          severity: 'INFO',
          affectedRows: numeric.outlierCountByRange,
          message: `"${name}" has many values far from the rest.`,
          detection: `${percent(numeric.outlierCountByRange / valueCount)} of the values lie more than 1.5 interquartile ranges outside the quartiles; ${numeric.outlierCountByRobustZ} have a robust z above 3.5`,
          fix: 'Tree models do not mind; clip the values for linear models.',
        }
      : null,
  ({ name, numeric, distinctCount, type }) =>
    numeric?.skewness != null &&
    distinctCount > 2 &&
    type !== 'id' &&
    type !== 'datetime' &&
    Math.abs(numeric.skewness) > highSkewness
      ? {
          code: 'SKEWED',
          severity: 'INFO',
          affectedRows: null,
          message: `"${name}" is very lopsided.`,
          detection: `skewness ${numeric.skewness.toFixed(2)}`,
          fix: 'A logarithm helps linear models; trees do not need it.',
        }
      : null,
  ({ name, date }) =>
    date && date.futureCount > 0
      ? {
          code: 'FUTURE_DATES',
          severity: 'INFO',
          affectedRows: date.futureCount,
          message: `"${name}" has dates that lie ahead.`,
          detection: `${date.futureCount} dates are later than now; the last is ${date.latest.slice(0, 10)}`,
          fix: 'Check whether they are known at the time of a prediction.',
        }
      : null,
];

export function findColumnIssues(profiles: ColumnProfile[]): QualityIssue[] {
  return profiles.flatMap((profile) =>
    rules.flatMap((rule) => {
      const found = rule(profile);
      return found ? [{ ...found, column: profile.column }] : [];
    }),
  );
}
