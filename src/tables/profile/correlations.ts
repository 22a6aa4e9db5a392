import type { AnalysisReport, ColumnProfile } from '#contract/report.ts';
import {
  type Coefficient,
  correlationRatio,
  cramersV,
  mutualInformation,
  pearson,
  spearman,
} from './coefficients.ts';
import { tidy } from './columns.ts';
import { codesOf, type SampleColumn, sampleLength } from './sample.ts';

type Correlations = AnalysisReport['correlations'];
type Method = Correlations['pairs'][number]['method'];

/** 40 columns make 780 pairs. */
export const correlatedColumns = 40;

/** Columns worth pairing: those that vary and repeat; the target first, then the fullest, then by place. */
export function chooseColumns(profiles: ColumnProfile[], target: string | null): string[] {
  return profiles
    .filter(
      ({ isConstant, type, column }) =>
        !isConstant && (column === target || (type !== 'id' && type !== 'text')),
    )
    .sort(
      (first, second) =>
        Number(second.column === target) - Number(first.column === target) ||
        first.missingFraction - second.missingFraction ||
        first.position - second.position,
    )
    .slice(0, correlatedColumns)
    .sort((first, second) => first.position - second.position)
    .map(({ column }) => column);
}

export function correlate(sample: SampleColumn[], allColumns: number): Correlations {
  const pairs: Correlations['pairs'] = [];
  for (const [index, first] of sample.entries()) {
    for (const second of sample.slice(index + 1)) {
      for (const [method, coefficient] of pairCoefficients(first, second)) {
        const value = tidy(coefficient?.value, 6);
        if (!coefficient || value === null) continue;
        pairs.push({
          first: first.column.physicalName,
          second: second.column.physicalName,
          method,
          value,
          rows: coefficient.rows,
        });
      }
    }
  }
  return {
    sampleRows: sampleLength(sample),
    columns: sample.map(({ column }) => column.physicalName),
    omittedColumns: allColumns - sample.length,
    pairs,
  };
}

function pairCoefficients(first: SampleColumn, second: SampleColumn): [Method, Coefficient | null][] {
  const information: [Method, Coefficient | null] = [
    'MUTUAL_INFORMATION',
    mutualInformation(codesOf(first), codesOf(second)),
  ];
  if (first.kind === 'numbers' && second.kind === 'numbers') {
    return [
      ['PEARSON', pearson(first.sorted.values, second.sorted.values)],
      ['SPEARMAN', spearman(first.sorted, second.sorted)],
      information,
    ];
  }
  if (first.kind === 'codes' && second.kind === 'codes') {
    return [['CRAMERS_V', cramersV(first.codes, second.codes)], information];
  }
  return [['CORRELATION_RATIO', ratioOf(first, second)], information];
}

/** Eta of the one that is a category with the one that is a number. */
export function ratioOf(first: SampleColumn, second: SampleColumn): Coefficient | null {
  if (first.kind === 'codes' && second.kind === 'numbers')
    return correlationRatio(first.codes, second.sorted.values);
  if (first.kind === 'numbers' && second.kind === 'codes')
    return correlationRatio(second.codes, first.sorted.values);
  return null;
}
