import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { AnalysisReport, DatasetColumn } from '#contract/report.ts';
import { ingest } from '#tables/ingest/ingest.ts';
import { type PreviewValue, readPreview } from '#tables/preview.ts';
import { profile } from '#tables/profile/profile.ts';
import type { IngestResult, IngestSpec, ProfileSpec, TableTaskContext } from '#tables/tasks.ts';

/** What decides, with the name of the target, which rows of any table are held out here. */
export const datasetSha256 = '7'.repeat(64);

/** Reads and measures tables in this process: the same functions that the child runs, without its start. */

export async function withDirectory<Result>(work: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'aliquot-tables-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function contextIn(temporaryDirectory: string): TableTaskContext {
  return {
    onProgress: () => {},
    signal: new AbortController().signal,
    memoryBytes: 1024 ** 3,
    temporaryDirectory,
  };
}

export interface ReadTable extends IngestResult {
  rows: PreviewValue[][];
}

export function readTable(
  content: string | Uint8Array,
  overrides?: IngestSpec['overrides'],
  first = 20,
): Promise<ReadTable> {
  return withDirectory(async (directory) => {
    const source = path.join(directory, 'source');
    const parquet = path.join(directory, 'table.parquet');
    await writeFile(source, content);
    const spec: IngestSpec = { source, fileName: 'source.csv', parquet, ...(overrides ? { overrides } : {}) };
    const result = await ingest(spec, contextIn(directory));
    return { ...result, rows: await readPreview(parquet, result.columns, first, directory) };
  });
}

/** What a reader of a test wants to see at a glance. */
export function brief({ columns, rows, dialect, warnings }: ReadTable) {
  return {
    columns: columns.map(({ name, type }) => `${name}: ${type}`),
    rows,
    repairs: (dialect?.repairs ?? []).map(({ code, count }) => `${code} ${count}`),
    warnings: warnings.map(({ code, column, count }) =>
      [code, column, count].filter((each) => each !== undefined).join(' '),
    ),
  };
}

export async function errorCode(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'no error';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

export function profileTable(
  content: string,
  target: string | null = null,
  taskType?: ProfileSpec['taskType'],
): Promise<AnalysisReport> {
  return withDirectory(async (directory) => (await profileFile(directory, content, target, taskType)).report);
}

/** Leaves the Parquet copy in the directory. */
export async function profileFile(
  directory: string,
  content: string | Uint8Array,
  target: string | null = null,
  taskType?: ProfileSpec['taskType'],
  fileName = 'source.csv',
): Promise<{ report: AnalysisReport; parquet: string; columns: DatasetColumn[] }> {
  const source = path.join(directory, 'source');
  const parquet = path.join(directory, 'table.parquet');
  await writeFile(source, content);
  const { columns } = await ingest({ source, fileName, parquet }, contextIn(directory));
  const physical = columns.find(({ name }) => name === target)?.physicalName ?? null;
  const spec = { parquet, datasetSha256, columns, target: physical, ...(taskType ? { taskType } : {}) };
  return { report: await profile(spec, contextIn(directory)), parquet, columns };
}

/** Measures a Parquet file as it is, whatever made it. */
export function profileParquet(
  directory: string,
  parquet: string,
  columns: ProfileSpec['columns'],
  target: string | null,
): Promise<AnalysisReport> {
  return profile({ parquet, datasetSha256, columns, target }, contextIn(directory));
}
