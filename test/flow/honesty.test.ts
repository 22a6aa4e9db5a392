import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';
import { all, connect, type FlowClient } from './client.ts';
import { parseCsv, printCsv, type TextTable, withPermuted } from './table.ts';

const samples = join(import.meta.dirname, '../../samples');
const BUDGET_SECONDS = 8;
const ROWS = 2_000;
const CASE_MILLISECONDS = 120_000;

let app: TestApp;
let client: FlowClient;
beforeAll(async () => {
  app = await createTestApp({ worker: true, env: { TRAINING_CONCURRENCY: '2', TRAINING_THREADS: '1' } });
  client = connect(app.url);
});
afterAll(() => app.close());

const read = async (file: string): Promise<TextTable> =>
  parseCsv(await readFile(join(samples, file), 'utf8'));

/** The named metric of every run that was trained, the winner first. */
async function scores(table: TextTable, target: string, metric: string): Promise<number[]> {
  const datasetId = await client.dataset('permuted.csv', printCsv(table));
  const id = await client.run({ datasetId, target, budgetSeconds: BUDGET_SECONDS, seed: 7 });
  await all(client.events(id));
  const { status, failure, leaderboard } = await client.experiment(id);
  expect({ status, failure }).toEqual({ status: 'SUCCEEDED', failure: null });
  return leaderboard.nodes.flatMap(({ metrics }) =>
    metrics.flatMap(({ key, value }) => (key === metric ? [value] : [])),
  );
}

describe.concurrent('a permuted target', () => {
  test('of two classes is not found: every run ranks like chance', {
    timeout: CASE_MILLISECONDS,
  }, async () => {
    const { header, rows } = await read('telco_churn.csv');
    const table = withPermuted({ header, rows: rows.slice(0, ROWS) }, 'churn', 20_261);
    const areas = await scores(table, 'churn', 'roc_auc');
    expect(areas.length).toBeGreaterThanOrEqual(2);
    for (const area of areas) expect(Math.abs(area - 0.5)).toBeLessThanOrEqual(0.06);
  });

  test('that is a number is not found: no run explains its variance', {
    timeout: CASE_MILLISECONDS,
  }, async () => {
    const table = withPermuted(await read('diabetes.csv'), 'progression', 20_262);
    const [best = Number.NaN, ...others] = await scores(table, 'progression', 'r2');
    expect(others.length).toBeGreaterThanOrEqual(1);
    for (const explained of [best, ...others]) expect(explained).toBeLessThanOrEqual(0.05);
  });
});
