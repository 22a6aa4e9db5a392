/**
 * One fit_transform of the mixed table from its Parquet copy, beside the same steps in plain pandas and scikit-learn:
 * `preparation.ts [megabytes,…]`, such as 50,500. CPU seconds without imports; memory over the process with imports done.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rulesGenerator } from '#adapters/generator/rules.ts';
import type { RunStep } from '#contract/runner.ts';
import { runSteps } from '#domains/preprocessing/code.ts';
import { readEnv } from '#env.ts';
import type { PlanRequest } from '#ports/generator.ts';
import { pythonEnvironment } from '#python-environment.ts';
import { runColumns } from '#runner.ts';
import { runTableTask } from '#tables/run.ts';
import { mixedTableRows, writeMixedTable } from './fixture/mixed-table.ts';

const run = promisify(execFile);
const memoryBytes = 1_719 * 1024 ** 2;
const target = 'churn';
const fixture = join(import.meta.dirname, 'fixture');
const runner = join(import.meta.dirname, '..', 'runner');

const categories = ['zip', 'city', 'country', 'plan', 'segment', 'status', 'active', 'url', 'note_status'];
const gaps = ['age', 'mixed', 'ratio', 'devices'];
const highCardinality = ['zip', 'city', 'url'];
/** What both sides do. */
const steps: [key: string, columns: string[], parameters?: Record<string, number[]>][] = [
  ['drop_columns', ['record_id', 'session', 'email', 'constant', 'score_copy', 'churn_code']],
  ['repair_missing', [...categories, ...gaps], { numbers: [-999] }],
  ['missing_indicator', [...gaps, 'segment']],
  ['datetime_parts', ['event_ts', 'signup']],
  ['datetime_differences', ['event_ts', 'signup']],
  ['target_encoding', highCardinality],
  ['frequency_encoding', highCardinality],
  ['group_rare_categories', highCardinality],
  ['text_statistics', ['notes']],
  ['text_svd', ['notes']],
];

interface Figures {
  cpuSeconds: number;
  seconds: number;
  grownBytes: number;
  columns: number;
}

const { interpreter } = await pythonEnvironment(readEnv());
if (!interpreter) throw new Error('Run `node bin/setup.mjs` first.');
const python = interpreter;
const directory = await mkdtemp(join(tmpdir(), 'aliquot-bench-'));
try {
  for (const size of (process.argv[2] ?? '50').split(',').map(Number)) await measure(size);
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function measure(megabytes: number): Promise<void> {
  const rows = mixedTableRows[megabytes as keyof typeof mixedTableRows];
  if (rows === undefined) throw new Error(`Sizes are ${Object.keys(mixedTableRows).join(', ')}.`);
  const source = join(directory, 'mixed.csv');
  const parquet = join(directory, 'table.parquet');
  await writeMixedTable(source, rows);
  const bytes = (await stat(source)).size;
  const options = { temporaryDirectory: join(directory, 'work'), memoryBytes };
  const { columns } = await runTableTask('ingest', { source, fileName: 'mixed.csv', parquet }, options);
  const named = (name: string) => columns.find((column) => column.name === name)?.physicalName ?? name;
  const report = await runTableTask(
    'profile',
    { parquet, datasetSha256: '', columns, target: named(target) },
    options,
  );
  const spec = async (name: string, list: RunStep[]) => {
    const file = join(directory, `${name}.json`);
    await writeFile(
      file,
      JSON.stringify({ columns: runColumns(columns), target: named(target), steps: list }),
    );
    return file;
  };
  console.log(
    `${(bytes / 1e6).toFixed(0)} MB, ${rows} rows, ${columns.length} columns; load ${loadavg()[0]?.toFixed(1)}`,
  );
  const same = steps.map(([key, on, parameters = {}]) => ({ key, columns: on.map(named), parameters }));
  const file = await spec('same', same);
  const ours = await own(parquet, file);
  print(`${steps.length} steps`, ours, bytes);
  const theirs = await figures(['-W', 'ignore', join(fixture, 'preparation_plain.py'), parquet, file]);
  const ratio = (ours.cpuSeconds / theirs.cpuSeconds).toFixed(2);
  console.log(`  in pandas and scikit-learn   ${theirs.cpuSeconds.toFixed(2)} CPU s: ratio ${ratio}`);
  for (const strategy of ['BALANCED', 'THOROUGH'] as const) {
    const request: PlanRequest = {
      ...{ ownerId: '', preprocessingId: '', report, columns, target, strategy, instructions: null },
      ...{ taskType: 'BINARY_CLASSIFICATION', metric: 'roc_auc', rules: [] },
    };
    const { signal } = new AbortController();
    const plan = await rulesGenerator()
      .open(request, { text() {}, usage() {} }, signal)
      .draft([]);
    const list = runSteps(plan.steps, columns);
    print(`${strategy}, ${list.length} steps`, await own(parquet, await spec(strategy, list)), bytes);
  }
}

function own(parquet: string, spec: string): Promise<Figures> {
  return figures(['-I', join(fixture, 'preparation_own.py'), runner, parquet, spec]);
}

async function figures(command: string[]): Promise<Figures> {
  const { stdout } = await run(python, command, { env: { ...process.env, OPENBLAS_NUM_THREADS: '1' } });
  return JSON.parse(stdout);
}

function print(what: string, { cpuSeconds, seconds, grownBytes, columns }: Figures, bytes: number): void {
  console.log(
    `  ${what.padEnd(28)} ${cpuSeconds.toFixed(2)} CPU s, ${seconds.toFixed(1)} s, ${columns} columns, memory ${(grownBytes / 1e6).toFixed(0)} MB: ${(grownBytes / bytes).toFixed(1)} x the file`,
  );
}
