import type { AnalysisReport, ColumnProfile } from '#contract/report.ts';
import { type Engine, openEngine } from '#tables/engine.ts';
import { TableError } from '#tables/errors.ts';
import { type Holdout, holdoutOf } from '#tables/holdout.ts';
import type { ProfileSpec, TableTaskContext } from '#tables/tasks.ts';
import { findColumnIssues } from './column-issues.ts';
import { openTable, type ProfiledColumn } from './columns.ts';
import { chooseColumns, correlate } from './correlations.ts';
import { type MeasuredColumn, measureColumns } from './measure-columns.ts';
import { judgeMechanism } from './mechanism.ts';
import { profileMissingness } from './missingness.ts';
import { summarise } from './overview.ts';
import { writePrompt } from './prompt.ts';
import { recommend } from './recommendations.ts';
import { developmentPart, readSample, type Sample, samplingStep } from './sample.ts';
import { findStructure } from './structure.ts';
import { findTableIssues } from './table-issues.ts';
import { profileTarget } from './target.ts';
import { findTargetIssues } from './target-issues.ts';
import { decideTaskType } from './task-type.ts';
import { countRows, findCopies, measureMemory, measureRepetition } from './whole-table.ts';

/** Measures every column of a Parquet copy, and each against the target. */
export async function profile(spec: ProfileSpec, context: TableTaskContext): Promise<AnalysisReport> {
  const { onProgress } = context;
  const { columns } = spec;
  if (spec.target !== null && !columns.some(({ physicalName }) => physicalName === spec.target)) {
    throw new TableError(
      'UNKNOWN_COLUMN',
      `There is no column ${spec.target} in this table. Choose one of its columns as target.`,
    );
  }
  const engine = await openEngine(context);
  try {
    onProgress({ fraction: 0.02, stage: 'load', message: 'Opening the table' });
    await openTable(engine, spec.parquet);
    const rowCount = await countRows(engine);
    let drawn: Promise<Sample> | undefined;
    const drawSample = () => {
      drawn ??= readSample(engine, columns, samplingStep(rowCount, columns.length));
      return drawn;
    };
    const measured = await measureAll(engine, spec, context, drawSample, rowCount);
    const sample = await drawSample();
    const holdout = holdoutFor(spec, rowCount);
    const development = holdout ? await developmentPart(engine, sample, holdout) : sample;
    onProgress({ fraction: 0.72, stage: 'rows', message: 'Looking for repeated rows and copied columns' });
    const memoryBytes = measureMemory(columns, measured, rowCount);
    const repetition = await measureRepetition(engine, columns, spec.target);
    const copies = await findCopies(
      engine,
      columns,
      measured.map(({ profile: each }) => each),
      sample,
    );
    const size = { rowCount, memoryBytes, duplicateRows: repetition.duplicateRows };
    const profiles = measured.map(({ profile: each }) => ({
      ...each,
      copiesOf: copiesOf(copies, each.column),
    }));
    onProgress({ fraction: 0.85, stage: 'missing', message: 'Looking at gaps' });
    const missingness = await profileMissingness(engine, profiles, rowCount);
    onProgress({ fraction: 0.88, stage: 'relations', message: 'Comparing columns' });
    const correlations = correlate(development, chooseColumns(profiles, spec.target), columns.length);
    const mechanism = judgeMechanism(development, missingness.completeRows < rowCount);
    const structure = await findStructure(engine, profiles, sample, spec.target);
    onProgress({ fraction: 0.93, stage: 'target', message: 'Looking at the target' });
    const developmentRows = holdout?.developmentCount() ?? rowCount;
    const target = await judgeTarget(engine, spec, measured, profiles, {
      ...{ conflictingRows: repetition.conflictingRows ?? 0, sample: development, developmentRows },
    });
    onProgress({ fraction: 0.97, stage: 'advice', message: 'Writing down what was found' });
    const issues = [
      ...(target?.issues ?? []),
      ...findTableIssues(profiles, size, copies, { correlations, structure }, spec.target),
      ...findColumnIssues(profiles.filter(({ column }) => column !== spec.target)),
    ];
    const warned = profiles.map((each) => ({
      ...each,
      warnings: issues.filter(({ column }) => column === each.column).map(({ code }) => code),
    }));
    const parts = {
      overview: summarise(warned, size, issues),
      columns: warned,
      missingness: { ...missingness, ...mechanism },
      correlations,
      structure,
      target: target?.report ?? null,
      issues,
      recommendations: recommend(warned, issues, { missingness, target: target?.report ?? null }),
    };
    return { ...parts, preprocessingPrompt: writePrompt(parts) };
  } finally {
    engine.close();
  }
}

/** What tells of the target comes from the other rows alone. */
function holdoutFor({ columns, target, datasetSha256 }: ProfileSpec, rowCount: number): Holdout | null {
  const name = columns.find(({ physicalName }) => physicalName === target)?.name;
  return name === undefined ? null : holdoutOf({ datasetSha256, target: name, rowCount });
}

/** Tells of each column as soon as it is measured. */
async function measureAll(
  engine: Engine,
  { columns, target }: ProfileSpec,
  { onProgress, onColumns }: TableTaskContext,
  drawSample: () => Promise<Sample>,
  rowCount: number,
): Promise<MeasuredColumn[]> {
  let done = 0;
  const isTarget = ({ physicalName }: ProfiledColumn) => physicalName === target;
  return measureColumns(engine, columns, drawSample, rowCount, isTarget, (measured) => {
    done += 1;
    onColumns?.([withOwnWarnings(measured)]);
    onProgress({
      fraction: 0.1 + (0.6 * done) / columns.length,
      stage: 'columns',
      message: `Measured ${done} of ${columns.length} columns`,
    });
  });
}

const withOwnWarnings = (profile: ColumnProfile): ColumnProfile => ({
  ...profile,
  warnings: findColumnIssues([profile]).map(({ code }) => code),
});

function copiesOf(copies: string[][], column: string): string[] {
  return copies.find((group) => group.includes(column))?.filter((other) => other !== column) ?? [];
}

async function judgeTarget(
  engine: Engine,
  spec: ProfileSpec,
  measured: MeasuredColumn[],
  profiles: ColumnProfile[],
  rows: { conflictingRows: number; developmentRows: number; sample: Sample },
) {
  const place = profiles.findIndex(({ column }) => column === spec.target);
  const own = profiles[place];
  const found = measured[place];
  if (!own || !found) return null;
  const { smallestCount, counted } = found;
  const decision = decideTaskType(own, smallestCount, spec.taskType);
  const { conflictingRows, developmentRows, sample } = rows;
  const facts = { profile: own, decision, smallestCount, counted, conflictingRows, developmentRows };
  const report = await profileTarget(engine, facts, profiles, sample);
  return { report, issues: findTargetIssues(own, report, smallestCount) };
}
