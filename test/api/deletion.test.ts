import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataset, upload } from '#domains/dataset/table.ts';
import { storedObject } from '#domains/stored-object/table.ts';
import { encodeId, parseId } from '#ids.ts';
import { createTestApp, type TestApp } from '../harness.ts';
import { everything, seeds } from './seed.ts';

let app: TestApp;
let ownerId: string;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
  ownerId = (await app.services.accounts.localAccount()).accountId;
});
afterAll(() => app.close());

const HOUR = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR);
const people = 'name,age\nAda,36\nGrace,85\nAlan,41\n';
const rowId = (id: string) => parseId(id)?.id ?? '';

const remove = (datasetId: string, token?: string) =>
  app.mutate('deleteDataset', { datasetId }, '{ deletedDatasetId restorableUntil }', token);
const restore = (datasetId: string, token?: string) =>
  app.mutate('restoreDataset', { datasetId }, '{ dataset { id name status } }', token);
const notFound = {
  ...{ __typename: 'NotFoundError', code: 'DATASET_NOT_FOUND', path: ['input', 'datasetId'] },
  ...{ message: 'There is no Dataset with this id.', retryable: false },
};

/** As if the dataset had been deleted so long ago. */
const age = (id: string, hours: number) =>
  app.ports.database
    .sql`update dataset set deleted_at = deleted_at - ${hours} * interval '1 hour' where id = ${rowId(id)}`;

/** Everything that an owner can see of some nodes. */
async function seen(ids: Record<string, string>) {
  const { data, errors } = await app.query(
    `query ($ids: [ID!]!) {
      nodes(ids: $ids) { __typename id
        ... on Dataset { name experiments { nodes { id } } analyses { nodes { id } } }
        ... on Experiment { leaderboard { nodes { id } } bestRun { id } analysis { id } preprocessing { id } }
        ... on ModelRun { artifacts { sha256 } } ... on PredictionJob { artifact { sha256 } } }
      datasets { nodes { id } } experiments { nodes { id } }
      leaderboard(filter: { taskType: REGRESSION, metric: "rmse" }) { nodes { id } } }`,
    { ids: Object.values(ids) },
  );
  expect(errors).toBeUndefined();
  return data;
}

const named = (list: { nodes: { id: string }[] }, ids: Record<string, string>) =>
  list.nodes.filter(({ id }) => Object.values(ids).includes(id));

describe('a deleted dataset', () => {
  test('is gone with everything made from it, and comes back whole', async () => {
    const ids = await everything(app, ownerId);
    const before = await seen(ids);
    expect(before.nodes).not.toContain(null);
    const asked = Date.now();
    const { restorableUntil, ...answer } = await remove(ids.Dataset);
    expect(answer).toEqual({ __typename: 'DeleteDatasetSuccess', deletedDatasetId: ids.Dataset });
    expect(Date.parse(restorableUntil)).toBeGreaterThanOrEqual(asked + 24 * HOUR);
    expect(Date.parse(restorableUntil)).toBeLessThan(asked + 25 * HOUR);

    const gone = await seen(ids);
    expect(gone.nodes).toEqual(Object.values(ids).map(() => null));
    for (const list of [gone.datasets, gone.experiments, gone.leaderboard])
      expect(named(list, ids)).toEqual([]);

    expect(await restore(ids.Dataset)).toEqual({
      __typename: 'RestoreDatasetSuccess',
      dataset: { id: ids.Dataset, name: 'people', status: 'READY' },
    });
    expect(await seen(ids)).toEqual(before);
  });

  test('stays so when it is deleted again, and when it is restored again', async () => {
    const ids = await everything(app, ownerId);
    const first = await remove(ids.Dataset);
    expect(await remove(ids.Dataset)).toEqual(first);
    const restored = await restore(ids.Dataset);
    expect(await restore(ids.Dataset)).toEqual(restored);
    expect((await remove(ids.Dataset)).restorableUntil > first.restorableUntil).toBe(true);
  });

  test('can be deleted and restored by its owner alone', async () => {
    const { Dataset: id } = await everything(app, ownerId);
    const other = await app.otherOwner();
    expect(await remove(id, other)).toEqual(notFound);
    await remove(id);
    expect(await restore(id, other)).toEqual(notFound);
    expect(await remove(id, other)).toEqual(notFound);
  });

  test('gives no file by links that were made before, until it is restored', async () => {
    const ids = await everything(app, ownerId);
    const uploaded = await app.dataset('people.csv', people);
    const { data } = await app.query(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Dataset { download { url } }
        ... on ModelRun { artifacts { download { url } } } ... on PredictionJob { artifact { download { url } } } } }`,
      { ids: [uploaded, ids.ModelRun, ids.PredictionJob] },
    );
    const [file, run, job] = data.nodes;
    const urls = [file.download.url, run.artifacts[0].download.url, job.artifact.download.url];
    const codes = () =>
      Promise.all(
        urls.map(async (url) => {
          const response = await fetch(url);
          const text = await response.text();
          return response.ok ? text : JSON.parse(text).code;
        }),
      );
    // the seeded rows have no bytes
    const there = [people, 'FILE_NOT_FOUND', 'FILE_NOT_FOUND'];
    expect(await codes()).toEqual(there);
    await remove(uploaded);
    await remove(ids.Dataset);
    expect(await codes()).toEqual(['LINK_INVALID', 'LINK_INVALID', 'LINK_INVALID']);
    await restore(uploaded);
    await restore(ids.Dataset);
    expect(await codes()).toEqual(there);
  });

  test('ends those who follow it and what was made from it', async () => {
    const { db, events } = app.ports;
    const seed = seeds(db, ownerId);
    const datasetId = await seed.dataset({ status: 'INGESTING' });
    const experimentId = await seed.experiment(datasetId, { status: 'DRAFT' });
    await db.transaction(async (tx) => {
      await events.append(tx, datasetId, [{ type: 'IngestionStarted', payload: {} }]);
      await events.append(tx, experimentId, [{ type: 'ExperimentQueued', payload: {} }]);
    });
    const ids = { dataset: encodeId('Dataset', datasetId), experiment: encodeId('Experiment', experimentId) };
    const follow = async (field: string, begun: () => void) => {
      let told = 0;
      const query = `subscription { ${field} { __typename } }`;
      for await (const { errors } of app.socket().iterate({ query })) {
        expect(errors).toBeUndefined();
        told += 1;
        begun();
      }
      return told;
    };
    const fields = [
      `datasetEvents(datasetId: "${ids.dataset}")`,
      `experimentEvents(experimentId: "${ids.experiment}")`,
      `leaderboardUpdates(experimentId: "${ids.experiment}")`,
    ];
    let ended: Promise<number>[] = [];
    await Promise.all(
      fields.map((field) => new Promise<void>((begun) => (ended = [...ended, follow(field, begun)]))),
    );
    await remove(ids.dataset);
    expect(await Promise.all(ended)).toEqual([1, 1, 1]);
  });

  test('is read to its end, so that it can be used once it is restored', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `${index},${index * 7}`).join('\n');
    const id = await app.upload('large.csv', `a,b\n${rows}\n`);
    await remove(id);
    await restore(id);
    await app.collect('subscription ($id: ID!) { datasetEvents(datasetId: $id) { __typename } }', { id });
    expect(await restore(id)).toMatchObject({ dataset: { status: 'READY' } });
  });

  test('takes no bytes', async () => {
    const requested = await app.mutate(
      'requestUpload',
      { fileName: 'people.csv', byteSize: people.length },
      '{ dataset { id } upload { url } }',
    );
    await remove(requested.dataset.id);
    const response = await fetch(requested.upload.url, { method: 'PUT', body: people });
    expect([response.status, (await response.json()).code]).toEqual([404, 'DATASET_NOT_FOUND']);
  });

  const makers: Record<string, (ids: Record<string, string>) => object> = {
    analyzeDataset: ({ Dataset: datasetId }) => ({ datasetId }),
    generatePreprocessing: ({ Analysis: analysisId }) => ({ analysisId }),
    updatePreprocessing: ({ Preprocessing: preprocessingId }) => ({ preprocessingId, steps: [] }),
    createExperiment: ({ Dataset: datasetId }) => ({ datasetId }),
    startTraining: ({ Experiment: experimentId }) => ({ experimentId }),
    runExperiment: ({ Dataset: datasetId }) => ({ datasetId, target: 'y' }),
    predictFile: ({ ModelRun: modelRunId, Dataset: datasetId }) => ({ modelRunId, datasetId }),
  };
  test.each(Object.keys(makers))('has nothing made of it in the moment of its deletion: %s', async (name) => {
    const ids = await everything(app, ownerId);
    const { db, database } = app.ports;
    const waiting = async () => {
      const rows = await database.sql`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      return rows.length;
    };
    const making = await db.transaction(async (tx) => {
      // as the deletion does, up to its commit
      const id = rowId(ids.Dataset);
      await tx.select().from(dataset).where(eq(dataset.id, id)).for('update');
      await tx.update(dataset).set({ deletedAt: new Date() }).where(eq(dataset.id, id));
      const answer = app.mutate(name, makers[name]?.(ids) ?? {}, '{ __typename }');
      await expect.poll(waiting, { timeout: 90_000 }).toBeGreaterThan(0);
      return { answer };
    });
    expect(await making.answer).toMatchObject({ __typename: 'NotFoundError', code: 'DATASET_NOT_FOUND' });
  });
});

describe('a prediction job', () => {
  /** A model on one dataset, applied to another. */
  async function acrossTwo() {
    const seed = seeds(app.ports.db, ownerId);
    const [training, file] = [await seed.dataset(), await seed.dataset()];
    const experimentId = await seed.experiment(training);
    const run = await seed.run({ experimentId, datasetId: training }, 'linear', 1);
    const job = encodeId('PredictionJob', await seed.predictionJob(run, file));
    const isThere = async () =>
      (await app.query('query ($id: ID!) { node(id: $id) { id } }', { id: job })).data.node !== null;
    return { training: encodeId('Dataset', training), file: encodeId('Dataset', file), isThere };
  }

  test.each([
    ['training', 'file'],
    ['file', 'training'],
  ] as const)('is there as long as its model and its file are: %s deleted first', async (one, other) => {
    const { isThere, ...ids } = await acrossTwo();
    const states = [await isThere()];
    for (const [change, id] of [
      ...([
        [remove, ids[one]],
        [remove, ids[other]],
      ] as const),
      ...([
        [restore, ids[one]],
        [restore, ids[other]],
      ] as const),
    ] as const) {
      await change(id);
      states.push(await isThere());
    }
    expect(states).toEqual([true, false, false, false, true]);
  });
});

describe('after the grace', () => {
  const objectsOf = async (id: string) => {
    const [row] = await app.ports.db
      .select()
      .from(dataset)
      .where(eq(dataset.id, rowId(id)));
    return [row?.storageKey ?? '', row?.parquetKey ?? ''];
  };
  const sizes = (keys: string[]) => Promise.all(keys.map((key) => app.ports.storage.size(key)));

  test('a dataset cannot be restored any more, whether it has been swept or not', async () => {
    const { Dataset: id } = await everything(app, ownerId);
    await remove(id);
    await age(id, 24);
    expect(await restore(id)).toEqual(notFound);
    expect(await remove(id)).toEqual(notFound);
    await app.maintain();
    expect(await restore(id)).toEqual(notFound);
  });

  test('rows, events and objects are gone for good', async () => {
    const id = await app.dataset('few.csv', 'a,b\n1,2\n3,4\n');
    const keys = await objectsOf(id);
    const streams = () => app.services.events.lastSequence([rowId(id)]);
    await remove(id);
    await app.maintain(inHours(23));
    expect([(await streams()).size, await sizes(keys)]).toEqual([1, [12, expect.any(Number)]]);
    await app.maintain(inHours(25));
    expect([(await streams()).size, await sizes(keys)]).toEqual([0, [null, null]]);
    expect(
      await app.ports.db
        .select()
        .from(dataset)
        .where(eq(dataset.id, rowId(id))),
    ).toEqual([]);
    const rows = await app.ports.db.select().from(storedObject);
    expect(rows.filter(({ key }) => keys.includes(key))).toEqual([]);
  });

  test('a file stays as long as another dataset has the same', async () => {
    const [one, other] = [await app.dataset('a.csv', 'a,b\n5,6\n'), await app.dataset('b.csv', 'a,b\n5,6\n')];
    const [source = ''] = await objectsOf(one);
    expect(await objectsOf(other)).toContain(source);
    await remove(one);
    await app.maintain(inHours(25));
    expect(await sizes([source])).toEqual([8]);
    await remove(other);
    await app.maintain(inHours(25));
    expect(await sizes([source])).toEqual([null]);
  });

  test('an upload that was under way is ended in the store', async () => {
    const { db, storage } = app.ports;
    const datasetId = await seeds(db, ownerId).dataset({ status: 'UPLOADING', storageKey: null });
    const storageKey = await app.services.objects.begin(db, ownerId, 'source');
    const uploadId = await storage.resumable.begin(storageKey, 10);
    await db.insert(upload).values({ datasetId, protocol: 'TUS', storageKey, uploadId });
    await remove(encodeId('Dataset', datasetId));
    await app.maintain(inHours(25));
    await expect(storage.resumable.offset(storageKey, uploadId)).rejects.toMatchObject({
      code: 'UPLOAD_NOT_FOUND',
    });
    expect(await db.select().from(storedObject).where(eq(storedObject.key, storageKey))).toEqual([]);
  });
});

describe('without a grace', () => {
  test('a deleted dataset goes with the next sweep', async () => {
    const hasty = await createTestApp({ env: { DELETION_GRACE_HOURS: '0' } });
    try {
      const { accountId } = await hasty.services.accounts.localAccount();
      const ids = await everything(hasty, accountId);
      const input = { datasetId: ids.Dataset };
      await hasty.mutate('deleteDataset', input, '{ deletedDatasetId }');
      expect(await hasty.mutate('restoreDataset', input, '{ dataset { id } }')).toEqual(notFound);
      expect(await hasty.maintain()).toMatchObject({ purgedDatasets: 1 });
      const left = await hasty.ports.database
        .sql`select (select count(*) from dataset) + (select count(*) from analysis)
        + (select count(*) from experiment) + (select count(*) from model_run) + (select count(*) from artifact)
        + (select count(*) from prediction_job) as rows`;
      expect(left[0]?.rows).toBe('0');
    } finally {
      await hasty.close();
    }
  });
});
