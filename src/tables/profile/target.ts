import type { AnalysisReport, ColumnProfile } from '#contract/report.ts';
import type { Engine } from '#tables/engine.ts';
import { strengthOf } from './associations.ts';
import { entropyOf, mutualInformation } from './coefficients.ts';
import { share, tidy } from './columns.ts';
import { canPair } from './correlations.ts';
import type { CountedNumbers } from './counted.ts';
import { judgeLeakage } from './leakage.ts';
import { codesOf, encode, isSampled, type Sample, type SampleColumn, withMissingCode } from './sample.ts';
import type { TaskDecision } from './task-type.ts';
import { hintTransform } from './transform-hint.ts';

type TargetReport = NonNullable<AnalysisReport['target']>;
type Association = TargetReport['associations'][number];

const listedClasses = 100;
export const rareClassRows = 5;

export interface TargetFacts {
  profile: ColumnProfile;
  decision: TaskDecision;
  /** Rows of the rarest value. */
  smallestCount: number;
  conflictingRows: number;
  /** Counted values of a numeric target. */
  counted: CountedNumbers | null;
  /** Rows of the table that are not held out. */
  developmentRows: number;
}

export async function profileTarget(
  engine: Engine,
  { profile: target, decision, smallestCount, conflictingRows, counted, developmentRows }: TargetFacts,
  profiles: ColumnProfile[],
  sample: Sample,
): Promise<TargetReport> {
  const isClassification = decision.taskType !== null && decision.taskType !== 'REGRESSION';
  const isRegression = decision.taskType === 'REGRESSION' && target.numeric !== null;
  return {
    column: target.column,
    name: target.name,
    ...decision,
    usableRows: target.valueCount,
    missingRows: target.missingCount,
    classCount: isClassification ? target.distinctCount : null,
    balance: isClassification ? await readBalance(engine, target) : [],
    imbalanceRatio: isClassification && smallestCount > 0 ? tidy(target.modeCount / smallestCount) : null,
    entropyBits: isClassification ? target.entropyBits : null,
    rareClassCount: isClassification ? await countRare(engine, target, smallestCount) : null,
    distribution: isClassification ? null : target.numeric,
    transformHint: isRegression && counted ? hintTransform(counted) : null,
    conflictingRows,
    developmentRows,
    sampleRows: sample.rows,
    isSampled: isSampled(sample),
    associations: target.distinctCount < 2 ? [] : associate(target, profiles, sample, isClassification),
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

async function countRare(engine: Engine, { column }: ColumnProfile, smallestCount: number): Promise<number> {
  if (smallestCount >= rareClassRows) return 0;
  const [count] = await engine.row(
    `SELECT count(*) FROM (SELECT ${column} FROM t WHERE ${column} IS NOT NULL GROUP BY ${column} HAVING count(*) < ${rareClassRows})`,
  );
  return Number(count);
}

function associate(
  target: ColumnProfile,
  profiles: ColumnProfile[],
  sample: Sample,
  isClassification: boolean,
): Association[] {
  const own = sample.columns.get(target.column);
  if (!own) return [];
  const answer = isClassification ? asClasses(own) : own;
  const entropyBits = entropyOf(codesOf(answer));
  const associations = profiles
    .filter(({ column }) => column !== target.column)
    .map((profile) => {
      const feature = sample.columns.get(profile.column);
      return profile.isConstant || !feature
        ? nothing(profile.column)
        : measure(answer, entropyBits, feature, profile, target.name);
    });
  const strength = ({ association, mutualInformationBits }: Association) =>
    association ?? mutualInformationBits ?? 0;
  return associations.sort((first, second) => strength(second) - strength(first));
}

function nothing(column: string): Association {
  return {
    column,
    method: 'MUTUAL_INFORMATION',
    association: null,
    intervalLow: null,
    intervalHigh: null,
    mutualInformationBits: null,
    leakage: 'NONE',
    leakageReason: null,
    leakageSigns: [],
  };
}

/** Class labels that happen to be numbers have no order. */
function asClasses(target: SampleColumn): SampleColumn {
  if (target.kind === 'texts') return target;
  const texts = Array.from(target.values, (value) => (Number.isNaN(value) ? null : String(value)));
  const { column, missingCount } = target;
  return { column, kind: 'texts', texts, ...encode(texts), missingCount };
}

function measure(
  target: SampleColumn,
  entropyBits: number,
  feature: SampleColumn,
  profile: ColumnProfile,
  targetName: string,
): Association {
  const isComparable = feature.kind === 'numbers' || canPair(profile);
  if (!isComparable) return nothing(profile.column);
  const strength = strengthOf(target, feature);
  const information = mutualInformation(codesOf(target), withMissingCode(codesOf(feature)));
  const bits = information?.value ?? 0;
  return {
    column: profile.column,
    method: strength.method,
    association: tidy(strength.value),
    intervalLow: tidy(strength.low),
    intervalHigh: tidy(strength.high),
    mutualInformationBits: tidy(information?.value),
    ...judgeLeakage(
      profile,
      targetName,
      strength,
      entropyBits === 0 ? 0 : bits / entropyBits,
      information?.rows ?? 0,
    ),
  };
}
