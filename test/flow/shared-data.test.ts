import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';
import { all, connect, type Experiment, type FlowClient, type Run, sequences, unbroken } from './client.ts';
import { baselines, column, parseCsv } from './table.ts';

const repository = join(import.meta.dirname, '../..');
const sharedData = join(repository, '../shared/data');
const BUDGET_SECONDS = 8;
const CASE_MILLISECONDS = 180_000;

type Case = {
  file: string;
  target: string;
  task: 'BINARY_CLASSIFICATION' | 'MULTICLASS_CLASSIFICATION' | 'REGRESSION';
  /** Given, because a count is also a class. */
  forced?: boolean;
  budgetSeconds?: number;
  /** What the best run has to reach: a part of the baseline's loss, or the area under the curve. */
  log_loss?: number;
  rmse?: number;
  roc_auc?: number;
};

const shared: Case[] = [
  { file: 'telco_churn.csv', target: 'churn', task: 'BINARY_CLASSIFICATION', roc_auc: 0.8, log_loss: 0.8 },
  { file: 'hypothyroid.csv', target: 'class', task: 'BINARY_CLASSIFICATION', roc_auc: 0.95, log_loss: 0.5 },
  {
    ...{ file: 'penguins.csv', target: 'species', task: 'MULTICLASS_CLASSIFICATION', log_loss: 0.2 },
    budgetSeconds: 30,
  },
  {
    file: 'portal_surveys.csv',
    target: 'species_id',
    task: 'MULTICLASS_CLASSIFICATION',
    budgetSeconds: 20,
    log_loss: 0.4,
  },
  { file: 'abalone.csv', target: 'rings', task: 'REGRESSION', forced: true, rmse: 0.75 },
  { file: 'taxis.csv', target: 'fare', task: 'REGRESSION', rmse: 0.5 },
];
const samples: Case[] = [
  {
    ...{ file: 'penguins.csv', target: 'species', task: 'MULTICLASS_CLASSIFICATION', log_loss: 0.2 },
    budgetSeconds: 30,
  },
  { file: 'diabetes.csv', target: 'progression', task: 'REGRESSION', rmse: 0.8 },
];

let app: TestApp;
let client: FlowClient;
beforeAll(async () => {
  app = await createTestApp({ worker: true, env: { TRAINING_CONCURRENCY: '2', TRAINING_THREADS: '1' } });
  client = connect(app.url);
});
afterAll(() => app.close());

const metricOf = (run: Run | undefined, key: string) =>
  run?.metrics.find((metric) => metric.key === key)?.value ?? Number.NaN;

/** Every file of a run, held against its checksum and size. */
async function expectWholeArtifacts(run: Run): Promise<void> {
  expect(run.artifacts.length, run.algorithm).toBeGreaterThan(0);
  for (const artifact of run.artifacts) {
    const response = await fetch(artifact.download.url);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect({
      status: response.status,
      byteSize: String(bytes.length),
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }).toEqual({ status: 200, byteSize: artifact.byteSize, sha256: artifact.sha256 });
  }
}

function expectBetterThanBaseline(asked: Case, best: Run | undefined, target: string[]): void {
  const baseline = baselines(target);
  if (asked.log_loss) {
    expect(metricOf(best, 'log_loss')).toBeLessThan(asked.log_loss * baseline.log_loss);
    expect(metricOf(best, 'accuracy')).toBeGreaterThan(baseline.accuracy);
  }
  if (asked.rmse) expect(metricOf(best, 'rmse')).toBeLessThan(asked.rmse * baseline.rmse);
  if (asked.roc_auc) expect(metricOf(best, 'roc_auc')).toBeGreaterThan(asked.roc_auc);
}

function expectRanking(experiment: Experiment): Run[] {
  const trained = experiment.leaderboard.nodes.filter(({ status }) => status === 'SUCCEEDED');
  expect(trained.length).toBeGreaterThanOrEqual(2);
  expect(experiment.bestRun?.id).toBe(trained[0]?.id);
  // a run that the clock ended in the middle of its folds is a model, but not comparable
  const ranked = trained.filter(({ partial }) => !partial);
  expect(ranked.length).toBeGreaterThanOrEqual(1);
  const place = (run: Run) => ranked.findIndex(({ score }) => score === run.score) + 1;
  expect(trained.map(({ rank }) => rank)).toEqual(trained.map((run) => (run.partial ? null : place(run))));
  for (const run of trained) {
    expect(run.metrics.length, run.algorithm).toBeGreaterThanOrEqual(6);
    expect(run.metrics.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
    expect(run.scoreBasis).toBe(run.algorithm === 'ensemble' ? 'CROSS_FITTED' : 'OUT_OF_FOLD');
    expect(metricOf(run, experiment.metric)).toBeCloseTo(run.score ?? Number.NaN, 9);
  }
  return trained;
}

async function fromFileToRanking(directory: string, asked: Case): Promise<void> {
  const text = await readFile(join(directory, asked.file), 'utf8');
  const datasetId = await client.upload(asked.file, text);
  const id = await client.run({
    datasetId,
    target: asked.target,
    budgetSeconds: asked.budgetSeconds ?? BUDGET_SECONDS,
    seed: 1,
    ...(asked.forced ? { taskType: asked.task } : {}),
  });
  const events = await all(client.events(id));
  const experiment = await client.experiment(id);
  expect({ status: experiment.status, failure: experiment.failure, taskType: experiment.taskType }).toEqual({
    status: 'SUCCEEDED',
    failure: null,
    taskType: asked.task,
  });
  expect(sequences(events)).toEqual(unbroken(events));
  expect(events.at(-1)?.__typename).toBe('ExperimentFinished');
  expect(experiment.lastCursor).toBe(events.at(-1)?.cursor);
  const middle = events[Math.floor(events.length / 2)];
  const later = await all(client.events(id, middle?.cursor));
  expect(sequences(later)).toEqual(sequences(events).slice(middle?.sequence));
  const trained = expectRanking(experiment);
  const finished = new Set(events.flatMap(({ algorithm }) => algorithm ?? []));
  expect(trained.filter(({ algorithm }) => !finished.has(algorithm))).toEqual([]);
  expectBetterThanBaseline(asked, trained[0], column(parseCsv(text), asked.target));
  for (const run of trained) await expectWholeArtifacts(run);
}

describe.concurrent('the samples of the project', () => {
  for (const asked of samples) {
    test(`${asked.file} is learned`, { timeout: CASE_MILLISECONDS }, () =>
      fromFileToRanking(join(repository, 'samples'), asked),
    );
  }
});

describe.concurrent('public data beside the checkout', () => {
  for (const asked of shared) {
    test(`${asked.file} is learned`, { timeout: CASE_MILLISECONDS }, async ({ skip }) => {
      skip(!existsSync(sharedData), 'not run: ../shared/data is not beside this checkout');
      await fromFileToRanking(sharedData, asked);
    });
  }
});
