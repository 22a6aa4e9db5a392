import * as z from 'zod';
import { columnTypeSchema } from './table.ts';

/* What an analysis found in one column. Every number is finite; null means "not defined here". */

const count = z.int().nonnegative();
const fraction = z.number().min(0).max(1);
const real = z.number().nullable();

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
  /** Distinct values that become equal to another once trimmed and folded to lower case. */
  caseVariantCount: count,
  /** Spellings that become equal, at most 3 groups; empty where nearly every value differs. */
  caseVariants: z.array(z.array(z.string())),
  /** Mean number of pieces between spaces. */
  meanWords: real,
  /** Values that look like UTF-8 read as another encoding (such as "Ã©"). */
  mojibakeCount: count,
  /** What the values look like one by one, most frequent kind first, with at most 3 examples each. */
  kinds: z.array(
    z.object({
      kind: z.enum(['BLANK', 'INTEGER', 'NUMBER', 'DATE', 'BOOLEAN', 'TEXT']),
      count,
      examples: z.array(z.string()),
    }),
  ),
  /** Values that `kinds` and personal data were looked for in; below valueCount they are those of the sample. */
  patternRows: count,
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
  /** Median difference of neighbouring distinct values; null below 7 of them. */
  typicalStepSeconds: real,
  /** At least 90 % of the differences are within 11 % of the typical step. */
  isRegular: z.boolean(),
  /** Regular dates: differences above 1.5 typical steps. */
  gapCount: count,
  /** The widest gaps, at most 5. */
  gaps: z.array(z.object({ after: z.string(), before: z.string(), missingSteps: count })),
});

export const personalDataSchema = z.object({
  kind: z.enum([
    'EMAIL',
    'PHONE',
    'PAYMENT_CARD',
    'IBAN',
    'IP_ADDRESS',
    'SOCIAL_SECURITY_NUMBER',
    'PERSON_NAME',
    'BIRTH_DATE',
    'POSTAL_ADDRESS',
    'IDENTITY_DOCUMENT',
  ]),
  /** VALUES: cells look like it (check digits are verified); NAME: only the column's name says so. */
  evidence: z.enum(['VALUES', 'NAME']),
  count: count.nullable(),
  /** Of the values that were looked at. */
  fraction: fraction.nullable(),
});

export const columnProfileSchema = z.object({
  column: z.string(),
  name: z.string(),
  /** 0-based place in the file. */
  position: count,
  type: columnTypeSchema,
  /** 0..1: share of the values that fit the type. */
  confidence: fraction,
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
  /**
   * The same with the rule that found each. WORD: means "no value". SENTINEL: a number or date that people write for it.
   * REPEATED_DIGIT: one digit repeated, at least as frequent as the others are on average. The last two occur twice or
   * more and lie farther from all others than their 10 % and 90 % quantiles are apart.
   */
  disguisedMissing: z.array(
    z.object({ value: z.string(), count, rule: z.enum(['WORD', 'SENTINEL', 'REPEATED_DIGIT']) }),
  ),
  /**
   * Exact number of distinct values, NULL not counted; by 64-bit hashes where nearly every text differs. Dates before 1830
   * and after 2109 are told apart by the millisecond, others by the microsecond.
   */
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
  /** What the column seems to tell of persons. */
  personalData: z.array(personalDataSchema),
  /** Columns that hold the same value in every row. */
  copiesOf: z.array(z.string()),
  /** Codes of the issues that name this column. */
  warnings: z.array(z.string()),
});
export type ColumnProfile = z.infer<typeof columnProfileSchema>;
