import * as z from 'zod';
import { columnProfileSchema, numericProfileSchema } from './column-profile.ts';
import { taskTypes } from './vocabulary.ts';

export type { ColumnProfile } from './column-profile.ts';
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
  /** The strongest of the tests that told of a dependence. */
  mechanismTest: z
    .object({
      /** The column with gaps, and the one that they depend on. */
      column: z.string(),
      other: z.string(),
      /** G of the contingency table of gap flag and values (numbers in at most 10 bins of equal count). */
      statistic: z.number(),
      degreesOfFreedom: count,
      /** Tail of the chi-squared distribution; the limit is 0.01 / comparisons. */
      pValue: fraction,
      /** Share of the flag's entropy, less what chance gives. */
      explainedFraction: fraction,
      comparisons: count,
    })
    .nullable(),
  /** Rows that the tests looked at. */
  mechanismSampleRows: count,
});

export const correlationMethodSchema = z.enum([
  'PEARSON',
  'SPEARMAN',
  'CRAMERS_V',
  'CORRELATION_RATIO',
  'MUTUAL_INFORMATION',
]);
export const correlationSchema = z.object({
  /** Rows the coefficients were computed on; below rowCount it is a fixed sample, without rows held out for the target. */
  sampleRows: count,
  isSampled: z.boolean(),
  /** Which rows those are. */
  samplingRule: z.string(),
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
  /** Pairs that say the same from 0.999 on: LINEAR |Pearson|, MONOTONE |Spearman|, RENAMED share of the entropy; at most 50. */
  nearDuplicates: z.array(
    z.object({
      first: z.string(),
      second: z.string(),
      kind: z.enum(['LINEAR', 'MONOTONE', 'RENAMED']),
      strength: fraction,
      rows: count,
    }),
  ),
});

export const structureSchema = z.object({
  /** The column down which the file is sorted in time, if any. */
  timeOrder: z
    .object({
      column: z.string(),
      order: z.enum(['increasing', 'decreasing', 'strictly_increasing', 'strictly_decreasing']),
      reason: z.string(),
    })
    .nullable(),
  /** Columns whose values seem to name things that have several rows each, at most 3. */
  groups: z.array(
    z.object({
      column: z.string(),
      groupCount: count,
      meanRows: z.number(),
      largestRows: count,
      /** Columns that are the same throughout at least 95 % of the groups with several rows. */
      constantWithin: z.array(z.string()),
      reason: z.string(),
    }),
  ),
});

export const featureAssociationSchema = z.object({
  column: z.string(),
  method: correlationMethodSchema,
  /** Strength 0..1: |Spearman|, eta or Cramér's V by the types of the two columns. */
  association: fraction.nullable(),
  /** 95 % interval of the association: Fisher's z (Bonett and Wright) for ranks, delete-a-group jackknife for the others. */
  intervalLow: fraction.nullable(),
  intervalHigh: fraction.nullable(),
  /** Mutual information with the target in bits, numbers cut into at most 10 quantile bins; bias of (r-1)(c-1)/(2n ln 2) taken off. */
  mutualInformationBits: real,
  /** NONE, SUSPECTED or LIKELY: the feature seems to know the answer. */
  leakage: z.enum(['NONE', 'SUSPECTED', 'LIKELY']),
  leakageReason: z.string().nullable(),
  /** What speaks for it. */
  leakageSigns: z.array(z.enum(['ASSOCIATION', 'LATER_EVENT_NAME', 'TARGET_IN_NAME', 'KEY_KNOWS_TARGET'])),
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
  /** Shannon entropy of the classes in bits; null for regression. */
  entropyBits: real,
  /** Classes with fewer than 5 rows, rarest last in `balance`. */
  rareClassCount: count.nullable(),
  /** Regression: the target's figures. */
  distribution: numericProfileSchema.nullable(),
  /** Regression: the transform that makes the target most even-sided, with the skewness before and after. */
  transformHint: z
    .object({
      transform: z.enum(['NONE', 'LOG1P', 'SQUARE_ROOT']),
      skewnessBefore: real,
      skewnessAfter: real,
      reason: z.string(),
    })
    .nullable(),
  /** Rows whose features stand elsewhere in the table with another value of the target. */
  conflictingRows: count,
  /** Rows that planning may look at: all, or of more than 1,000 those that are not held out, about four in five. */
  developmentRows: count,
  /** Rows that associations were computed on: those of `correlations`, never held-out ones. */
  sampleRows: count,
  isSampled: z.boolean(),
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
  /** The limit that was crossed, in terms of the report. */
  rule: z.string(),
  /** A query that counts the affected rows of a table `dataset` with the user's column names; null where none can. */
  sql: z.string().nullable(),
  /** What to do. */
  fix: z.string(),
  /** The same for programs. STEP: a step of the catalogue can do it, named in `step` with its parameters. */
  fixAction: z.object({
    kind: z.enum([
      'STEP',
      'EDIT_SOURCE',
      'CHOOSE_TARGET',
      'CHOOSE_TASK',
      'CHOOSE_METRIC',
      'ADD_ROWS',
      'CHECK',
      'NONE',
    ]),
    step: z.string().nullable(),
    columns: z.array(z.string()),
    parameters: z.record(z.string(), z.unknown()),
  }),
});
export type QualityIssue = z.infer<typeof qualityIssueSchema>;

export const recommendationSchema = z.object({
  /** The order in which the steps are applied: what cannot do harm first. No two are equal. */
  priority: z.int().positive(),
  action: z.object({
    /** Key of a step of the catalogue. */
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
  structure: structureSchema,
  /** Null when no target was named. */
  target: targetReportSchema.nullable(),
  issues: z.array(qualityIssueSchema),
  recommendations: z.array(recommendationSchema),
  /** What a code generator is told: figures and names only, cell values only where the column has few distinct ones. */
  preprocessingPrompt: z.string(),
});
export type AnalysisReport = z.infer<typeof analysisReportSchema>;
