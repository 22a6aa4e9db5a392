import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readEnv } from '#env.ts';
import { pythonEnvironment } from '#python-environment.ts';
import { type E2bServer, startE2bServer } from '../e2b-server/server.ts';
import { createTestApp, type TestApp } from '../harness.ts';
import { all, connect, sequences, unbroken } from './client.ts';

const BUDGET_SECONDS = 4;
const CASE_MILLISECONDS = 420_000;
const PREDICTION = `query ($id: ID!) { node(id: $id) { ... on PredictionJob {
  status failure { code } progress { message }
} } }`;
const sample = join(import.meta.dirname, '../../samples/penguins.csv');

let server: E2bServer;
let app: TestApp;
beforeAll(async () => {
  const { interpreter } = await pythonEnvironment(readEnv());
  server = await startE2bServer(interpreter ?? '');
  app = await createTestApp({ worker: true, env: { ...server.settings, TRAINING_THREADS: '1' } });
});
afterAll(async () => {
  await app.close();
  await server.close();
});

test('a table is learned, and another predicted, in boxes of E2B', {
  timeout: CASE_MILLISECONDS,
}, async () => {
  const client = connect(app.url);
  const text = await readFile(sample, 'utf8');
  const rowCount = text.trim().split('\n').length - 1;
  const datasetId = await client.upload('penguins.csv', text);
  const id = await client.run({
    ...{ datasetId, target: 'species', budgetSeconds: BUDGET_SECONDS, seed: 1 },
    algorithms: ['linear', 'lightgbm'],
  });
  const events = await all(client.events(id));
  expect(sequences(events)).toEqual(unbroken(events));
  const experiment = await client.experiment(id);
  expect({ status: experiment.status, failure: experiment.failure }).toEqual({
    status: 'SUCCEEDED',
    failure: null,
  });
  for (const { artifacts } of experiment.leaderboard.nodes) {
    for (const { download, sha256 } of artifacts) {
      const bytes = Buffer.from(await (await fetch(download.url)).arrayBuffer());
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
  }
  const [template = ''] = server.templates.locks.keys();
  const { node } = await client.query<{ node: object }>(
    'query ($id: ID!) { node(id: $id) { ... on ModelRun { sandboxTier } } }',
    { id: experiment.bestRun?.id },
  );
  expect(node).toEqual({ sandboxTier: `e2b:${template}` });

  const { predictionJob } = await client.mutate<{ predictionJob: { id: string } }>(
    'predictFile',
    { modelRunId: experiment.bestRun?.id, datasetId: await client.dataset('more.csv', text) },
    '{ predictionJob { id } }',
  );
  await expect
    .poll(() => client.query(PREDICTION, { id: predictionJob.id }), { timeout: 60_000, interval: 200 })
    .toEqual({ node: { status: 'SUCCEEDED', failure: null, progress: { message: `${rowCount} rows` } } });

  const boxes = server.boxes.made;
  expect(boxes.length).toBeGreaterThanOrEqual(2);
  expect(boxes.map(({ metadata }) => metadata.owner)).not.toContain('');
  expect(new Set(boxes.map(({ allowInternetAccess }) => allowInternetAccess))).toEqual(new Set([false]));
  // what the preparation is worth is measured after it, in a box of its own
  await expect.poll(() => server.boxes.all(), { timeout: 240_000, interval: 200 }).toEqual([]);
  expect(server.boxes.remains()).toEqual([]);
});

test('a training whose box is lost fails and keeps what it had', { timeout: CASE_MILLISECONDS }, async () => {
  const client = connect(app.url);
  const datasetId = await client.dataset('penguins.csv', await readFile(sample, 'utf8'));
  const question = { datasetId, target: 'species', budgetSeconds: 120, seed: 1 };
  const id = await client.run(question);
  for await (const event of client.events(id)) {
    if (event.__typename !== 'RunFinished') continue;
    await Promise.all(server.boxes.all().map((box) => server.boxes.end(box.id)));
  }
  const experiment = await client.experiment(id);
  expect(experiment).toMatchObject({
    status: 'FAILED',
    failure: { code: 'SANDBOX_LOST', message: expect.stringContaining('Start the job again') },
  });
  const kept = experiment.leaderboard.nodes.filter(({ status }) => status === 'SUCCEEDED');
  expect(kept.length).toBeGreaterThanOrEqual(1);
  expect(kept.filter(({ artifacts }) => artifacts.length === 0)).toEqual([]);
  await expect.poll(() => server.boxes.all(), { timeout: 240_000, interval: 200 }).toEqual([]);
});
