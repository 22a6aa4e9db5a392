import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { experiment } from '#domains/experiment/table.ts';
import { newId } from '#ids.ts';
import { jobsOfDomains } from '#jobs-of-domains.ts';
import { createTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ worker: true, env: { TRAINING_CONCURRENCY: '2' } });
  await app.ports.sandbox.warm();
}, 120_000);
afterAll(() => app.close());

/** One tree, one trial: the smallest training there is. */
const tiny = { algorithms: ['decision_tree'], budgetSeconds: 3, tuning: 'NONE', maxTrials: 1 };

const rows = (count: number, row: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => row(index));
const table = (header: string, lines: string[]) => `${[header, ...lines].join('\n')}\n`;
const labels = ['no', 'yes'];
const tidy = table(
  'size,colour,answer',
  rows(
    120,
    (index) => `${index % 17},${['red', 'blue', 'green'][index % 3]},${labels[Number(index % 17 > 8)]}`,
  ),
);

const eventsOf = async (id: string) =>
  (
    await app.collect(
      'subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename sequence } }',
      { id },
    )
  ).map(({ __typename }) => __typename as string);

const read = async (id: string) =>
  (
    await app.query(
      `query ($id: ID!) { node(id: $id) { ... on Experiment { status stage taskType metric failure { code message }
        leaderboard { nodes { id algorithm status rank score scoreBasis artifacts { name byteSize sha256 download { url } } } } } } }`,
      { id },
    )
  ).data.node;

const run = async (input: object): Promise<string> => {
  const answer = await app.mutate('runExperiment', { ...tiny, ...input }, '{ experiment { id } }');
  if (!answer.experiment) throw new Error(JSON.stringify(answer));
  return answer.experiment.id;
};

describe('the stages one by one', () => {
  test('lead from a table to a model and to predictions', async () => {
    const datasetId = await app.dataset('tidy.csv', tidy);
    const { experiment } = await app.mutate(
      'createExperiment',
      { datasetId, target: 'answer' },
      '{ experiment { id } }',
    );
    const experimentId = experiment.id;

    const { analysis } = await app.mutate(
      'analyzeDataset',
      { datasetId, target: 'answer', experimentId },
      '{ analysis { id status } }',
    );
    expect(analysis.status).toBeOneOf(['QUEUED', 'RUNNING']);
    await app.collect('subscription ($id: ID!) { analysisEvents(analysisId: $id) { __typename } }', {
      id: analysis.id,
    });
    const prepared = await app.mutate(
      'generatePreprocessing',
      { analysisId: analysis.id, strategy: 'MINIMAL', experimentId },
      '{ preprocessing { id } }',
    );
    const preprocessing = async () =>
      (
        await app.query(
          'query ($id: ID!) { node(id: $id) { ... on Preprocessing { status generator target code gates { name passed } } } }',
          { id: prepared.preprocessing.id },
        )
      ).data.node;
    await expect.poll(async () => (await preprocessing()).status, { timeout: 90_000 }).toBe('SUCCEEDED');
    expect(await preprocessing()).toEqual({
      ...{ status: 'SUCCEEDED', generator: 'RULES', target: 'answer', code: expect.stringContaining('def ') },
      gates: [
        { name: 'catalogue', passed: true },
        { name: 'compile', passed: true },
      ],
    });

    await app.mutate('startTraining', { experimentId, ...tiny }, '{ experiment { id } }');
    const events = await eventsOf(experimentId);
    expect(events[0]).toBe('ExperimentQueued');
    expect(events.at(-1)).toBe('ExperimentFinished');
    expect(new Set(events)).toEqual(
      new Set([
        ...['ExperimentQueued', 'StageStarted', 'StageProgressed', 'StageFinished', 'TrainingStarted'],
        ...['RunStarted', 'FoldScored', 'TrialFinished', 'BestChanged', 'RunFinished', 'ExperimentFinished'],
        ...(events.includes('LogWritten') ? ['LogWritten'] : []),
      ]),
    );
    const ended = await read(experimentId);
    expect(ended).toMatchObject({
      ...{
        status: 'SUCCEEDED',
        stage: 'RESULTS',
        taskType: 'BINARY_CLASSIFICATION',
        metric: 'roc_auc',
        failure: null,
      },
    });
    const [best] = ended.leaderboard.nodes;
    expect(best).toMatchObject({ algorithm: 'decision_tree', status: 'SUCCEEDED', rank: 1 });
    expect(best.score).toBeGreaterThan(0.95);
    const response = await fetch(best.artifacts[0].download.url);
    expect((await response.arrayBuffer()).byteLength).toBe(Number(best.artifacts[0].byteSize));

    await predicts(best.id);
    await app.mutate('deleteDataset', { datasetId }, '{ deletedDatasetId }');
    expect((await fetch(best.artifacts[0].download.url)).status).toBe(404);
  });

  /** `predictFile` on the model of the test above, which is there only once. */
  async function predicts(modelRunId: string): Promise<void> {
    const predict = async (content: string) => {
      const datasetId = await app.dataset('new.csv', content);
      const call = () =>
        app.mutate(
          'predictFile',
          { modelRunId, datasetId, idempotencyKey: datasetId },
          '{ predictionJob { id } }',
        );
      const [{ predictionJob }, again] = await Promise.all([call(), call()]);
      expect(again.predictionJob.id).toBe(predictionJob.id);
      const state = async () =>
        (
          await app.query(
            `query ($id: ID!) { node(id: $id) { ... on PredictionJob { status failure { code message } warnings { code message count }
              artifact { name mediaType download { url } } } } }`,
            { id: predictionJob.id },
          )
        ).data.node;
      await expect.poll(async () => (await state()).status, { timeout: 90_000 }).toMatch(/SUCCEEDED|FAILED/);
      const { status, failure, warnings, artifact } = await state();
      return {
        status,
        failure,
        warnings,
        csv: artifact ? await (await fetch(artifact.download.url)).text() : null,
      };
    };
    // the columns stand in another order, the target is missing, the rows are not sorted
    const shuffled = [16, 0, 12, 3, 9];
    const good = await predict(
      table(
        'colour,size',
        shuffled.map((size) => `red,${size}`),
      ),
    );
    expect(good).toMatchObject({ status: 'SUCCEEDED', failure: null, warnings: [] });
    const [header, ...lines] = (good.csv ?? '').trim().split('\n');
    expect(header?.trim().split(',')).toEqual(['no', 'yes']);
    expect(lines.map((line) => Number(line.split(',')[1]) > 0.5)).toEqual(shuffled.map((size) => size > 8));

    const half = await predict(table('size,other', ['1,2', '12,4']));
    expect({ ...half, csv: half.csv?.trim().split('\n').length }).toEqual({
      ...{ status: 'SUCCEEDED', failure: null, csv: 3 },
      warnings: [
        {
          code: 'COLUMN_MISSING',
          message: '"colour" is not in the file: its values are taken as missing.',
          count: 2,
        },
        {
          code: 'COLUMNS_IGNORED',
          message: 'Columns that the training data did not have were ignored: "other".',
          count: 1,
        },
      ],
    });
    expect(await predict(table('length,other', ['1,2', '3,4']))).toEqual({
      ...{ status: 'FAILED', warnings: [], csv: null },
      failure: {
        code: 'MISSING_COLUMNS',
        message:
          '2 of the 2 columns that the model needs are not in the file: "size", "colour". Name the columns as in the training data.',
      },
    });
  }
});

describe('a question that cannot be answered', () => {
  test.each([
    [
      'one class',
      table(
        'x,y',
        rows(40, (index) => `${index},same`),
      ),
      'TARGET_ONE_CLASS',
    ],
    [
      'a constant number',
      table(
        'x,y',
        rows(40, (index) => `${index},7`),
      ),
      'TARGET_CONSTANT',
    ],
    [
      'a target without values',
      table(
        'x,y,z',
        rows(40, (index) => `${index},,${index % 2}`),
      ),
      'TARGET_ALL_MISSING',
    ],
    [
      'five rows',
      table(
        'x,y',
        rows(5, (index) => `${index},${labels[index % 2]}`),
      ),
      'TARGET_TOO_FEW_ROWS',
    ],
  ])('ends as FAILED and says why: %s', async (_what, content, code) => {
    const id = await run({ datasetId: await app.dataset('x.csv', content), target: 'y' });
    const events = await eventsOf(id);
    const { status, failure, leaderboard } = await read(id);
    expect({ status, runs: leaderboard.nodes, last: events.at(-1) }).toEqual({
      ...{ status: 'FAILED', runs: [], last: 'ExperimentFinished' },
    });
    expect(failure).toEqual({
      code,
      message: expect.stringMatching(/\. .+\.$/),
    });
  });

  test('a column that is not in a file which was still being read', async () => {
    const id = await run({ datasetId: await app.upload('x.csv', tidy), target: 'colours' });
    await eventsOf(id);
    expect(await read(id)).toMatchObject({
      status: 'FAILED',
      failure: { code: 'TARGET_NOT_FOUND', message: 'There is no column “colours”.' },
    });
  });

  test('a file that turns out to be no table', async () => {
    const datasetId = await app.upload('x.csv', 'only,a,header\n');
    const id = await run({ datasetId, target: 'a' });
    await eventsOf(id);
    expect(await read(id)).toMatchObject({ status: 'FAILED', failure: { code: 'DATASET_REJECTED' } });
  });
});

describe('a question that can be answered', () => {
  test('leaves out rows without a target', async () => {
    const gaps = table(
      'x,y',
      rows(90, (index) => `${index % 10},${index % 3 === 0 ? '' : labels[Number(index % 10 > 4)]}`),
    );
    const id = await run({ datasetId: await app.upload('gaps.csv', gaps), target: 'y' });
    const events = await app.collect(
      'subscription ($id: ID!) { experimentEvents(experimentId: $id) { ... on TrainingStarted { rows features } } }',
      { id },
    );
    expect(events).toContainEqual({ rows: 60, features: 1 });
    expect(await read(id)).toMatchObject({ status: 'SUCCEEDED', failure: null });
  });
});

describe('cancelJob', () => {
  const cancel = (id: string) => app.mutate('cancelJob', { id }, '{ node { ... on Experiment { status } } }');

  test('of a worker that has lost its claim stops, and what it says late is not kept', async () => {
    const datasetId = await app.dataset('tidy.csv', tidy);
    const wishes = { algorithms: ['decision_tree'], budgetSeconds: 20, tuning: 'RANDOM', maxTrials: 5_000 };
    const id = await run({ datasetId, target: 'answer', ...wishes });
    const [, row = ''] = Buffer.from(id, 'base64url').toString().split(':');
    const last = async () => (await app.services.events.lastSequence([row])).get(row) ?? 0;
    const follower = app.socket().iterate<{ experimentEvents: { __typename: string } }>({
      query: 'subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename } }',
      variables: { id },
    });
    for await (const { data } of follower) if (data?.experimentEvents.__typename === 'TrialFinished') break;
    await app.ports.db.update(experiment).set({ claim: newId() }).where(eq(experiment.id, row));
    const heard = await last();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    // the batch that was being written when the claim went, at most, and the end of the stage
    expect((await last()) - heard).toBeLessThan(12);
    expect((await read(id)).status).toBe('RUNNING');
    await app.ports.db.update(experiment).set({ status: 'FAILED' }).where(eq(experiment.id, row));
  });

  const downloadBest = async (id: string) => {
    const { leaderboard } = await read(id);
    return (await fetch(leaderboard.nodes[0].artifacts[0].download.url)).status;
  };

  test('while it is running keeps the best so far', async () => {
    const datasetId = await app.dataset('tidy.csv', tidy);
    const id = await run({
      datasetId,
      target: 'answer',
      algorithms: ['decision_tree', 'xgboost'],
      budgetSeconds: 60,
      tuning: 'RANDOM',
      maxTrials: 5_000,
    });
    const events: string[] = [];
    for await (const { data } of app.socket().iterate<{ experimentEvents: { __typename: string } }>({
      query: 'subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename } }',
      variables: { id },
    })) {
      const name = data?.experimentEvents.__typename ?? '';
      if (name === 'RunFinished' && !events.includes(name)) {
        // its model can be had while the others are still being trained
        await expect.poll(() => downloadBest(id)).toBe(200);
        await cancel(id);
      }
      events.push(name);
    }
    expect(events.at(-1)).toBe('ExperimentFinished');
    const ended = await read(id);
    expect(ended).toMatchObject({ status: 'CANCELED', failure: null });
    const [best] = ended.leaderboard.nodes;
    expect(best).toMatchObject({
      status: 'SUCCEEDED',
      rank: 1,
      artifacts: [{ byteSize: expect.any(String) }],
    });
    expect((await fetch(best.artifacts[0].download.url)).status).toBe(200);
    // a second time, and after the end, it changes nothing
    expect(await cancel(id)).toEqual({ __typename: 'CancelJobSuccess', node: { status: 'CANCELED' } });
    expect(await read(id)).toMatchObject({ status: 'CANCELED' });
  });
});

describe('a training that was cancelled in the queue and started again', () => {
  test('runs once, though two jobs are queued', async () => {
    const idle = await createTestApp({ env: { TRAINING_CONCURRENCY: '2' } });
    try {
      const { dataset } = await idle.mutate('createSampleDataset', { key: 'penguins' }, '{ dataset { id } }');
      const input = { datasetId: dataset.id, target: 'species', ...tiny };
      const { experiment } = await idle.mutate('runExperiment', input, '{ experiment { id } }');
      await idle.mutate('cancelJob', { id: experiment.id }, '{ node { id } }');
      await idle.mutate('startTraining', { experimentId: experiment.id }, '{ experiment { id } }');
      const { handlers, onLost } = jobsOfDomains(idle.ports, {
        services: idle.services,
        localAccount: await idle.services.accounts.localAccount(),
      });
      await idle.ports.queue.work(handlers, onLost);
      const events = await idle.collect(
        'subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename } }',
        { id: experiment.id },
      );
      const count = (name: string) => events.filter(({ __typename }) => __typename === name).length;
      expect([count('TrainingStarted'), count('ExperimentQueued'), count('ExperimentFinished')]).toEqual([
        1, 2, 2,
      ]);
    } finally {
      await idle.close();
    }
  });
});
