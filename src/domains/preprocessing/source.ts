import { eq } from 'drizzle-orm';
import { defaultMetric } from '#catalog.ts';
import type { PlannedStep } from '#contract/preprocessing.ts';
import type { DatasetColumn } from '#contract/table.ts';
import type { Db } from '#db.ts';
import { analysis } from '#domains/analysis/table.ts';
import { type DatasetRow, dataset } from '#domains/dataset/table.ts';
import { JobError } from '#errors.ts';
import type { PlanRequest } from '#ports/generator.ts';
import type { Storage } from '#ports/storage.ts';
import type { CodeSubject } from './code.ts';
import { type Bench, openBench } from './gates/bench.ts';
import type { GatePorts } from './gates/subject.ts';
import type { PreprocessingRow } from './table.ts';

/** What a plan is made from and measured on. */
export type PlanSource = {
  row: PreprocessingRow;
  table: DatasetRow;
  columns: DatasetColumn[];
  request: PlanRequest;
  subject: CodeSubject;
};

/** @throws JobError ANALYSIS_NOT_FINISHED, TASK_TYPE_UNKNOWN. */
export async function planSource(db: Db, row: PreprocessingRow): Promise<PlanSource> {
  const [source] = await db
    .select({ report: analysis.report, taskType: analysis.taskType, table: dataset })
    .from(analysis)
    .innerJoin(dataset, eq(dataset.id, analysis.datasetId))
    .where(eq(analysis.id, row.analysisId));
  const columns = source?.table.columns;
  if (!source?.report || !columns?.some(({ name }) => name === row.target))
    throw new JobError('ANALYSIS_NOT_FINISHED', 'There is no analysis to plan from.');
  const { report, table } = source;
  const taskType = report.target?.taskType ?? source.taskType;
  if (!taskType) throw new JobError('TASK_TYPE_UNKNOWN', 'The analysis found no task type for this target.');
  const { ownerId, target, strategy, instructions } = row;
  const request: PlanRequest = {
    ...{ ownerId, preprocessingId: row.id, report, columns, target, taskType },
    ...{ metric: defaultMetric(taskType), strategy, instructions, rules: [] },
  };
  const { name, dialect } = table;
  const subject = { owner: ownerId, dataset: { name, columns, dialect }, target, taskType, strategy };
  return { row, table, columns, request, subject };
}

export type BenchPorts = GatePorts & { storage: Storage };
export type SourceBench = { bench: Bench; close(): Promise<void> };

/** The rows that plans for a source are held against, beside what the rules plan. */
export async function openSourceBench(
  ports: BenchPorts,
  { row, table, columns, request }: PlanSource,
  rules: PlannedStep[],
  signal: AbortSignal,
): Promise<SourceBench> {
  const { parquetKey, rowCount, sha256 } = table;
  if (!parquetKey || rowCount === null || !sha256)
    throw new JobError('DATASET_NOT_READY', 'The dataset has no table.');
  const file = await ports.storage.open(parquetKey);
  try {
    const { ownerId, taskType, metric, target } = request;
    const subject = {
      ...{ ownerId, preprocessingId: row.id, parquet: file.path, columns, rowCount, rules },
      ...{ datasetSha256: sha256, target, taskType, metric },
    };
    const bench = await openBench(ports, subject, signal);
    return { bench, close: () => bench.close().finally(file.release) };
  } catch (error) {
    await file.release();
    throw error;
  }
}
