import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
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

/** The runs of a training of these algorithms, best first. */
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
  const answer = await app.query(
    `query ($id: ID!) { node(id: $id) { ... on Experiment { status leaderboard { nodes {
      algorithm score artifacts { name sha256 download { url } }
      portableModel { score gap members { algorithm weight } parity { rows maxDifference crossedRows } reason
        artifact { name mediaType byteSize sha256 } } } } } } }`,
    { id: experiment.id },
  );
  expect(answer.data.node.status, JSON.stringify(answer)).toBe('SUCCEEDED');
  return answer.data.node.leaderboard.nodes;
}

test('the best run has a file that predicts without Python, and tells what that costs', {
  timeout: 180_000,
}, async () => {
  const [best, other] = await trained(['decision_tree', 'linear']);
  expect(best.portableModel).toMatchObject({
    ...{ reason: null, parity: { rows: 400, crossedRows: 0 } },
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
    ...{ score: null, gap: null, members: [], parity: null, artifact: null },
    reason: 'No algorithm that a graph can hold was scored on all folds.',
  });
  expect(best.artifacts).toHaveLength(1);
});
