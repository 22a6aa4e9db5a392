import type { AnalysisReport, ColumnProfile, QualityIssue } from '#contract/report.ts';
import { share, tidy } from './columns.ts';

type Overview = AnalysisReport['overview'];

const spoilingCodes = new Set([
  'DISGUISED_MISSING',
  'BLANK_TEXT',
  'PADDED_TEXT',
  'CASE_VARIANTS',
  'BROKEN_ENCODING',
  'INFINITE_VALUES',
  'MIXED_TYPES',
]);
const uselessCodes = new Set([
  'CONSTANT',
  'NEAR_CONSTANT',
  'ALL_MISSING',
  'IDENTIFIER',
  'DUPLICATE_COLUMN',
  'MOSTLY_MISSING',
]);

/** Sizes, gaps and the score: what share of the cells, rows and columns is as one would wish it. */
export function summarise(
  profiles: ColumnProfile[],
  size: Pick<Overview, 'rowCount' | 'memoryBytes' | 'duplicateRows'>,
  issues: QualityIssue[],
): Overview {
  const columnCount = profiles.length;
  const missingCells = profiles.reduce((sum, { missingCount }) => sum + missingCount, 0);
  const cells = size.rowCount * columnCount;
  const missingFraction = share(missingCells, cells);
  const withCode = (codes: Set<string>) =>
    new Set(issues.filter(({ code }) => codes.has(code)).map(({ column }) => column)).size;
  const spoilt = withCode(spoilingCodes);
  const useless = withCode(uselessCodes);
  const outliers = profiles.reduce((sum, { numeric }) => sum + (numeric?.outlierCountByRange ?? 0), 0);
  const numbers = profiles.reduce((sum, { numeric, valueCount }) => sum + (numeric ? valueCount : 0), 0);
  const part = (name: string, bad: number, weight: number, reason: string) => ({
    name,
    score: tidy(100 * (1 - bad), 4) ?? 0,
    weight,
    reason,
  });
  const qualityParts = [
    part('completeness', missingFraction, 0.35, `${missingCells} of ${cells} cells are missing`),
    part(
      'uniqueness',
      share(size.duplicateRows, size.rowCount),
      0.2,
      `${size.duplicateRows} of ${size.rowCount} rows are repeated`,
    ),
    part(
      'consistency',
      share(spoilt, columnCount),
      0.2,
      `${spoilt} of ${columnCount} columns hold values that need cleaning`,
    ),
    part(
      'usefulness',
      share(useless, columnCount),
      0.15,
      `${useless} of ${columnCount} columns cannot help a model`,
    ),
    part(
      'regularity',
      share(outliers, numbers),
      0.1,
      `${outliers} of ${numbers} numbers lie far outside the quartiles`,
    ),
  ];
  const qualityScore = qualityParts.reduce((sum, { score, weight }) => sum + score * weight, 0);
  return {
    ...size,
    columnCount,
    missingCells,
    missingFraction,
    qualityScore: Math.round(qualityScore * 10) / 10,
    qualityParts,
  };
}
