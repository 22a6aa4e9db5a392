import { eq } from 'drizzle-orm';
import { vi } from 'vitest';
import { preprocessing } from '#domains/preprocessing/table.ts';
import { decodeId, encodeId, newId } from '#ids.ts';
import type { TestApp } from '../harness.ts';
import type { FlowClient } from './client.ts';
import { printCsv, randomNumbers } from './table.ts';

export const WAIT = { timeout: 240_000 };
const ROWS = 240;
const cities = ['Basel', 'Graz', 'Lyon', 'Turin'];

/** An identifier, numbers with gaps, a category; a target that follows them, with noise. */
export const table = (() => {
  const random = randomNumbers(7);
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const [one, two, city] = [random() * 10, random() * 4, Math.floor(random() * 4)];
    const sold = one - two + 2 * Number(city === 1) + random() * 3 > 5.5 ? 'yes' : 'no';
    const numbers = [one.toFixed(3), random() < 0.1 ? '' : two.toFixed(3)];
    return [`key-${row * 17}-x`, ...numbers, cities[city] ?? '', sold];
  });
  return { header: ['key', 'one', 'two', 'city', 'sold'], rows };
})();

export const asItIs = `
def fit(train, target):
    return None

def transform(rows, state):
    return rows
`;

export type Plan = { datasetId: string; generated: string };

/** A table that has been analysed, with the plan of the rules for it: nothing but the identifier is left out. */
export async function planned(client: FlowClient): Promise<Plan> {
  const datasetId = await client.dataset('shop.csv', printCsv(table));
  const { analysis } = await client.mutate<{ analysis: { id: string } }>(
    ...(['analyzeDataset', { datasetId, target: 'sold' }, '{ analysis { id } }'] as const),
  );
  const statusOf = async (id: string) => {
    const fields = '... on Analysis { status } ... on Preprocessing { status }';
    const document = `query ($id: ID!) { node(id: $id) { ${fields} } }`;
    return (await client.query<{ node: { status: string } }>(document, { id })).node.status;
  };
  await vi.waitUntil(async () => (await statusOf(analysis.id)) === 'SUCCEEDED', WAIT);
  const made = await client.mutate<{ preprocessing: { id: string } }>(
    'generatePreprocessing',
    { analysisId: analysis.id, generator: 'RULES', strategy: 'MINIMAL' },
    '{ preprocessing { id } }',
  );
  await vi.waitUntil(async () => (await statusOf(made.preprocessing.id)) === 'SUCCEEDED', WAIT);
  return { datasetId, generated: made.preprocessing.id };
}

/** A plan of one custom step, as it is once the gates have let it through. */
export async function withCode(app: TestApp, { generated }: Plan, code: string): Promise<string> {
  const { db } = app.ports;
  const [row] = await db
    .select()
    .from(preprocessing)
    .where(eq(preprocessing.id, decodeId('Preprocessing', generated)));
  if (!row) throw new Error('the plan is gone');
  const steps = [{ key: 'custom', columns: [], parameters: {}, reason: 'Because.', code }];
  const accepted = { revision: 4, generator: 'RULES' as const, steps, code, gates: [] };
  const id = newId();
  // an edit of it has failed since: it is not what is trained
  const edited = { revision: 5, steps: [], code: 'def fit(' };
  await db.insert(preprocessing).values({ ...row, id, ...edited, accepted, createdAt: new Date() });
  return encodeId('Preprocessing', id);
}

export async function start(
  client: FlowClient,
  { datasetId }: Plan,
  preprocessingId: string,
  more: object = {},
) {
  const question = { datasetId, target: 'sold' };
  const made = await client.mutate<{ experiment: { id: string; version: number } }>(
    ...(['createExperiment', question, '{ experiment { id version } }'] as const),
  );
  const experimentId = made.experiment.id;
  const wished = { experimentId, version: made.experiment.version, settings: { folds: 5 } };
  await client.mutate('updateExperiment', wished, '{ experiment { id } }');
  const wishes = { algorithms: ['decision_tree'], budgetSeconds: 300, tuning: 'NONE', maxTrials: 1, ...more };
  const input = { experimentId, preprocessingId, ...wishes };
  await client.mutate('startTraining', input, '{ experiment { id } }');
  return experimentId;
}
