import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId } from '#ids.ts';
import { createTestApp, type TestApp } from '../harness.ts';
import { seeds } from './seed.ts';

let app: TestApp;
/** No worker: jobs stay queued, rows stay as the request left them. */
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

// biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests assert
type Any = any;
const rowsOf = async (table: string): Promise<number> =>
  Number((await app.ports.database.sql.unsafe(`select count(*) as count from ${table}`))[0]?.count);
const jobs = () => rowsOf('pgboss.job');

const columns = ['species', 'mass', 'constant'].map((name, position) => ({
  ...{ name, physicalName: `c${position}`, position, type: 'category', physicalType: 'VARCHAR' },
  ...{ semanticType: 'none', confidence: 1, nullCount: 0 },
})) as Any;
async function readyDataset(change: object = {}): Promise<string> {
  const { accountId } = await app.services.accounts.localAccount();
  const row = await seeds(app.ports.db, accountId).dataset({ name: 'Penguins', columns, ...change });
  return encodeId('Dataset', row);
}

const create = (input: object) =>
  app.mutate(
    'createExperiment',
    input,
    '{ experiment { id version name target taskType metric stage status settings } }',
  );
const update = (input: object) =>
  app.mutate(
    'updateExperiment',
    input,
    '{ experiment { id version name target taskType metric stage settings analysis { id } } }',
  );

describe('createExperiment', () => {
  test('makes a draft with the settings that hold unless others are chosen', async () => {
    const datasetId = await readyDataset();
    expect(await create({ datasetId, target: 'species' })).toEqual({
      __typename: 'CreateExperimentSuccess',
      experiment: {
        id: expect.stringMatching(/^[\w-]+$/),
        ...{ version: 1, name: 'Penguins: species', target: 'species', taskType: null, metric: null },
        ...{ stage: 'DATA', status: 'DRAFT' },
        settings: {
          ...{ algorithms: [], budgetSeconds: 60, maxTrials: null, folds: null, tuning: 'AUTO' },
          ...{ generator: 'RULES', strategy: 'MINIMAL', seed: 0, searchSpace: {} },
        },
      },
    });
  });

  test('refuses what cannot be, with the place of the fault', async () => {
    const datasetId = await readyDataset();
    const fault = async (change: object) => {
      const { __typename, code, path } = await create({ datasetId, target: 'species', ...change });
      return [__typename, code, path?.join('.')];
    };
    const binary = { taskType: 'BINARY_CLASSIFICATION' };
    expect({
      target: await fault({ target: 'Species' }),
      metric: await fault({ metric: 'beauty' }),
      unfit: await fault({ ...binary, metric: 'rmse' }),
      name: await fault({ name: ' ' }),
      longName: await fault({ name: 'x'.repeat(201) }),
      key: await fault({ idempotencyKey: '' }),
      longKey: await fault({ idempotencyKey: 'x'.repeat(201) }),
      nul: await fault({ target: 'a\0' }),
    }).toEqual({
      target: ['ValidationError', 'TARGET_NOT_FOUND', 'input.target'],
      metric: ['ValidationError', 'METRIC_UNKNOWN', 'input.metric'],
      unfit: ['ValidationError', 'METRIC_NOT_FOR_TASK', 'input.metric'],
      name: ['ValidationError', 'NAME_INVALID', 'input.name'],
      longName: ['ValidationError', 'NAME_INVALID', 'input.name'],
      key: ['ValidationError', 'IDEMPOTENCY_KEY_INVALID', 'input.idempotencyKey'],
      longKey: ['ValidationError', 'IDEMPOTENCY_KEY_INVALID', 'input.idempotencyKey'],
      nul: ['ValidationError', 'TEXT_INVALID', 'input.target'],
    });
  });

  test('names the columns that there are when the target is none of them', async () => {
    const datasetId = await readyDataset();
    expect((await create({ datasetId, target: 'colour' })).message).toBe(
      'There is no column “colour”. The columns are “species”, “mass”, “constant”.',
    );
  });
});

describe('updateExperiment', () => {
  const draft = async (change: object = {}) =>
    (await create({ datasetId: await readyDataset(), target: 'species', ...change })).experiment;

  test('keeps what the wizard has chosen, each time under a new version', async () => {
    const { id: experimentId } = await draft();
    const first = await update({
      ...{ experimentId, version: 1, stage: 'TRAINING', metric: 'accuracy' },
      settings: { budgetSeconds: 5, algorithms: ['linear'] },
    });
    expect(first.experiment).toMatchObject({ version: 2, stage: 'TRAINING', metric: 'accuracy' });
    const second = await update({ experimentId, version: 2, name: 'Birds', settings: { folds: 3 } });
    expect(second.experiment).toMatchObject({
      ...{ version: 3, name: 'Birds', stage: 'TRAINING', metric: 'accuracy' },
      settings: { budgetSeconds: 5, algorithms: ['linear'], folds: 3, seed: 0 },
    });
  });

  test('refuses a stale version, and of two at the same moment one', async () => {
    const { id: experimentId } = await draft();
    const answers = await Promise.all(['a', 'b'].map((name) => update({ experimentId, version: 1, name })));
    expect(answers.map(({ __typename }) => __typename).sort()).toEqual([
      ...['ConflictError', 'UpdateExperimentSuccess'],
    ]);
    expect(await update({ experimentId, version: 1, name: 'c' })).toEqual({
      __typename: 'ConflictError',
      code: 'VERSION_CHANGED',
      message: 'The experiment is at version 2 by now. Read it and try again.',
      path: ['input', 'version'],
      retryable: true,
    });
  });

  test('another target lets go of what was found for the old one; the same target does not', async () => {
    const datasetId = await readyDataset();
    const { experiment } = await create({
      datasetId,
      target: 'species',
      taskType: 'REGRESSION',
      metric: 'rmse',
    });
    const experimentId = experiment.id;
    await app.mutate('analyzeDataset', { datasetId, target: 'species', experimentId }, '{ analysis { id } }');
    const same = await update({ experimentId, version: 2, target: 'species' });
    expect(same.experiment).toMatchObject({
      taskType: 'REGRESSION',
      metric: 'rmse',
      analysis: { id: expect.any(String) },
    });
    const other = await update({ experimentId, version: 3, target: 'mass' });
    expect(other.experiment).toMatchObject({ target: 'mass', taskType: null, metric: null, analysis: null });
  });

  test('tells where a setting is wrong', async () => {
    const { id: experimentId } = await draft({ taskType: 'REGRESSION' });
    const fault = async (change: object) => {
      const { code, path } = await update({ experimentId, version: 1, ...change });
      return [code, path?.join('.')];
    };
    expect({
      budget: await fault({ settings: { budgetSeconds: 0 } }),
      folds: await fault({ settings: { folds: '5' } }),
      tuning: await fault({ settings: { tuning: 'MAGIC' } }),
      extra: await fault({ settings: { budget: 5 } }),
      none: await fault({ settings: [] }),
      unknown: await fault({ settings: { algorithms: ['linear', 'oracle'] } }),
      unfit: await fault({ settings: { algorithms: ['naive_bayes'] } }),
      metric: await fault({ metric: 'roc_auc' }),
      target: await fault({ target: 'colour' }),
    }).toEqual({
      budget: ['SETTINGS_INVALID', 'input.settings.budgetSeconds'],
      folds: ['SETTINGS_INVALID', 'input.settings.folds'],
      tuning: ['SETTINGS_INVALID', 'input.settings.tuning'],
      extra: ['SETTINGS_INVALID', 'input.settings'],
      none: ['SETTINGS_INVALID', 'input.settings'],
      unknown: ['ALGORITHM_UNKNOWN', 'input.settings.algorithms.1'],
      unfit: ['ALGORITHM_NOT_FOR_TASK', 'input.settings.algorithms.0'],
      metric: ['METRIC_NOT_FOR_TASK', 'input.metric'],
      target: ['TARGET_NOT_FOUND', 'input.target'],
    });
  });

  test('a task that the metric does not measure is refused', async () => {
    const { id: experimentId } = await draft({ metric: 'roc_auc' });
    expect(await update({ experimentId, version: 1, taskType: 'REGRESSION' })).toMatchObject({
      ...{ code: 'METRIC_NOT_FOR_TASK', path: ['input', 'metric'] },
    });
  });

  test('while it is queued only names and stages change', async () => {
    const { id: experimentId } = await draft();
    await app.mutate('startTraining', { experimentId }, '{ experiment { id } }');
    const running = { code: 'EXPERIMENT_RUNNING', path: ['input', 'experimentId'], retryable: true };
    expect(await update({ experimentId, version: 2, metric: 'accuracy' })).toMatchObject(running);
    expect(await update({ experimentId, version: 2, settings: { seed: 1 } })).toMatchObject(running);
    expect(await update({ experimentId, version: 2, name: 'x' })).toMatchObject({
      experiment: { name: 'x' },
    });
  });
});

describe('a training is refused', () => {
  const fault = async (mutation: string, input: object) => {
    const { __typename, code, path } = await app.mutate(mutation, input, '{ experiment { id } }');
    return [__typename, code, path?.join('.')];
  };

  test('without a target, twice, or with settings that cannot be', async () => {
    const datasetId = await readyDataset();
    const { id: aimless } = (await create({ datasetId })).experiment;
    const { id: experimentId } = (await create({ datasetId, target: 'species', taskType: 'REGRESSION' }))
      .experiment;
    const start = (change: object) => fault('startTraining', { experimentId, ...change });
    expect({
      aimless: await start({ experimentId: aimless }),
      budget: await start({ budgetSeconds: 0 }),
      trials: await start({ maxTrials: 0 }),
      seed: await start({ seed: -1 }),
      unknown: await start({ algorithms: ['oracle'] }),
      unfit: await start({ algorithms: ['linear', 'naive_bayes'] }),
      first: await start({}),
      second: await start({}),
    }).toEqual({
      aimless: ['ConflictError', 'TARGET_MISSING', 'input.experimentId'],
      budget: ['ValidationError', 'SETTINGS_INVALID', 'input.budgetSeconds'],
      trials: ['ValidationError', 'SETTINGS_INVALID', 'input.maxTrials'],
      seed: ['ValidationError', 'SETTINGS_INVALID', 'input.seed'],
      unknown: ['ValidationError', 'ALGORITHM_UNKNOWN', 'input.algorithms.0'],
      unfit: ['ValidationError', 'ALGORITHM_NOT_FOR_TASK', 'input.algorithms.1'],
      first: ['StartTrainingSuccess', undefined, undefined],
      second: ['ConflictError', 'EXPERIMENT_RUNNING', 'input.experimentId'],
    });
  });

  test('on a dataset that is not there yet, that cannot be read, or without the generator that is wished for', async () => {
    const datasetId = await readyDataset();
    const awaited = await app.mutate(
      'requestUpload',
      { fileName: 'x.csv', byteSize: 3 },
      '{ dataset { id } }',
    );
    const rejection = { code: 'EMPTY_FILE', message: 'The file is empty.' };
    const broken = await readyDataset({ status: 'REJECTED', rejection });
    const run = (change: object) => fault('runExperiment', { datasetId, target: 'species', ...change });
    expect({
      awaited: await run({ datasetId: awaited.dataset.id }),
      broken: await run({ datasetId: broken }),
      target: await run({ target: '' }),
      claude: await run({ generator: 'CLAUDE' }),
      unfit: await run({ taskType: 'REGRESSION', metric: 'accuracy' }),
    }).toEqual({
      awaited: ['ConflictError', 'UPLOAD_INCOMPLETE', 'input.datasetId'],
      broken: ['ConflictError', 'DATASET_REJECTED', 'input.datasetId'],
      target: ['ValidationError', 'TARGET_NOT_FOUND', 'input.target'],
      claude: ['ValidationError', 'GENERATOR_NOT_AVAILABLE', 'input.generator'],
      unfit: ['ValidationError', 'METRIC_NOT_FOR_TASK', 'input.metric'],
    });
  });

  test('and leaves neither a row nor a job', async () => {
    const datasetId = await readyDataset();
    const before = [await rowsOf('experiment'), await rowsOf('analysis'), await jobs()];
    await fault('runExperiment', {
      datasetId,
      target: 'species',
      algorithms: ['oracle'],
      idempotencyKey: 'left',
    });
    await fault('runExperiment', { datasetId, target: 'colour' });
    expect([await rowsOf('experiment'), await rowsOf('analysis'), await jobs()]).toEqual(before);
    // the key of a call that was refused is free
    expect(await fault('runExperiment', { datasetId, target: 'species', idempotencyKey: 'left' })).toEqual([
      ...['RunExperimentSuccess', undefined, undefined],
    ]);
  });
});

describe('cancelJob', () => {
  const cancel = (id: string) =>
    app.mutate(
      'cancelJob',
      { id },
      '{ node { id ... on Experiment { status finishedAt } ... on Analysis { state: status } } }',
    );

  test('while it is queued ends it at once; its stream ends too', async () => {
    const datasetId = await readyDataset();
    const { experiment } = await app.mutate(
      'runExperiment',
      { datasetId, target: 'species' },
      '{ experiment { id } }',
    );
    const ended = { id: experiment.id, status: 'CANCELED', finishedAt: expect.any(String) };
    const first = await cancel(experiment.id);
    expect(first).toEqual({ __typename: 'CancelJobSuccess', node: ended });
    expect(await cancel(experiment.id)).toEqual(first);
    const events = await app.collect(
      'subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename } }',
      { id: experiment.id },
    );
    expect(events.map(({ __typename }) => __typename)).toEqual(['ExperimentQueued', 'ExperimentFinished']);
  });

  test('of an analysis that is queued', async () => {
    const datasetId = await readyDataset();
    const { analysis } = await app.mutate('analyzeDataset', { datasetId }, '{ analysis { id } }');
    expect((await cancel(analysis.id)).node).toEqual({ id: analysis.id, state: 'CANCELED' });
  });

  test('of what is no job says what to do', async () => {
    const datasetId = await readyDataset();
    expect(await cancel(datasetId)).toEqual({
      __typename: 'ConflictError',
      code: 'JOB_NOT_CANCELABLE',
      message: 'Reading a file cannot be stopped. Delete the dataset.',
      path: ['input', 'id'],
      retryable: false,
    });
    expect(await cancel('x')).toMatchObject({ __typename: 'NotFoundError', code: 'NODE_NOT_FOUND' });
  });

  test('a dataset in use cannot be deleted until then', async () => {
    const datasetId = await readyDataset();
    const { experiment } = await app.mutate(
      'runExperiment',
      { datasetId, target: 'species' },
      '{ experiment { id } }',
    );
    const remove = () => app.mutate('deleteDataset', { datasetId }, '{ deletedDatasetId }');
    expect(await remove()).toMatchObject({
      __typename: 'ConflictError',
      code: 'DATASET_IN_USE',
      retryable: true,
    });
    await cancel(experiment.id);
    expect(await remove()).toEqual({ __typename: 'DeleteDatasetSuccess', deletedDatasetId: datasetId });
  });
});

describe('an idempotency key', () => {
  type Case = { table: string; selection: string; input: () => Promise<object>; other: object };
  const onDataset = async () => ({ datasetId: await readyDataset(), target: 'species' });
  const cases: Record<string, Case> = {
    requestUpload: {
      ...{ table: 'dataset', selection: '{ dataset { id } }', other: { byteSize: 4 } },
      input: async () => ({ fileName: 'a.csv', byteSize: 3 }),
    },
    analyzeDataset: {
      ...{ table: 'analysis', selection: '{ analysis { id } }', other: { target: 'mass' } },
      input: onDataset,
    },
    createExperiment: {
      ...{ table: 'experiment', selection: '{ experiment { id } }', other: { name: 'other' } },
      input: onDataset,
    },
    runExperiment: {
      ...{ table: 'pgboss.job', selection: '{ experiment { id } }', other: { seed: 7 } },
      input: onDataset,
    },
    generatePreprocessing: {
      ...{ table: 'preprocessing', selection: '{ preprocessing { id } }', other: { strategy: 'THOROUGH' } },
      input: async () => {
        const { accountId } = await app.services.accounts.localAccount();
        const seed = seeds(app.ports.db, accountId);
        return { analysisId: encodeId('Analysis', await seed.analysis(await seed.dataset())) };
      },
    },
    startTraining: {
      ...{ table: 'pgboss.job', selection: '{ experiment { id } }', other: { seed: 7 } },
      input: async () => ({ experimentId: (await create(await onDataset())).experiment.id }),
    },
  };

  test.each(Object.entries(cases))(
    'of %s: one result for every repeat, even at the same moment',
    async (name, given) => {
      const input = await given.input();
      const before = await rowsOf(given.table);
      const call = (change: object = {}) =>
        app.mutate(name, { ...input, idempotencyKey: 'once', ...change }, given.selection);
      const answers = await Promise.all(Array.from({ length: 6 }, () => call()));
      answers.push(await call());
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(answers[0].__typename).toMatch(/Success$/);
      expect(await rowsOf(given.table)).toBe(before + 1);
      expect(await call(given.other)).toEqual({
        __typename: 'ConflictError',
        code: 'IDEMPOTENCY_KEY_REUSED',
        message: 'This key was used with other input in the last 24 hours.',
        path: ['input', 'idempotencyKey'],
        retryable: false,
      });
    },
  );

  test('is free again after 24 hours', async () => {
    const input = { ...(await onDataset()), idempotencyKey: 'yesterday' };
    const first = (await create(input)).experiment.id;
    await app.ports.database
      .sql`update idempotency_key set created_at = now() - interval '25 hours' where key = 'yesterday'`;
    expect((await create({ ...input, name: 'today' })).experiment.id).not.toBe(first);
  });

  test('of something that was deleted is answered as not found', async () => {
    const input = { fileName: 'a.csv', byteSize: 3, idempotencyKey: 'gone' };
    const request = () =>
      app.query(
        `mutation ($input: RequestUploadInput!) { requestUpload(input: $input) { ... on RequestUploadSuccess { dataset { id } } } }`,
        { input },
      );
    const { dataset } = (await request()).data.requestUpload;
    await app.mutate('deleteDataset', { datasetId: dataset.id }, '{ deletedDatasetId }');
    expect((await request()).errors?.[0]?.extensions).toEqual({ code: 'DATASET_NOT_FOUND' });
  });
});

describe('many at once', () => {
  test('do not starve each other of connections', async () => {
    const datasetId = await readyDataset();
    const { experiment } = await create({ datasetId, target: 'species' });
    const input = { datasetId, target: 'species', experimentId: experiment.id };
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => app.mutate('analyzeDataset', input, '{ analysis { id } }')),
    );
    expect(new Set(answers.map(({ __typename }) => __typename))).toEqual(new Set(['AnalyzeDatasetSuccess']));
    expect(new Set(answers.map(({ analysis }) => analysis.id)).size).toBe(30);
  });
});
