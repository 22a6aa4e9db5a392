import { createHash } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { modelRun } from '#domains/model-run/table.ts';
import { decodeId } from '#ids.ts';
import { jobsOfDomains } from '#jobs-of-domains.ts';
import { createTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
  await app.ports.sandbox.warm();
}, 120_000);
afterAll(() => app.close());

const content = [
  'size,colour,answer',
  ...Array.from(
    { length: 200 },
    (_, row) =>
      `${row % 17},${['red', 'blue', ''][row % 3]},${row % 17 > 8 !== (row % 29 === 0) ? 'yes' : 'no'}`,
  ),
].join('\n');

const read = async (id: string) => {
  const answer = await app.query(
    `query ($id: ID!) { node(id: $id) { ... on Experiment { status finishedAt leaderboard { nodes {
      id algorithm score artifacts { name sha256 download { url } }
      portableModel { status score gap members { algorithm weight } parity { rows maxDifference crossedRows } reason
        artifact { name mediaType byteSize sha256 } } } } } } }`,
    { id },
  );
  expect(answer.data.node?.status, JSON.stringify(answer)).toBe('SUCCEEDED');
  return answer.data.node;
};

const portableModelOf = (modelRunId: string) =>
  app.collect(
    'subscription ($id: ID!) { modelRunEvents(modelRunId: $id) { __typename at modelRun { portableModel { status reason } } } }',
    { id: modelRunId },
  );

/** The runs of a training of these algorithms, best first, when the experiment has ended and its file is made. */
async function trained(algorithms: string[]) {
  const datasetId = await app.dataset('answers.csv', content);
  const settings = { algorithms, budgetSeconds: 20, tuning: 'NONE', strategy: 'MINIMAL' };
  const { experiment } = await app.mutate(
    'runExperiment',
    { datasetId, target: 'answer', ...settings },
    '{ experiment { id } }',
  );
  await app.collect('subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename } }', {
    id: experiment.id,
  });
  const ended = await read(experiment.id);
  const [best] = ended.leaderboard.nodes;
  expect(['RUNNING', 'SUCCEEDED', 'FAILED']).toContain(best.portableModel.status);
  const told = await portableModelOf(best.id);
  const kinds = told.map(({ __typename }) => __typename);
  expect(kinds).toEqual(['PortableModelStarted', 'PortableModelFinished']);
  // the experiment did not wait for it
  expect(Date.parse(told[1].at)).toBeGreaterThanOrEqual(Date.parse(ended.finishedAt));
  return (await read(experiment.id)).leaderboard.nodes;
}

test('the best run has a file that predicts without Python, and tells what that costs', {
  timeout: 180_000,
}, async () => {
  const [best, other] = await trained(['decision_tree', 'linear']);
  expect(best.portableModel).toMatchObject({
    ...{ status: 'SUCCEEDED', reason: null, parity: { rows: 400, crossedRows: 0 } },
    artifact: { name: 'portable.onnx', mediaType: 'application/onnx' },
  });
  const { score, gap, members, parity, artifact } = best.portableModel;
  expect(gap).toBeCloseTo(best.score - score, 9);
  expect(parity.maxDifference).toBeLessThan(1e-5);
  const weights = members.map(({ weight }: { weight: number }) => weight);
  expect(weights.reduce((sum: number, weight: number) => sum + weight, 0)).toBeCloseTo(1, 9);
  expect(best.artifacts.map(({ name }: { name: string }) => name)).toEqual([
    `${best.algorithm}.zip`,
    'portable.onnx',
  ]);
  const file = Buffer.from(await (await fetch(best.artifacts[1].download.url)).arrayBuffer());
  expect(file.byteLength).toBe(Number(artifact.byteSize));
  expect(createHash('sha256').update(file).digest('hex')).toBe(artifact.sha256);
  expect(other.portableModel).toBeNull();
  expect(other.artifacts).toHaveLength(1);
});

test('a run that has no such file tells why', { timeout: 180_000 }, async () => {
  const [best] = await trained(['knn']);
  expect(best.portableModel).toEqual({
    ...{ status: 'FAILED', score: null, gap: null, members: [], parity: null, artifact: null },
    reason: 'No algorithm that a graph can hold was scored on all folds.',
  });
  expect(best.artifacts).toHaveLength(1);
});

test('one that a lost worker was making is given up', { timeout: 60_000 }, async () => {
  const { data } = await app.query('{ experiments(first: 1) { nodes { id bestRun { id } } } }');
  const [{ id, bestRun }] = data.experiments.nodes;
  const portableModel = {
    ...{ score: null, gap: null, members: [], parity: null, artifactName: null, reason: null },
  };
  const runId = decodeId('ModelRun', bestRun.id, []);
  await app.ports.db.update(modelRun).set({ portableModel }).where(eq(modelRun.id, runId));
  expect((await read(id)).leaderboard.nodes[0].portableModel).toMatchObject({ status: 'RUNNING' });
  const { handlers } = jobsOfDomains(app.ports, {
    services: app.services,
    localAccount: await app.services.accounts.localAccount(),
  });
  const again = { attempt: 2, signal: new AbortController().signal };
  await handlers['experiment.run'].handler(decodeId('Experiment', id, []), again);
  expect((await read(id)).leaderboard.nodes[0].portableModel).toMatchObject({
    ...{ status: 'FAILED', reason: 'Its making was cut short. Train further to have one.' },
  });
});
