import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSample } from '#domains/dataset/samples.ts';
import { createTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
  await app.ports.sandbox.warm();
}, 120_000);
afterAll(() => app.close());

const ended = /SUCCEEDED|FAILED/;

/** The text of a sample without commas in its cells, as rows of cells. */
async function sampleRows(key: string): Promise<{ header: string[]; rows: string[][] }> {
  const sample = await openSample(key);
  const [header = [], ...rows] = (sample?.bytes.toString('utf8') ?? '')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  return { header, rows };
}

/** Some of the rows, with holes in every column and texts that no training row has. */
function harder(rows: string[][], isText: (place: number) => boolean): string[][] {
  const some = rows.filter((_, row) => row % Math.ceil(rows.length / 60) === 0);
  return some.map((cells, row) =>
    cells.map((cell, place) => {
      if ((row + 2 * place) % 7 === 0) return '';
      return isText(place) && (row + place) % 5 === 0 ? 'never seen' : cell;
    }),
  );
}

async function trained(key: string, target: string, algorithm: string) {
  const { dataset } = await app.mutate('createSampleDataset', { key }, '{ dataset { id } }');
  const settings = { algorithms: [algorithm], budgetSeconds: 20, tuning: 'NONE', strategy: 'MINIMAL' };
  const input = { datasetId: dataset.id, target, ...settings };
  const { experiment } = await app.mutate('runExperiment', input, '{ experiment { id } }');
  const best = async () => {
    const { data, errors } = await app.query(
      `query ($id: ID!) { node(id: $id) { ... on Experiment { bestRun { id portableModel { status reason }
        artifacts { name download { url } } } } } }`,
      { id: experiment.id },
    );
    if (errors) throw new Error(JSON.stringify(errors));
    return data.node.bestRun;
  };
  await expect.poll(async () => (await best())?.portableModel?.status, { timeout: 120_000 }).toMatch(ended);
  const run = await best();
  expect(run.portableModel).toEqual({ status: 'SUCCEEDED', reason: null });
  const file = run.artifacts.find(({ name }: { name: string }) => name === 'portable.onnx');
  const model = new Uint8Array(await (await fetch(file.download.url)).arrayBuffer());
  return { modelRunId: run.id, session: await InferenceSession.create(model) };
}

/** What the server predicts for the rows of a file, row by row: probabilities, or one number. */
async function predicted(modelRunId: string, content: string): Promise<number[][]> {
  const datasetId = await app.dataset('rows.csv', content);
  const { predictionJob } = await app.mutate(
    'predictFile',
    { modelRunId, datasetId },
    '{ predictionJob { id } }',
  );
  const state = async () =>
    (
      await app.query(
        'query ($id: ID!) { node(id: $id) { ... on PredictionJob { status artifact { download { url } } } } }',
        { id: predictionJob.id },
      )
    ).data.node;
  await expect.poll(async () => (await state()).status, { timeout: 90_000 }).toMatch(ended);
  const text = await (await fetch((await state()).artifact.download.url)).text();
  const [, ...lines] = text.trim().split('\n');
  return lines.map((line) => line.split(',').map(Number));
}

test.each([
  { key: 'telco-churn', target: 'churn', algorithm: 'lightgbm', width: 2, tolerance: 1e-5 },
  { key: 'penguins', target: 'species', algorithm: 'linear', width: 3, tolerance: 1e-5 },
  { key: 'diabetes', target: 'progression', algorithm: 'xgboost', width: 1, tolerance: 1e-5 * 77 },
])(
  'node predicts $key from the cells of the file as the server does',
  {
    timeout: 240_000,
  },
  async ({ key, target, algorithm, width, tolerance }) => {
    const { header, rows } = await sampleRows(key);
    const { modelRunId, session } = await trained(key, target, algorithm);
    const kinds = new Map(session.inputMetadata.map((input) => [input.name, input.isTensor && input.type]));
    expect([...kinds.keys()].every((name) => header.includes(name))).toBe(true);
    const cells = harder(rows, (place) => kinds.get(header[place] ?? '') === 'string');
    const feeds: Record<string, Tensor> = {};
    for (const [place, name] of header.entries()) {
      const column = cells.map((row) => (row[place] === 'NA' ? '' : (row[place] ?? '')));
      const shape = [column.length, 1];
      if (kinds.get(name) === 'string') feeds[name] = new Tensor('string', column, shape);
      if (kinds.get(name) === 'float64') {
        const numbers = column.map((cell) => (cell === '' ? Number.NaN : Number(cell)));
        feeds[name] = new Tensor('float64', Float64Array.from(numbers), shape);
      }
    }
    const { probabilities, prediction } = await session.run(feeds);
    const given = Array.from((probabilities ?? prediction)?.data as Float64Array);
    const content = [header, ...cells].map((row) => row.join(',')).join('\n');
    const expected = await predicted(modelRunId, `${content}\n`);
    expect([expected.length, expected[0]?.length]).toEqual([cells.length, width]);
    const differences = expected.flat().map((value, place) => Math.abs(value - (given[place] ?? Number.NaN)));
    expect(Math.max(...differences)).toBeLessThan(tolerance);
  },
);
