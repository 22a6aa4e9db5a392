/**
 * What the rules' BALANCED plan is worth beside MINIMAL, the typed frame alone: `preparation-effect.ts [DIRECTORY] [ROWS]`
 * with CSV files of the names below. Three algorithms, 10 folds twice, paired; the variance corrected for the rows that
 * folds share (Nadeau and Bengio, 2003); one-sided bounds that hold together with 90 % (Holm). Scores do not depend on
 * how long something took, so every run of the same versions prints the same.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { rulesGenerator } from '#adapters/generator/rules.ts';
import { defaultMetric, greaterIsBetter } from '#catalog.ts';
import type { PlannedStep } from '#contract/preprocessing.ts';
import { runSteps } from '#domains/preprocessing/code.ts';
import { readEnv } from '#env.ts';
import type { PlanRequest } from '#ports/generator.ts';
import { pythonEnvironment } from '#python-environment.ts';
import { runColumns } from '#runner.ts';
import { runTableTask } from '#tables/run.ts';

const targets = {
  ...{ telco_churn: 'churn', hypothyroid: 'class', penguins: 'species', diabetes: 'progression' },
  ...{ portal_surveys: 'species_id', abalone: 'rings', taxis: 'fare' },
};
const models = ['lightgbm', 'linear', 'extra_trees'];
/** Of the AUC, or of the loss. */
const margins = { auc: 0.005, share: 0.005 };
const [folds, repeats] = [10, 2];
const memoryBytes = 1024 ** 3;

type Comparison = {
  name: string;
  model: string;
  steps: number;
  without: number | null;
  difference: number;
} & {
  error: number;
  margin: number;
};

const [source = join(import.meta.dirname, '..', 'samples'), rows = '8000'] = process.argv.slice(2);
const { interpreter } = await pythonEnvironment(readEnv());
if (!interpreter) throw new Error('Run `node bin/setup.mjs` first.');
const python = interpreter;
const directory = await mkdtemp(join(tmpdir(), 'aliquot-bench-'));
try {
  const comparisons: Comparison[] = [];
  let quantiles: number[] = [];
  for (const [name, target] of Object.entries(targets)) {
    const file = join(source, `${name}.csv`);
    if (!existsSync(file)) continue;
    const found = await compare(name, file, target);
    comparisons.push(...found.comparisons);
    if (found.quantiles.length > 0) quantiles = found.quantiles;
  }
  printTable(comparisons, quantiles);
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function compare(name: string, file: string, target: string) {
  const temporaryDirectory = join(directory, name);
  await mkdir(temporaryDirectory);
  const options = { temporaryDirectory, memoryBytes };
  const parquet = join(directory, `${name}.parquet`);
  const ingested = { source: file, fileName: `${name}.csv`, parquet };
  const { columns } = await runTableTask('ingest', ingested, options);
  const physical = columns.find((column) => column.name === target)?.physicalName ?? target;
  const profiled = { parquet, datasetSha256: '', columns, target: physical };
  const report = await runTableTask('profile', profiled, options);
  const taskType = report.target?.taskType;
  if (!taskType) throw new Error(`${name} has no task.`);
  const metric = defaultMetric(taskType);
  const request: PlanRequest = {
    ...{ ownerId: '', preprocessingId: '', report, columns, target, taskType, metric },
    ...{ strategy: 'BALANCED', instructions: null, rules: [] },
  };
  const { steps } = await rulesGenerator()
    .open(request, { text() {}, usage() {} }, new AbortController().signal)
    .draft([]);
  describe(name, steps);
  if (steps.length === 0) return { comparisons: samePlan(name), quantiles: [] };
  const spec = join(directory, `${name}.json`);
  const plans = [[], runSteps(steps, columns)];
  const table = { data: parquet, columns: runColumns(columns), target: physical, rows: Number(rows) };
  await writeFile(spec, JSON.stringify({ ...table, taskType, metric, folds, repeats, plans }));
  const program = join(import.meta.dirname, 'fixture', 'plan_effect.py');
  const { stdout } = await promisify(execFile)(
    python,
    ['-I', program, join(import.meta.dirname, '..', 'runner'), spec],
    { env: { ...process.env, OPENBLAS_NUM_THREADS: '1' } },
  );
  const { scores, quantiles } = JSON.parse(stdout) as { scores: number[][][]; quantiles: number[] };
  const sign = greaterIsBetter(metric) ? 1 : -1;
  const comparisons = models.map((model, place): Comparison => {
    const without = mean(scores[0]?.[place] ?? []);
    const differences = (scores[1]?.[place] ?? []).map(
      (score, fold) => sign * (score - (scores[0]?.[place]?.[fold] ?? 0)),
    );
    const margin = metric === 'roc_auc' ? margins.auc : margins.share * without;
    const error = correctedError(differences);
    return { ...{ name, model, steps: steps.length, without }, difference: mean(differences), error, margin };
  });
  return { comparisons, quantiles };
}

/** Without steps it is MINIMAL: nothing can differ, and nothing needs to be computed to know it. */
function samePlan(name: string): Comparison[] {
  const nothing = { steps: 0, without: null, difference: 0, error: 0, margin: 0 };
  return models.map((model) => ({ name, model, ...nothing }));
}

function describe(name: string, steps: PlannedStep[]): void {
  console.log(`  ${name}: ${steps.length === 0 ? 'nothing to do' : ''}`);
  for (const { key, columns, reason } of steps) console.log(`    ${key} on ${columns.length}: ${reason}`);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function correctedError(differences: readonly number[]): number {
  const centre = mean(differences);
  const squares = differences.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const correction = 1 / differences.length + 1 / (folds - 1);
  return Math.sqrt((correction * squares) / (differences.length - 1));
}

/** The clearest comparison has to stand against all of them, the next one against the rest. */
function printTable(comparisons: Comparison[], quantiles: number[]): void {
  const clearness = ({ difference, margin, error }: Comparison) =>
    error === 0 ? Number.POSITIVE_INFINITY : (difference + margin) / error;
  const ordered = [...comparisons].sort((a, b) => clearness(b) - clearness(a));
  const lowOf = (comparison: Comparison) =>
    comparison.difference -
    (quantiles[ordered.length - ordered.indexOf(comparison) - 1] ?? 0) * comparison.error;
  console.log('\n| data set | algorithm | steps | MINIMAL | difference | lower bound | margin | |');
  console.log('|---|---|--:|--:|--:|--:|--:|---|');
  for (const comparison of comparisons) {
    const { name, model, steps, without, difference, margin } = comparison;
    if (without === null) {
      console.log(`| ${name} | ${model} | 0 | | 0 | 0 | | the same plan |`);
      continue;
    }
    const figures = [difference, lowOf(comparison), -margin].map((figure) => figure.toFixed(4));
    const verdict = lowOf(comparison) > -margin ? 'holds' : 'does not hold';
    console.log(`| ${[name, model, steps, without.toFixed(4), ...figures, verdict].join(' | ')} |`);
  }
}
