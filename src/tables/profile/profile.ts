import type { AnalysisReport, ColumnProfile } from '#contract/report.ts';
import { type Engine, inBatches, openEngine, quoteText } from '#tables/engine.ts';
import { TableError } from '#tables/errors.ts';
import type { ProfileSpec, TableTaskContext } from '#tables/tasks.ts';
import { findColumnIssues } from './column-issues.ts';
import { isNumeric, type NumericProfile, type ProfiledColumn, share } from './columns.ts';
import { chooseColumns, correlate } from './correlations.ts';
import { type Frequencies, profileFrequencies } from './frequencies.ts';
import { judgeMechanism } from './mechanism.ts';
import { profileMissingness } from './missingness.ts';
import { profileNumbers } from './numbers.ts';
import { measureOrder } from './order.ts';
import { summarise } from './overview.ts';
import { writePrompt } from './prompt.ts';
import { recommend } from './recommendations.ts';
import { readSample, samplingStep } from './sample.ts';
import { findTableIssues } from './table-issues.ts';
import { profileTarget } from './target.ts';
import { findTargetIssues } from './target-issues.ts';
import { decideTaskType } from './task-type.ts';
import { findCopies, measureTable } from './whole-table.ts';

const nearConstantShare = 0.99;

/** Measures every column of a Parquet copy, and each against the target. */
export async function profile(spec: ProfileSpec, context: TableTaskContext): Promise<AnalysisReport> {
  const { onProgress } = context;
  const target = spec.columns.find(({ physicalName }) => physicalName === spec.target);
  if (spec.target !== null && !target) {
    throw new TableError(
      'UNKNOWN_COLUMN',
      `There is no column ${spec.target} in this table. Choose one of its columns as target.`,
    );
  }
  const engine = await openEngine(context);
  try {
    onProgress({ fraction: 0.02, stage: 'load', message: 'Loading the table' });
    await loadTable(engine, spec);
    const { columns } = spec;
    const size = await measureTable(engine, columns);
    onProgress({ fraction: 0.15, stage: 'columns', message: 'Measuring numbers' });
    const numeric = columns.filter((column) => isNumeric(column) || column.physicalType === 'TIMESTAMP');
    const numbers = await profileNumbers(engine, numeric, size.rowCount);
    const { profiles, smallest } = await profileColumns(engine, columns, numbers, size.rowCount, (done) =>
      onProgress({
        fraction: 0.3 + 0.3 * done,
        stage: 'columns',
        message: `Measured ${Math.round(done * columns.length)} of ${columns.length} columns`,
      }),
    );
    onProgress({ fraction: 0.6, stage: 'missing', message: 'Looking at gaps' });
    const missingness = await profileMissingness(engine, profiles, size.rowCount);
    onProgress({ fraction: 0.68, stage: 'relations', message: 'Comparing columns' });
    const chosen = new Set(chooseColumns(profiles, spec.target));
    const paired = columns.filter(({ physicalName }) => chosen.has(physicalName));
    const sample = await readSample(engine, paired, samplingStep(size.rowCount, paired.length));
    const correlations = correlate(sample, columns.length);
    const mechanism = judgeMechanism(
      sample,
      profiles.some(({ missingCount }) => missingCount > 0),
    );

    onProgress({ fraction: 0.8, stage: 'target', message: 'Looking at the target' });
    const own = profiles.find(({ column }) => column === spec.target);
    const smallestClass = own ? (smallest.get(own.column) ?? 0) : 0;
    const targetReport = own
      ? await profileTarget(
          engine,
          own,
          columns,
          profiles,
          decideTaskType(own, smallestClass, spec.taskType),
          smallestClass,
          samplingStep(size.rowCount, columns.length),
        )
      : null;

    onProgress({ fraction: 0.95, stage: 'advice', message: 'Writing down what was found' });
    const copies = await findCopies(engine, profiles);
    const issues = [
      ...(own && targetReport ? findTargetIssues(own, targetReport, smallestClass) : []),
      ...findTableIssues(profiles, size, copies, correlations, spec.target),
      ...findColumnIssues(profiles.filter(({ column }) => column !== spec.target)),
    ];
    const warned = profiles.map((each) => ({
      ...each,
      warnings: issues.filter(({ column }) => column === each.column).map(({ code }) => code),
    }));
    const overview = summarise(warned, size, issues);
    const recommendations = recommend(warned, issues, targetReport);
    const parts = { overview, columns: warned, target: targetReport, issues, recommendations };
    return {
      ...parts,
      missingness: { ...missingness, ...mechanism },
      correlations,
      preprocessingPrompt: writePrompt(parts),
    };
  } finally {
    engine.close();
  }
}

async function loadTable(engine: Engine, { parquet, columns }: ProfileSpec): Promise<void> {
  const list = columns.map(({ physicalName }) => physicalName).join(', ');
  await engine.run(`CREATE TABLE t AS SELECT ${list} FROM read_parquet(${quoteText(parquet)})`);
}

async function profileColumns(
  engine: Engine,
  columns: ProfiledColumn[],
  numbers: Map<string, NumericProfile>,
  rowCount: number,
  onProgress: (fraction: number) => void,
): Promise<{ profiles: ColumnProfile[]; smallest: Map<string, number> }> {
  const profiles: ColumnProfile[] = [];
  const smallest = new Map<string, number>();
  for (const batch of inBatches(columns, 20)) {
    for (const column of batch) {
      const frequencies = await profileFrequencies(engine, column);
      const numeric = numbers.get(column.physicalName) ?? null;
      const monotonicity =
        numeric && frequencies.distinctCount > 1 ? await measureOrder(engine, column.physicalName) : null;
      smallest.set(column.physicalName, frequencies.smallestCount);
      profiles.push(assemble(column, frequencies, numeric, monotonicity, rowCount));
    }
    onProgress(profiles.length / columns.length);
  }
  return { profiles, smallest };
}

function assemble(
  column: ProfiledColumn,
  { smallestCount: _smallest, ...frequencies }: Frequencies,
  numeric: NumericProfile | null,
  monotonicity: ColumnProfile['monotonicity'],
  rowCount: number,
): ColumnProfile {
  const { valueCount, distinctCount, modeCount } = frequencies;
  const missingCount = rowCount - valueCount;
  const isConstant = distinctCount <= 1;
  return {
    column: column.physicalName,
    name: column.name,
    position: column.position,
    type: column.type,
    semanticType: column.semanticType,
    rowCount,
    missingCount,
    missingFraction: share(missingCount, rowCount),
    cardinalityRatio: valueCount === 0 ? null : share(distinctCount, valueCount),
    isUnique: rowCount > 0 && distinctCount === rowCount,
    isConstant,
    isNearConstant: !isConstant && modeCount >= valueCount * nearConstantShare,
    modeFraction: valueCount === 0 ? null : share(modeCount, valueCount),
    monotonicity,
    numeric: valueCount === 0 ? null : numeric,
    ...frequencies,
    warnings: [],
  };
}
