import type { ColumnProfile, QualityIssue } from '#contract/report.ts';
import { countSql, fixBy, fixByStep, quoteCell, sqlName } from './fixes.ts';
import { textRules } from './text-issues.ts';

export type Finding = Omit<QualityIssue, 'column'>;
export type Rule = (profile: ColumnProfile) => Finding | null;

const mostlyMissing = 0.6;
export const highMissing = 0.3;
const highSkewness = 2;
const outlierShare = 0.05;
export const highCardinality = 50;
export const rareCategoryCount = 10;

export const percent = (fraction: number) => `${(fraction * 100).toFixed(fraction < 0.01 ? 2 : 1)} %`;

function findGaps(profile: ColumnProfile): Finding | null {
  const { column, name, missingCount, missingFraction, valueCount } = profile;
  if (missingCount === 0) return null;
  const told = {
    affectedRows: missingCount,
    detection: `${missingCount} of the rows (${percent(missingFraction)}) have no value`,
    sql: countSql(`${sqlName(name)} IS NULL`),
  };
  if (valueCount === 0) {
    return {
      ...told,
      ...{ code: 'ALL_MISSING', severity: 'WARNING', message: `${quoteCell(name)} has no values at all.` },
      ...{ detection: '0 values', rule: 'valueCount = 0', fix: 'Drop the column.' },
      fixAction: fixByStep('drop_columns', [column]),
    };
  }
  if (missingFraction >= mostlyMissing) {
    return {
      ...told,
      ...{ code: 'MOSTLY_MISSING', severity: 'WARNING', message: `${quoteCell(name)} is mostly empty.` },
      rule: `missingFraction >= ${mostlyMissing}`,
      fix: 'Keep only a flag whether it is filled, or drop the column.',
      fixAction: fixByStep('missing_indicator', [column]),
    };
  }
  if (missingFraction >= highMissing) {
    return {
      ...told,
      ...{ code: 'HIGH_MISSING', severity: 'WARNING', message: `${quoteCell(name)} has many gaps.` },
      rule: `missingFraction >= ${highMissing}`,
      fix: 'Add a flag for the gaps; find out why they are there.',
      fixAction: fixByStep('missing_indicator', [column]),
    };
  }
  return {
    ...told,
    ...{ code: 'SOME_MISSING', severity: 'INFO', message: `${quoteCell(name)} has gaps.` },
    rule: 'missingCount > 0',
    fix: 'Nothing needs to be done: gaps are handled by each algorithm.',
    fixAction: fixBy('NONE'),
  };
}

/** Each rule looks at one column; the figures that led to the verdict stand in `detection`. */
const rules: Rule[] = [
  findGaps,
  ({ column, name, isConstant, valueCount, mode }) =>
    isConstant && valueCount > 0
      ? {
          code: 'CONSTANT',
          severity: 'WARNING',
          affectedRows: null,
          message: `${quoteCell(name)} has the same value everywhere.`,
          detection: `one distinct value: ${quoteCell(mode ?? '')}`,
          rule: 'distinctCount = 1',
          sql: null,
          fix: 'Drop the column: it cannot tell rows apart.',
          fixAction: fixByStep('drop_columns', [column]),
        }
      : null,
  ({ column, name, isNearConstant, modeCount, modeFraction, valueCount }) =>
    isNearConstant
      ? {
          code: 'NEAR_CONSTANT',
          severity: 'INFO',
          affectedRows: valueCount - modeCount,
          message: `${quoteCell(name)} has nearly always the same value.`,
          detection: `${percent(modeFraction ?? 0)} of the values are equal`,
          rule: 'modeFraction >= 0.99',
          sql: null,
          fix: 'Keep it only if the rare values matter.',
          fixAction: fixBy('CHECK', [column]),
        }
      : null,
  ({ column, name, type, isUnique, distinctCount }) =>
    type === 'id'
      ? {
          code: 'IDENTIFIER',
          severity: 'INFO',
          affectedRows: null,
          message: `${quoteCell(name)} looks like a key.`,
          detection: isUnique ? 'every row has a value of its own' : `${distinctCount} distinct values`,
          rule: 'type = id',
          sql: null,
          fix: 'Drop the column: a key does not carry over to new rows.',
          fixAction: fixByStep('drop_columns', [column]),
        }
      : null,
  ({ column, name, type, distinctCount, valueCount }) =>
    type === 'category' && distinctCount > highCardinality
      ? {
          code: 'HIGH_CARDINALITY',
          severity: 'INFO',
          affectedRows: null,
          message: `${quoteCell(name)} has many categories.`,
          detection: `${distinctCount} distinct values in ${valueCount} rows`,
          rule: `distinctCount > ${highCardinality}`,
          sql: null,
          fix: 'Group the rare ones.',
          fixAction: fixByStep('group_rare_categories', [column], { minimum_count: rareCategoryCount }),
        }
      : null,
  ({ column, name, disguisedMissingCount, disguisedMissing, numeric, date }) =>
    disguisedMissingCount > 0
      ? {
          code: 'DISGUISED_MISSING',
          severity: 'WARNING',
          affectedRows: disguisedMissingCount,
          message: `${quoteCell(name)} seems to spell out missing values.`,
          detection: `${disguisedMissingCount} values are ${disguisedMissing.map(({ value, rule }) => `${quoteCell(value, 20)} (${rule})`).join(', ')}`,
          rule: disguisedMissing.map(({ rule }) => rule).includes('WORD')
            ? 'values that mean "no value"'
            : 'values that stand apart from all others, see disguisedMissing',
          sql: countSql(
            `${sqlName(name)} IN (${disguisedMissing.map(({ value }) => (numeric && !date ? value : `'${value.replaceAll("'", "''")}'`)).join(', ')})`,
          ),
          fix: 'Empty these cells in the source if they mean "unknown".',
          fixAction: fixBy('EDIT_SOURCE', [column]),
        }
      : null,
  ...textRules,
  ({ column, name, numeric }) =>
    numeric && numeric.infiniteCount > 0
      ? {
          code: 'INFINITE_VALUES',
          severity: 'WARNING',
          affectedRows: numeric.infiniteCount,
          message: `${quoteCell(name)} holds infinite values.`,
          detection: `${numeric.infiniteCount} values are not finite`,
          rule: 'infiniteCount > 0',
          sql: countSql(`NOT isfinite(${sqlName(name)})`),
          fix: 'Look for divisions by zero in the source.',
          fixAction: fixBy('EDIT_SOURCE', [column]),
        }
      : null,
  ({ column, name, numeric, valueCount, distinctCount, type }) =>
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
          message: `${quoteCell(name)} has many values far from the rest.`,
          detection: `${percent(numeric.outlierCountByRange / valueCount)} of the values lie more than 1.5 interquartile ranges outside the quartiles; ${numeric.outlierCountByRobustZ} have a robust z above 3.5`,
          rule: `outlierCountByRange > ${outlierShare} valueCount`,
          sql: countSql(
            `${sqlName(name)} < ${numeric.lowerQuartile} - 1.5 * ${numeric.interquartileRange} OR ${sqlName(name)} > ${numeric.upperQuartile} + 1.5 * ${numeric.interquartileRange}`,
          ),
          fix: 'Tree models do not mind; clip the values for linear models.',
          fixAction: fixBy('CHECK', [column]),
        }
      : null,
  ({ column, name, numeric, distinctCount, type }) =>
    numeric?.skewness != null &&
    distinctCount > 2 &&
    type !== 'id' &&
    type !== 'datetime' &&
    Math.abs(numeric.skewness) > highSkewness
      ? {
          code: 'SKEWED',
          severity: 'INFO',
          affectedRows: null,
          message: `${quoteCell(name)} is very lopsided.`,
          detection: `skewness ${numeric.skewness.toFixed(2)}`,
          rule: `|skewness| > ${highSkewness}`,
          sql: null,
          fix: 'A logarithm helps linear models; trees do not need it.',
          fixAction: fixBy('CHECK', [column]),
        }
      : null,
  ({ column, name, date }) =>
    date && date.futureCount > 0
      ? {
          code: 'FUTURE_DATES',
          severity: 'INFO',
          affectedRows: date.futureCount,
          message: `${quoteCell(name)} has dates that lie ahead.`,
          detection: `${date.futureCount} dates are later than now; the last is ${date.latest.slice(0, 10)}`,
          rule: 'futureCount > 0',
          sql: countSql(`${sqlName(name)} > now()`),
          fix: 'Check whether they are known at the time of a prediction.',
          fixAction: fixBy('CHECK', [column]),
        }
      : null,
  ({ column, name, date }) =>
    date && date.gapCount > 0
      ? {
          code: 'DATE_GAPS',
          severity: 'INFO',
          affectedRows: null,
          message: `${quoteCell(name)} skips some of its regular steps.`,
          detection: `${date.gapCount} differences are wider than 1.5 times the usual ${date.typicalStepSeconds} s; the widest lies after ${date.gaps[0]?.after.slice(0, 19)}`,
          rule: 'gapCount > 0',
          sql: null,
          fix: 'Find out whether rows were lost.',
          fixAction: fixBy('CHECK', [column]),
        }
      : null,
  ({ column, name, personalData }) =>
    personalData.length > 0
      ? {
          code: 'PERSONAL_DATA',
          severity: 'WARNING',
          affectedRows: personalData[0]?.count ?? null,
          message: `${quoteCell(name)} seems to tell of persons.`,
          detection: personalData
            .map(({ kind, evidence, fraction }) =>
              evidence === 'VALUES'
                ? `${kind}: ${percent(fraction ?? 0)} of the values`
                : `${kind}: by its name`,
            )
            .join('; '),
          rule: 'values of a known form with their check digits, or a telling name',
          sql: null,
          fix: 'Drop the column, or make sure that you may use it.',
          fixAction: fixByStep('drop_columns', [column]),
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
