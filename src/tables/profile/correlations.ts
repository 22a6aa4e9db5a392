import type { AnalysisReport, ColumnProfile } from '#contract/report.ts';
import {
  type Coefficient,
  correlationRatio,
  cramersV,
  entropyOf,
  mutualInformation,
  pearson,
  spearman,
} from './coefficients.ts';
import { tidy } from './columns.ts';
import { codesOf, isSampled, type Sample, type SampleColumn, samplingRule } from './sample.ts';

type Correlations = AnalysisReport['correlations'];
type Pair = Correlations['pairs'][number];
type NearDuplicate = Correlations['nearDuplicates'][number];

/** 40 columns make 780 pairs. */
export const correlatedColumns = 40;
const mostNearDuplicates = 50;
const sameStrength = 0.999;
const fewestRowsForSameness = 30;

/** Columns worth pairing: those that vary and repeat; the target first, then the fullest, then by place. */
export function chooseColumns(profiles: ColumnProfile[], target: string | null): string[] {
  return profiles
    .filter((profile) => !profile.isConstant && (profile.column === target || canPair(profile)))
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

/** Keys and free text have a value a row: they would seem to explain everything. */
export function canPair({ type, numeric, cardinalityRatio }: ColumnProfile): boolean {
  if (type === 'id' || type === 'text') return false;
  return numeric !== null || (cardinalityRatio ?? 1) < 0.5;
}

export function correlate(sample: Sample, chosen: string[], allColumns: number): Correlations {
  const columns = chosen.flatMap((name) => sample.columns.get(name) ?? []);
  const pairs: Pair[] = [];
  const nearDuplicates: NearDuplicate[] = [];
  for (const [index, first] of columns.entries()) {
    for (const second of columns.slice(index + 1)) {
      const own = pairCoefficients(first, second);
      pairs.push(...own);
      const same = sameness(first, second, own);
      if (same) nearDuplicates.push(same);
    }
  }
  return {
    sampleRows: sample.rows,
    isSampled: isSampled(sample),
    samplingRule: samplingRule(sample),
    columns: columns.map(({ column }) => column.physicalName),
    omittedColumns: allColumns - columns.length,
    pairs: pairs.sort((first, second) => Math.abs(second.value) - Math.abs(first.value)),
    nearDuplicates: nearDuplicates.slice(0, mostNearDuplicates),
  };
}

function pairCoefficients(first: SampleColumn, second: SampleColumn): Pair[] {
  const found: [Pair['method'], Coefficient | null][] = [];
  if (first.kind === 'numbers' && second.kind === 'numbers') {
    found.push(['PEARSON', pearson(first.values, second.values)], ['SPEARMAN', spearman(first, second)]);
  } else if (first.kind === 'texts' && second.kind === 'texts') {
    found.push(['CRAMERS_V', cramersV(first.codes, second.codes)]);
  } else {
    found.push(['CORRELATION_RATIO', ratioOf(first, second)]);
  }
  found.push(['MUTUAL_INFORMATION', mutualInformation(codesOf(first), codesOf(second))]);
  return found.flatMap(([method, coefficient]) => {
    const value = tidy(coefficient?.value);
    if (!coefficient || value === null) return [];
    return {
      first: first.column.physicalName,
      second: second.column.physicalName,
      method,
      value,
      rows: coefficient.rows,
    };
  });
}

/** Eta of the one that is a category with the one that is a number. */
export function ratioOf(first: SampleColumn, second: SampleColumn): Coefficient | null {
  if (first.kind === 'texts' && second.kind === 'numbers')
    return correlationRatio(first.codes, second.values);
  if (first.kind === 'numbers' && second.kind === 'texts')
    return correlationRatio(second.codes, first.values);
  return null;
}

/** Two columns that say the same: the same number on another scale, the same order, the same categories renamed. */
function sameness(first: SampleColumn, second: SampleColumn, pairs: Pair[]): NearDuplicate | null {
  const [main] = pairs;
  if (!main || main.rows < fewestRowsForSameness) return null;
  const told = (kind: NearDuplicate['kind'], strength: number): NearDuplicate => ({
    ...{ first: main.first, second: main.second, kind, strength: tidy(strength) ?? 0, rows: main.rows },
  });
  if (main.method === 'PEARSON' && Math.abs(main.value) >= sameStrength)
    return told('LINEAR', Math.abs(main.value));
  const rank = pairs.find(({ method }) => method === 'SPEARMAN');
  if (rank && Math.abs(rank.value) >= sameStrength) return told('MONOTONE', Math.abs(rank.value));
  if (first.kind === 'texts' && second.kind === 'texts') {
    const information = pairs.find(({ method }) => method === 'MUTUAL_INFORMATION')?.value ?? 0;
    const entropy = Math.max(entropyOf(first.codes), entropyOf(second.codes));
    if (entropy > 0 && information >= sameStrength * entropy - 1e-12)
      return told('RENAMED', Math.min(1, information / entropy));
  }
  return null;
}
