import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import postgres from 'postgres';
import { describe, expect, type TestContext, test, vi } from 'vitest';
import { createTestApp, testDatabase } from '../harness.ts';
import {
  all,
  connect,
  type ExperimentEvent,
  type FlowClient,
  PROVED,
  type Run,
  sequences,
  unbroken,
} from './client.ts';
import { descendants, inSandboxOf, installation, type ProcessMark, survivors } from './installation.ts';

const samples = join(import.meta.dirname, '../../samples');
const CASE_MILLISECONDS = 300_000;
const ROWS = 60_000;
/** A Python process that is still importing its libraries learns of its end when it has them. */
const ORPHAN_MILLISECONDS = 20_000;

type Context = Pick<TestContext, 'onTestFinished'>;
const settings = { TRAINING_THREADS: '1' };

/** A server, and the means to start workers for it; gone at the end of the test. */
async function workersOf({ onTestFinished }: Context) {
  const app = await createTestApp({ env: settings });
  const place = await installation(app.database.url, { ...settings, DATA_DIR: app.directory });
  onTestFinished(async () => {
    await place.close();
    await app.close();
  });
  return { app, worker: place.worker, client: connect(app.url) };
}

const TOLD = `subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename
  ... on LogWritten { message } ... on RunStarted { modelRun { id } }
  ... on FoldScored { modelRun { id } trial fold } } }`;
type Told = {
  __typename: string;
  message?: string;
  modelRun?: { id: string };
  trial?: number;
  fold?: number;
};

async function train(
  client: FlowClient,
  budgetSeconds: number,
  algorithms = ['decision_tree', 'linear', 'lightgbm', 'random_forest'],
): Promise<string> {
  const datasetId = await client.dataset('telco_churn.csv', await readFile(join(samples, 'telco_churn.csv')));
  return client.run({ datasetId, target: 'churn', budgetSeconds, algorithms, seed: 3 });
}

/** The events up to and with the `count`-th of a type. */
async function until(
  client: FlowClient,
  id: string,
  type: string,
  count = 1,
  after: string | null = null,
): Promise<ExperimentEvent[]> {
  const seen: ExperimentEvent[] = [];
  for await (const event of client.events(id, after)) {
    seen.push(event);
    if (seen.filter(({ __typename }) => __typename === type).length === count) return seen;
  }
  throw new Error(`the stream ended before its ${count}. ${type}`);
}

/** What a client has that saw the stream in two parts: each number once, the end at the end. */
function expectUnbroken(events: readonly ExperimentEvent[]): void {
  expect(sequences(events)).toEqual(unbroken(events));
  expect(events.filter(({ __typename }) => __typename === 'ExperimentFinished')).toEqual([events.at(-1)]);
}

async function expectTrained(client: FlowClient, id: string): Promise<void> {
  const { status, failure, leaderboard } = await client.experiment(id);
  expect({ status, failure }).toEqual({ status: 'SUCCEEDED', failure: null });
  const trained = leaderboard.nodes.filter((run) => run.status === 'SUCCEEDED');
  expect(trained.length).toBeGreaterThanOrEqual(1);
  expect(trained.filter(({ artifacts }) => artifacts.length === 0)).toEqual([]);
  expect(leaderboard.nodes.filter((run) => run.status === 'RUNNING' || run.status === 'QUEUED')).toEqual([]);
  for (const { artifacts } of trained) {
    for (const { byteSize, download } of artifacts) {
      const response = await fetch(download.url);
      expect(String((await response.arrayBuffer()).byteLength)).toBe(byteSize);
    }
  }
}

describe.concurrent('kill -9', () => {
  test('of the worker in mid-training: the next one goes on at the fold, nothing stays behind', {
    timeout: CASE_MILLISECONDS,
  }, async (context) => {
    const { app, worker, client } = await workersOf(context);
    const first = await worker();
    const id = await train(client, 20, ['random_forest', 'lightgbm']);
    const before = await until(client, id, 'FoldScored', 3);
    const started = await descendants(first.pid);
    expect(started.length).toBeGreaterThanOrEqual(2);
    await first.end('SIGKILL');
    expect(await survivors(started, ORPHAN_MILLISECONDS)).toEqual([]);
    expect(await inSandboxOf(first.pid)).toEqual([]);
    await worker();
    const events = [...before, ...(await all(client.events(id, before.at(-1)?.cursor)))];
    expectUnbroken(events);
    expect(events.filter(({ __typename }) => __typename === 'TrainingStarted')).toHaveLength(2);
    expectUnbroken(await all(client.events(id)));
    await expectTrained(client, id);
    const told = await all(client.subscribe<{ experimentEvents: Told }>(TOLD, { id }));
    const folds = told.flatMap(({ experimentEvents: { __typename, modelRun, trial, fold } }) =>
      __typename === 'FoldScored' && trial === 0 ? [`${modelRun?.id} ${fold}`] : [],
    );
    expect(folds).toHaveLength(new Set(folds).size);
    const messages = told.flatMap(({ experimentEvents }) => experimentEvents.message ?? []);
    expect(messages).toContainEqual(expect.stringMatching(/goes on with \d+ s, from .*\d+ folds/));
    const { leaderboard } = await client.experiment(id);
    const isModel = ({ algorithm, status }: Run) => status === 'SUCCEEDED' && algorithm !== 'ensemble';
    expect(await client.verify(leaderboard.nodes.find(isModel)?.id ?? '')).toEqual(PROVED);
    expect(await readdir(join(app.directory, 'work'))).not.toContainEqual(expect.stringMatching(/^folds-/));
  });

  test('of the worker once a model is finished: the next one goes on from there', {
    timeout: CASE_MILLISECONDS,
  }, async (context) => {
    const { worker, client } = await workersOf(context);
    const first = await worker();
    const id = await train(client, 40);
    await until(client, id, 'RunFinished');
    const { leaderboard } = await client.experiment(id);
    const finished = leaderboard.nodes.filter(({ status }) => status === 'SUCCEEDED').map((run) => run.id);
    expect(finished.length).toBeGreaterThanOrEqual(1);
    await first.end('SIGKILL');
    await worker();
    await all(client.events(id));
    const told = await all(client.subscribe<{ experimentEvents: Told }>(TOLD, { id }));
    const ofFinished = told.flatMap(({ experimentEvents: event }) =>
      event.modelRun && finished.includes(event.modelRun.id) ? [event] : [],
    );
    for (const run of finished) {
      const own = ofFinished.filter(({ modelRun }) => modelRun?.id === run);
      expect(own.filter(({ __typename }) => __typename === 'RunStarted')).toHaveLength(1);
      // its first trial is not fitted again
      const folds = own.flatMap(({ trial, fold }) => (trial === 0 ? [fold] : []));
      expect(folds.sort()).toEqual([0, 1, 2, 3, 4]);
    }
    const messages = told.flatMap(({ experimentEvents }) => experimentEvents.message ?? []);
    expect(messages).toContainEqual(
      expect.stringMatching(/goes on with \d+ s, from the \d models that were finished/),
    );
    await expectTrained(client, id);
  });

  test('of the server in mid-subscription: a client that resumes has every number once', {
    timeout: CASE_MILLISECONDS,
  }, async (context) => {
    const database = await testDatabase();
    const place = await installation(database.url, settings);
    context.onTestFinished(async () => {
      await place.close();
      await database.drop();
    });
    const [server] = await Promise.all([place.server(), place.worker()]);
    const client = connect(server.url);
    const id = await train(client, 8);
    const seen: ExperimentEvent[] = [];
    let killed: Promise<void> | undefined;
    const follow = async () => {
      for await (const event of client.events(id, seen.at(-1)?.cursor)) {
        seen.push(event);
        if (event.__typename === 'FoldScored') killed ??= server.end('SIGKILL');
      }
    };
    await expect(follow()).rejects.toThrow();
    await killed;
    expect(seen.at(-1)?.__typename).not.toBe('ExperimentFinished');
    await place.server(Number(new URL(server.url).port));
    await follow();
    expectUnbroken(seen);
    await expectTrained(client, id);
  });

  test('of the worker during ingestion: the next one reads the file', {
    timeout: CASE_MILLISECONDS,
  }, async (context) => {
    const { worker, client } = await workersOf(context);
    const first = await worker();
    const header = 'number,text,date,'.repeat(10);
    const line = '0123456789,abc def,2024-01-02,'.repeat(10);
    const datasetId = await client.upload('wide.csv', `${header}last\n${`${line}x\n`.repeat(ROWS)}`);
    let begun: ProcessMark[] = [];
    for await (const { __typename } of client.datasetEvents(datasetId)) {
      if (__typename !== 'IngestionProgressed') continue;
      begun = (await descendants(first.pid)).filter(({ mark }) => mark.includes('tables/child'));
      break;
    }
    expect(begun.length).toBeGreaterThanOrEqual(1);
    await first.end('SIGKILL');
    expect(await survivors(begun, ORPHAN_MILLISECONDS)).toEqual([]);
    await worker();
    const events = await all(client.datasetEvents(datasetId));
    expect(sequences(events)).toEqual(unbroken(events));
    expect(events.filter(({ __typename }) => __typename === 'DatasetReady')).toEqual([events.at(-1)]);
    const { node } = await client.query<{ node: object }>(
      'query ($id: ID!) { node(id: $id) { ... on Dataset { status rowCount } } }',
      { id: datasetId },
    );
    expect(node).toEqual({ status: 'READY', rowCount: ROWS });
  });

  test('of the worker at every attempt: the experiment ends and says so', {
    timeout: CASE_MILLISECONDS,
  }, async (context) => {
    const { app, worker, client } = await workersOf(context);
    const queue = postgres(app.database.url, { max: 1 });
    context.onTestFinished(() => queue.end());
    const job = queue`pgboss.job where name = 'experiment.run' and state = 'active'`;
    let running = await worker();
    const id = await train(client, 60);
    for (const lost of [0, 1, 2]) {
      await vi.waitUntil(
        async () => (await queue`select from ${job} and retry_count = ${lost}`).length === 1,
        {
          timeout: 60_000,
        },
      );
      await running.end('SIGKILL');
      // instead of waiting until the heartbeat is found silent
      await queue`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute' where state = 'active'`;
      running = await worker();
    }
    expectUnbroken(await all(client.events(id)));
    const { status, failure, leaderboard } = await client.experiment(id);
    expect({ status, code: failure?.code }).toEqual({ status: 'FAILED', code: 'WORKER_LOST' });
    // what had finished before has its model, the rest is told as failed
    expect(leaderboard.nodes.filter((run) => run.status !== 'FAILED' && run.artifacts.length === 0)).toEqual(
      [],
    );
  });
});

test('SIGTERM of the worker in mid-training hands the job to the next worker', {
  timeout: CASE_MILLISECONDS,
}, async (context) => {
  const { worker, client } = await workersOf(context);
  const first = await worker();
  const id = await train(client, 20);
  const before = await until(client, id, 'FoldScored');
  const started = await descendants(first.pid);
  await worker();
  await first.end('SIGTERM');
  expect(first.child.exitCode).toBe(0);
  expect(await survivors(started, ORPHAN_MILLISECONDS)).toEqual([]);
  const events = [...before, ...(await all(client.events(id, before.at(-1)?.cursor)))];
  expectUnbroken(events);
  const types = events.map(({ __typename }) => __typename);
  expect(types.filter((type) => type === 'TrainingStarted')).toHaveLength(2);
  expect(types).not.toContain('StageFailed');
  await expectTrained(client, id);
});
