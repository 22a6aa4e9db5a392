import type { AnalysisReport, ColumnProfile } from '#contract/report.ts';
import type { Engine } from '#tables/engine.ts';
import { inBatches } from '#tables/engine.ts';
import { cramersV, entropyOf, mutualInformation, spearman } from './coefficients.ts';
import { type ProfiledColumn, share, tidy } from './columns.ts';
import { ratioOf } from './correlations.ts';
import { codesOf, encode, readSample, type SampleColumn, withMissingCode } from './sample.ts';
import type { TaskDecision } from './task-type.ts';

type TargetReport = NonNullable<AnalysisReport['target']>;
type Association = TargetReport['associations'][number];

const listedClasses = 100;
const sampleBatchColumns = 100;
/** Strength from which a feature is suspected of knowing the answer, and from which it is all but certain. */
const suspectedRank = 0.98;
const likelyRank = 0.999;
const suspectedInformation = 0.85;
const likelyInformation = 0.97;
const fewestRowsForSuspicion = 30;

export async function profileTarget(
  engine: Engine,
  target: ColumnProfile,
  columns: ProfiledColumn[],
  profiles: ColumnProfile[],
  decision: TaskDecision,
  smallestCount: number,
  step: number,
): Promise<TargetReport> {
  const isClassification = decision.taskType !== null && decision.taskType !== 'REGRESSION';
  const balance = isClassification ? await readBalance(engine, target) : [];
  return {
    column: target.column,
    name: target.name,
    ...decision,
    usableRows: target.valueCount,
    missingRows: target.missingCount,
    classCount: isClassification ? target.distinctCount : null,
    balance,
    imbalanceRatio: isClassification && smallestCount > 0 ? tidy(target.modeCount / smallestCount) : null,
    distribution: isClassification ? null : target.numeric,
    associations:
      target.distinctCount < 2
        ? []
        : await associate(engine, target, columns, profiles, isClassification, step),
  };
}

async function readBalance(
  engine: Engine,
  { column, valueCount }: ColumnProfile,
): Promise<TargetReport['balance']> {
  const rows = await engine.rows(
    `SELECT CAST(${column} AS VARCHAR) AS v, count(*) AS n FROM t WHERE ${column} IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT ${listedClasses}`,
  );
  return rows.map(([value, count]) => ({
    value: String(value),
    count: Number(count),
    fraction: share(Number(count), valueCount),
  }));
}

async function associate(
  engine: Engine,
  target: ColumnProfile,
  columns: ProfiledColumn[],
  profiles: ColumnProfile[],
  isClassification: boolean,
  step: number,
): Promise<Association[]> {
  const own = columns.find(({ physicalName }) => physicalName === target.column);
  if (!own) return [];
  const constant = new Set(profiles.filter(({ isConstant }) => isConstant).map(({ column }) => column));
  const associations: Association[] = [];
  for (const batch of inBatches(
    columns.filter((column) => column !== own),
    sampleBatchColumns,
  )) {
    const sample = await readSample(engine, [own, ...batch], step);
    const [first, ...features] = sample;
    if (!first) continue;
    const answer = isClassification ? asClasses(first) : first;
    for (const feature of features) {
      const { physicalName } = feature.column;
      const profile = profiles.find(({ column }) => column === physicalName);
      if (constant.has(physicalName) || !profile) associations.push(nothing(physicalName));
      else associations.push(measure(answer, feature, profile));
    }
  }
  const strength = ({ association, mutualInformationBits }: Association) =>
    association ?? mutualInformationBits ?? 0;
  return associations.sort((first, second) => strength(second) - strength(first));
}

function nothing(column: string): Association {
  return {
    column,
    method: 'MUTUAL_INFORMATION',
    association: null,
    mutualInformationBits: null,
    leakage: 'NONE',
    leakageReason: null,
  };
}

/** Class labels that happen to be numbers have no order. */
function asClasses(target: SampleColumn): SampleColumn {
  if (target.kind === 'codes') return target;
  const codes = encode(target.sorted.values.map((value) => (value === null ? null : String(value))));
  return { column: target.column, kind: 'codes', codes };
}

function measure(target: SampleColumn, feature: SampleColumn, profile: ColumnProfile): Association {
  const answers = codesOf(target);
  // Keys and free text have a code a row: they would seem to explain everything.
  const repeats = profile.type !== 'id' && profile.type !== 'text' && (profile.cardinalityRatio ?? 1) < 0.5;
  const isComparable = feature.kind === 'numbers' || repeats;
  const coefficient = !isComparable
    ? null
    : target.kind === 'numbers' && feature.kind === 'numbers'
      ? { method: 'SPEARMAN' as const, result: spearman(target.sorted, feature.sorted) }
      : target.kind === 'codes' && feature.kind === 'codes'
        ? { method: 'CRAMERS_V' as const, result: cramersV(target.codes, feature.codes) }
        : { method: 'CORRELATION_RATIO' as const, result: ratioOf(target, feature) };
  const association = coefficient?.result ? Math.abs(coefficient.result.value) : null;
  const information = isComparable ? mutualInformation(answers, withMissingCode(codesOf(feature))) : null;
  return {
    column: feature.column.physicalName,
    method: coefficient?.method ?? 'MUTUAL_INFORMATION',
    association: tidy(association, 6),
    mutualInformationBits: tidy(information?.value, 6),
    ...suspect(
      coefficient?.method,
      association,
      information?.value ?? 0,
      entropyOf(answers),
      information?.rows ?? 0,
    ),
  };
}

function suspect(
  method: string | undefined,
  association: number | null,
  bits: number,
  entropyBits: number,
  rows: number,
): Pick<Association, 'leakage' | 'leakageReason'> {
  if (rows < fewestRowsForSuspicion || entropyBits === 0) return { leakage: 'NONE', leakageReason: null };
  const explained = bits / entropyBits;
  const isRank = method === 'SPEARMAN' && association !== null;
  const figure = isRank
    ? `rank correlation with the target is ${association.toFixed(4)}`
    : `it explains ${(explained * 100).toFixed(1)} % of the target's entropy`;
  const isLikely = isRank ? association >= likelyRank : explained >= likelyInformation;
  const isSuspected = isRank ? association >= suspectedRank : explained >= suspectedInformation;
  if (!isSuspected) return { leakage: 'NONE', leakageReason: null };
  return {
    leakage: isLikely ? 'LIKELY' : 'SUSPECTED',
    leakageReason: `On ${rows} rows ${figure}: is it known before the target is?`,
  };
}
