import * as z from 'zod';
import { columnTypeSchema } from './table.ts';
import { taskTypes } from './vocabulary.ts';

export type { ColumnType, CsvDialect, DatasetColumn } from './table.ts';

/*
 * What an analysis found in a dataset. Every number is finite; null means "not defined here" (no values, wrong type, too
 * few rows). Fractions lie in 0..1. Columns are named by physical name (`c0`…); `name` is the user's spelling.
 */

const count = z.int().nonnegative();
const fraction = z.number().min(0).max(1);
const real = z.number().nullable();

export const taskTypeSchema = z.enum(taskTypes);
export type TaskType = z.infer<typeof taskTypeSchema>;

export const histogramSchema = z.object({
  /** Upper and lower limits, one more than there are counts; milliseconds since 1970 for dates. Bins are [a, b), the last [a, b]. */
  edges: z.array(z.number()),
  /** Finite values in each bin; 20 bins, 1 when all values are equal. */
  counts: z.array(count),
});

/** Integer, number and datetime columns (dates as milliseconds since 1970). Non-finite values are counted, then left out. */
export const numericProfileSchema = z.object({
  min: real,
  max: real,
  mean: real,
  median: real,
  /** Square root of `variance`. */
  standardDeviation: real,
  /** Sample variance, divisor n - 1. */
  variance: real,
  /** 25 % quantile, linear interpolation (Hyndman-Fan type 7). */
  lowerQuartile: real,
  /** 75 % quantile, the same interpolation. */
  upperQuartile: real,
  /** Upper minus lower quartile. */
  interquartileRange: real,
  /** Median of |x - median|, not scaled. */
  medianAbsoluteDeviation: real,
  /** Adjusted Fisher-Pearson G1 = sqrt(n(n-1))/(n-2) * m3/m2^1.5; null below 3 values or without spread. */
  skewness: real,
  /** Sample excess kurtosis G2 (0 for a normal distribution); null below 4 values or without spread. */
  excessKurtosis: real,
  zeroCount: count,
  negativeCount: count,
  /** Values that are infinite or not a number. */
  infiniteCount: count,
  /** Values below Q1 - 1.5 IQR or above Q3 + 1.5 IQR (Tukey). */
  outlierCountByRange: count,
  /** Values with |0.6745 (x - median) / MAD| > 3.5 (Iglewicz and Hoaglin); 0 when the MAD is 0. */
  outlierCountByRobustZ: count,
  histogram: histogramSchema.nullable(),
});

/** Columns kept as text. Lengths are in Unicode code points. */
export const textProfileSchema = z.object({
  minLength: real,
  maxLength: real,
  meanLength: real,
  medianLength: real,
  /** Values with white space at the start or the end. */
  paddedCount: count,
  /** Distinct values that become equal once trimmed and folded to lower case. */
  caseVariantCount: count,
  /** Mean number of words, separated by white space. */
  meanWords: real,
  /** Values that look like UTF-8 read as another encoding (such as "Ã©"). */
  mojibakeCount: count,
});

export const dateProfileSchema = z.object({
  /** ISO 8601, UTC. */
  earliest: z.string(),
  latest: z.string(),
  /** Latest minus earliest. */
  rangeDays: z.number(),
  /** True when at least one value has a time of day other than midnight. */
  hasTime: z.boolean(),
  /** Values later than the moment of the analysis. */
  futureCount: count,
});

export const columnProfileSchema = z.object({
  column: z.string(),
  name: z.string(),
  /** 0-based place in the file. */
  position: count,
  type: columnTypeSchema,
  /** Finer meaning: email, url, uuid, postcode, currency, percentage, flag, year, ordinal, free_text, … */
  semanticType: z.string(),
  /** Rows of the table. */
  rowCount: count,
  /** Rows with a value. */
  valueCount: count,
  /** Rows without a value (NULL). */
  missingCount: count,
  missingFraction: fraction,
  /** Values that hold nothing but white space. */
  blankCount: count,
  /** Values that are likely to stand for "missing" (-999, 9999, "unknown", "?"), without those already NULL. */
  disguisedMissingCount: count,
  /** The spellings behind `disguisedMissingCount`, at most 10. */
  disguisedMissingValues: z.array(z.string()),
  /** Exact number of distinct values, NULL not counted. */
  distinctCount: count,
  /** distinctCount / valueCount; null without values. */
  cardinalityRatio: fraction.nullable(),
  /** Every value occurs once and none is missing. */
  isUnique: z.boolean(),
  /** At most one distinct value. */
  isConstant: z.boolean(),
  /** One value has at least 99 % of the values, but not all. */
  isNearConstant: z.boolean(),
  /** Most frequent value as text; ties go to the one that sorts first. */
  mode: z.string().nullable(),
  modeCount: count,
  /** modeCount / valueCount; null without values. */
  modeFraction: fraction.nullable(),
  /** Shannon entropy of the distinct values in bits. */
  entropyBits: real,
  /** 1 - entropy / log2(distinct): 0 evenly spread, 1 all in one value; null below 2 distinct values. */
  imbalance: fraction.nullable(),
  /** Order of the values down the file, NULL skipped; null below 2 values or when all are equal. */
  monotonicity: z
    .enum(['increasing', 'decreasing', 'strictly_increasing', 'strictly_decreasing', 'none'])
    .nullable(),
  /** Most frequent values, at most 10, by count, then text. */
  topValues: z.array(z.object({ value: z.string(), count: count, fraction: fraction })),
  numeric: numericProfileSchema.nullable(),
  text: textProfileSchema.nullable(),
  date: dateProfileSchema.nullable(),
  /** Codes of the issues that name this column. */
  warnings: z.array(z.string()),
});
export type ColumnProfile = z.infer<typeof columnProfileSchema>;

export const overviewSchema = z.object({
  rowCount: count,
  columnCount: count,
  /** Estimated size in memory: 8 bytes a number or date, text by its UTF-8 length plus 16. */
  memoryBytes: count,
  /** Rows equal to an earlier row in every column (found by a 64-bit hash of the row). */
  duplicateRows: count,
  missingCells: count,
  missingFraction: fraction,
  /** 0..100, weighted mean of the parts. */
  qualityScore: z.number().min(0).max(100),
  /** What the score is made of; score 0..100, weights add up to 1. */
  qualityParts: z.array(
    z.object({ name: z.string(), score: z.number(), weight: fraction, reason: z.string() }),
  ),
});

export const missingnessSchema = z.object({
  columns: z.array(z.object({ column: z.string(), missingCount: count, missingFraction: fraction })),
  /** Pairs missing together most often, at most 100. */
  pairs: z.array(
    z.object({
      first: z.string(),
      second: z.string(),
      /** Rows that miss both. */
      bothMissing: count,
      /** Phi coefficient of the two missing flags, -1..1. */
      correlation: real,
    }),
  ),
  /** Co-missing counts over `matrixColumns` (the 30 columns with most gaps), row by row, symmetric. */
  matrixColumns: z.array(z.string()),
  matrix: z.array(z.array(count)),
  /** Sets of columns missing in the same row, most frequent first, at most 20; the empty set = complete rows. */
  patterns: z.array(z.object({ columns: z.array(z.string()), rowCount: count, fraction: fraction })),
  completeRows: count,
  /** NONE without gaps; MCAR_LIKELY when no gap depends on another column; MAR_LIKELY when one does; UNKNOWN when too few rows tell. */
  mechanism: z.enum(['NONE', 'MCAR_LIKELY', 'MAR_LIKELY', 'UNKNOWN']),
  mechanismReason: z.string(),
});

export const correlationMethodSchema = z.enum([
  'PEARSON',
  'SPEARMAN',
  'CRAMERS_V',
  'CORRELATION_RATIO',
  'MUTUAL_INFORMATION',
]);
export const correlationSchema = z.object({
  /** Rows the coefficients were computed on; below rowCount it is a fixed sample spread over the file. */
  sampleRows: count,
  /** Columns that took part; the others were left out to bound the number of pairs. */
  columns: z.array(z.string()),
  omittedColumns: count,
  pairs: z.array(
    z.object({
      first: z.string(),
      second: z.string(),
      method: correlationMethodSchema,
      /** PEARSON, SPEARMAN -1..1; CRAMERS_V (bias-corrected, Bergsma 2013) and CORRELATION_RATIO (eta) 0..1; MUTUAL_INFORMATION in bits. */
      value: z.number(),
      /** Rows where both columns have a value. */
      rows: count,
    }),
  ),
});

export const featureAssociationSchema = z.object({
  column: z.string(),
  method: correlationMethodSchema,
  /** Strength 0..1: |Spearman|, eta or Cramér's V by the types of the two columns. */
  association: fraction.nullable(),
  /** Mutual information with the target in bits, numbers cut into at most 10 quantile bins; bias of (r-1)(c-1)/(2n ln 2) taken off. */
  mutualInformationBits: real,
  /** NONE, SUSPECTED or LIKELY: the feature seems to know the answer. */
  leakage: z.enum(['NONE', 'SUSPECTED', 'LIKELY']),
  leakageReason: z.string().nullable(),
});

export const targetReportSchema = z.object({
  column: z.string(),
  name: z.string(),
  taskType: taskTypeSchema.nullable(),
  /** Why this task type. */
  taskTypeReason: z.string(),
  /** Rows with a target: the only ones that training can use. */
  usableRows: count,
  missingRows: count,
  classCount: count.nullable(),
  /** Classification: largest class first, at most 100. */
  balance: z.array(z.object({ value: z.string(), count: count, fraction: fraction })),
  /** Largest class / smallest class; null for regression. */
  imbalanceRatio: real,
  /** Regression: the target's figures. */
  distribution: numericProfileSchema.nullable(),
  /** Every other column, strongest association first. */
  associations: z.array(featureAssociationSchema),
});

export const severitySchema = z.enum(['INFO', 'WARNING', 'ERROR']);
export const qualityIssueSchema = z.object({
  /** Stable, upper case: TARGET_CONSTANT, HIGH_MISSING, LEAKAGE_LIKELY, … ERROR on a target means it cannot be trained. */
  code: z.string(),
  severity: severitySchema,
  /** Physical name; null when the issue is about the whole table. */
  column: z.string().nullable(),
  affectedRows: count.nullable(),
  message: z.string(),
  /** How it was found: the rule with its figures. */
  detection: z.string(),
  /** What to do. */
  fix: z.string(),
});
export type QualityIssue = z.infer<typeof qualityIssueSchema>;

export const recommendationSchema = z.object({
  /** 1 is the most important; no two are equal. */
  priority: z.int().positive(),
  action: z.object({
    /** Step of the catalogue: drop_columns, missing_indicator, datetime_parts, group_rare_categories, text_statistics. */
    step: z.string(),
    columns: z.array(z.string()),
    parameters: z.record(z.string(), z.unknown()),
  }),
  reason: z.string(),
  expectedEffect: z.string(),
});
export type Recommendation = z.infer<typeof recommendationSchema>;

export const analysisReportSchema = z.object({
  overview: overviewSchema,
  columns: z.array(columnProfileSchema),
  missingness: missingnessSchema,
  correlations: correlationSchema,
  /** Null when no target was named. */
  target: targetReportSchema.nullable(),
  issues: z.array(qualityIssueSchema),
  recommendations: z.array(recommendationSchema),
  /** What a code generator is told: figures and names only, cell values only where the column has few distinct ones. */
  preprocessingPrompt: z.string(),
});
export type AnalysisReport = z.infer<typeof analysisReportSchema>;
