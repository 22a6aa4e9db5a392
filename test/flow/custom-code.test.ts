import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { storedObject } from '#domains/stored-object/table.ts';
import { createTestApp, type TestApp } from '../harness.ts';
import { type Artifact, all, connect, type FlowClient, sequences, unbroken } from './client.ts';
import { installation } from './installation.ts';
import { asItIs, type Plan, planned, start, table, WAIT, withCode } from './own-code.ts';
import { printCsv } from './table.ts';

const CASE_MILLISECONDS = 600_000;
/** A share by city, learned from training rows. */
const shareByCity = `class CityShare:
    def fit(self, X, y):
        self.shares = (y == "yes").groupby(X["city"]).mean().to_dict()
        return self

    def transform(self, X):
        return X.assign(share=X["city"].map(self.shares).astype(float).fillna(0.5))
`;

type Run = {
  id: string;
  algorithm: string;
  score: number;
  foldScores: number[];
  portable: boolean;
  preprocessing: { preprocessingId: string; revision: number; codeSha256: string; steps: object[] };
  featureImportance: { feature: string; importance: number }[];
  artifacts: (Artifact & { mediaType: string })[];
};
type Ended = {
  status: string;
  failure: { code: string; message: string } | null;
  leaderboard: { nodes: Run[] };
};

const RESULT = `query ($id: ID!) { node(id: $id) { ... on Experiment { status failure { code message }
  leaderboard { nodes { id algorithm score foldScores portable
    preprocessing { preprocessingId revision codeSha256 steps { key code } }
    featureImportance { feature importance } artifacts { name mediaType byteSize sha256 download { url } } } } } } }`;
const PREDICTION = `query ($id: ID!) { node(id: $id) { ... on PredictionJob { status failure { code message }
  artifact { download { url } } } } }`;

/** Waits until the code has prepared so many folds, or more. */
async function preparing(client: FlowClient, id: string, folds: number): Promise<void> {
  const document = `subscription ($id: ID!) { experimentEvents(experimentId: $id) {
    ... on StageProgressed { progress { message } } } }`;
  type Progressed = { experimentEvents: { progress?: { message: string } } };
  for await (const { experimentEvents } of client.subscribe<Progressed>(document, { id })) {
    const [, done] = /has prepared (\d) of 5 folds/.exec(experimentEvents.progress?.message ?? '') ?? [];
    if (Number(done) >= folds) return;
  }
  throw new Error('the stream ended before that');
}

const resultOf = async (client: FlowClient, id: string) =>
  (await client.query<{ node: Ended }>(RESULT, { id })).node;

async function trained(client: FlowClient, plan: Plan, preprocessingId: string, more: object = {}) {
  const id = await start(client, plan, preprocessingId, more);
  await all(client.events(id));
  return resultOf(client, id);
}

async function predicted(client: FlowClient, modelRunId: string, content: string): Promise<string> {
  const datasetId = await client.dataset('new.csv', content);
  const input = { modelRunId, datasetId };
  const { predictionJob } = await client.mutate<{ predictionJob: { id: string } }>(
    ...(['predictFile', input, '{ predictionJob { id } }'] as const),
  );
  type Job = { status: string; failure: object | null; artifact: { download: { url: string } } | null };
  const job = async () => (await client.query<{ node: Job }>(PREDICTION, predictionJob)).node;
  await expect.poll(async () => (await job()).status, WAIT).toMatch(/SUCCEEDED|FAILED/);
  const { failure, artifact } = await job();
  expect(failure).toBe(null);
  return (await fetch(artifact?.download.url ?? '')).text();
}

const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex');

describe('a plan with code of its own', () => {
  let app: TestApp;
  let client: FlowClient;
  let plan: Plan;
  beforeAll(async () => {
    app = await createTestApp({ worker: true });
    await app.ports.sandbox.warm();
    client = connect(app.url);
    plan = await planned(client);
  }, CASE_MILLISECONDS);
  afterAll(() => app.close());

  test('scores and predicts what the same plan does inside the trainer', {
    timeout: CASE_MILLISECONDS,
  }, async () => {
    const more = { algorithms: ['decision_tree', 'linear'], maxTrials: 2 };
    const own = await withCode(app, plan, asItIs);
    const inside = await trained(client, plan, plan.generated, more);
    const outside = await trained(client, plan, own, more);
    expect([inside.failure, outside.failure]).toEqual([null, null]);
    for (const run of inside.leaderboard.nodes) {
      const other = outside.leaderboard.nodes.find(({ algorithm }) => algorithm === run.algorithm);
      expect(other?.score).toBeCloseTo(run.score, 9);
      other?.foldScores.forEach((score, fold) => {
        expect(score).toBeCloseTo(run.foldScores[fold] ?? Number.NaN, 9);
      });
      expect(new Set(other?.featureImportance.map(({ feature }) => feature))).toEqual(
        new Set(run.featureImportance.map(({ feature }) => feature)),
      );
    }
    const [first] = inside.leaderboard.nodes;
    const second = outside.leaderboard.nodes.find(({ algorithm }) => algorithm === first?.algorithm);
    if (!first || !second) throw new Error('a run is missing');
    expect([first.portable, second.portable]).toEqual([true, false]);
    expect(first.preprocessing.preprocessingId).toBe(plan.generated);
    expect(second.preprocessing).toEqual({
      ...{ preprocessingId: own, revision: 4, codeSha256: sha256(asItIs) },
      steps: [{ key: 'custom', code: asItIs }],
    });
    const files = first.artifacts.map(({ name }) => name).filter((name) => name !== 'portable.onnx');
    expect(files).toEqual([`${first.algorithm}.zip`]);
    // the code can be had; what it has learned goes back to it alone
    const [model, code, ...others] = second.artifacts;
    expect([model?.name, code?.name, code?.mediaType, others]).toEqual([
      ...[`${first.algorithm}.zip`, 'pipeline.py', 'text/x-python', []],
    ]);
    expect(await (await fetch(code?.download.url ?? '')).text()).toBe(asItIs);

    // another order of columns, one unseen level, gaps, no target
    const rows = table.rows.slice(0, 50).map(([, one = '', two = '', city = ''], row) => {
      return [row % 7 === 0 ? 'Unseen' : city, two, row % 11 === 0 ? '' : one];
    });
    const content = printCsv({ header: ['city', 'two', 'one'], rows });
    const expected = await predicted(client, first.id, content);
    const lines = (await predicted(client, second.id, content)).trim().split('\n');
    expect([lines.length, lines[0]]).toEqual([51, 'no,yes']);
    const shares = (line: string) => line.split(',').map(Number);
    for (const [row, line] of expected.trim().split('\n').slice(1).entries()) {
      const own = shares(lines[row + 1] ?? '');
      for (const [column, share] of shares(line).entries()) expect(own[column]).toBeCloseTo(share, 9);
    }
  });

  test('that passes its gates is trained and predicts under the names that the user knows', {
    timeout: CASE_MILLISECONDS,
  }, async () => {
    const own = await planned(client);
    const step = { key: 'custom', reason: 'Cities differ.', code: shareByCity };
    const input = { preprocessingId: own.generated, steps: [step] };
    await client.mutate('updatePreprocessing', input, '{ preprocessing { id } }');
    type Edited = { status: string; decision: string | null; failure: object | null };
    const document =
      'query ($id: ID!) { node(id: $id) { ... on Preprocessing { status decision failure { message } } } }';
    const edited = async () => (await client.query<{ node: Edited }>(document, { id: own.generated })).node;
    await vi.waitUntil(async () => /SUCCEEDED|FAILED/.test((await edited()).status), WAIT);
    const { decision, ...ended } = await edited();
    expect(ended).toEqual({ status: 'SUCCEEDED', failure: null });
    // where so few rows decide nothing, the user does
    const word = { preprocessingId: own.generated, accept: true };
    if (decision) await client.mutate('decidePreprocessing', word, '{ preprocessing { id } }');
    const { failure, leaderboard } = await trained(client, own, own.generated);
    expect(failure).toBe(null);
    const [run] = leaderboard.nodes;
    expect(run?.preprocessing).toMatchObject({ revision: 2, steps: [{ key: 'custom', code: shareByCity }] });
    const features = run?.featureImportance.map(({ feature }) => feature) ?? [];
    expect(features).toContain('one');
    expect(['one', 'two', 'city', 'share']).toEqual(expect.arrayContaining(features));

    // its model is taken up again, on folds that the code prepares anew
    const tuning = { modelRunId: run?.id, strategy: 'RANDOM', trials: 3, budgetSeconds: 300 };
    type Tuned = { experiment: { id: string; lastCursor: string } };
    const selection = '{ modelRun { experiment { id lastCursor } } }';
    const { modelRun } = await client.mutate<{ modelRun: Tuned }>('tuneModelRun', tuning, selection);
    await all(client.events(modelRun.experiment.id, modelRun.experiment.lastCursor));
    const tuned = await resultOf(client, modelRun.experiment.id);
    expect([tuned.status, tuned.failure]).toEqual(['SUCCEEDED', null]);
    expect(tuned.leaderboard.nodes[0]?.id).toBe(run?.id);
    expect(tuned.leaderboard.nodes[0]?.score).toBeGreaterThanOrEqual(run?.score ?? 1);
    const csv = await predicted(client, run?.id ?? '', 'city,one,two\nUnseen,9,1\n,,\n');
    expect(csv.trim().split('\n')).toHaveLength(3);
  });

  test.each([
    [
      'remembers labels to give them back',
      'CODE_CONTRACT',
      /another value than in training/,
      `KEPT = {}
def fit(train, target):
    KEPT["labels"] = (target == "yes").astype(float)
def transform(rows, state):
    return rows[["one"]].assign(label=KEPT.get("labels", 0.5))`,
    ],
    [
      'leaves labels for other folds',
      'CODE_FAILED',
      /no labels/,
      `import os
PLACES = ["/tmp/labels", "/dev/shm/labels", "/var/tmp/labels", "out/labels", "labels"]
FOUND = [place for place in PLACES if os.path.exists(place)]
def fit(train, target):
    assert not FOUND, FOUND
    for place in PLACES:
        try:
            with open(place, "w") as file:
                file.write("\\n".join(target))
        except OSError:
            pass
def transform(rows, state):
    assert FOUND, "no labels"
    return rows[["one"]]`,
    ],
    [
      'fails on what it has not seen',
      'CODE_FAILED',
      /KeyError/,
      `def fit(train, target):
    return {"keys": set(train["one"])}
def transform(rows, state):
    if not set(rows["one"]) <= state["keys"]:
        raise KeyError("a new number")
    return rows[["one"]]`,
    ],
  ])(
    'that %s ends the training with %s',
    {
      timeout: CASE_MILLISECONDS,
    },
    async (_, failureCode, message, code) => {
      const { status, failure, leaderboard } = await trained(client, plan, await withCode(app, plan, code));
      expect([status, failure]).toEqual([
        'FAILED',
        { code: failureCode, message: expect.stringMatching(message) },
      ]);
      expect(leaderboard.nodes).toEqual([]);
    },
  );

  test('that takes too long ends the training at half of its budget, and says what to do', {
    timeout: CASE_MILLISECONDS,
  }, async () => {
    const slow = `import time\n${asItIs.replace('return None', 'time.sleep(600)')}`;
    const own = await withCode(app, plan, slow);
    const { status, failure } = await trained(client, plan, own, { budgetSeconds: 10 });
    expect([status, failure?.code]).toEqual(['FAILED', 'PREPARATION_TOO_SLOW']);
    expect(failure?.message).toMatch(/prepared 0 of 5 folds in 5 s, half of the budget.*larger budget/);
  });

  test('is stopped when its experiment is cancelled', { timeout: CASE_MILLISECONDS }, async () => {
    const slow = `import time\n${asItIs.replace('return None', 'time.sleep(600)')}`;
    const id = await start(client, plan, await withCode(app, plan, slow), { budgetSeconds: 600 });
    await preparing(client, id, 0);
    await client.mutate('cancelJob', { id }, '{ node { id } }');
    await all(client.events(id));
    const { status, failure } = await resultOf(client, id);
    expect([status, failure]).toEqual(['CANCELED', null]);
  });
});

test('a dataset that is purged takes with it what code has learned from it', {
  timeout: CASE_MILLISECONDS,
}, async ({ onTestFinished }) => {
  const app = await createTestApp({ worker: true, env: { DELETION_GRACE_HOURS: '0' } });
  onTestFinished(() => app.close());
  const client = connect(app.url);
  const plan = await planned(client);
  const { failure } = await trained(client, plan, await withCode(app, plan, asItIs));
  expect(failure).toBe(null);
  const { db } = app.ports;
  const models = () =>
    db.select({ key: storedObject.key }).from(storedObject).where(sql`${storedObject.key} like '%/model/%'`);
  // the model, the code, five states
  expect(await models()).toHaveLength(7);
  await client.mutate('deleteDataset', { datasetId: plan.datasetId }, '{ deletedDatasetId }');
  expect(await app.maintain(new Date(Date.now() + 2 * 3_600_000))).toMatchObject({ purgedDatasets: 1 });
  expect(await models()).toEqual([]);
});

test('kill -9 of the worker while code prepares the folds: the next one prepares them again', {
  timeout: CASE_MILLISECONDS,
}, async ({ onTestFinished }) => {
  const app = await createTestApp();
  const place = await installation(app.database.url, { TRAINING_THREADS: '1', DATA_DIR: app.directory });
  onTestFinished(async () => {
    await place.close();
    await app.close();
  });
  const first = await place.worker();
  const client = connect(app.url);
  const plan = await planned(client);
  const steady = `import time\n${asItIs.replace('return None', 'time.sleep(2)')}`;
  const id = await start(client, plan, await withCode(app, plan, steady), { budgetSeconds: 600 });
  await preparing(client, id, 1);
  await first.end('SIGKILL');
  // instead of waiting until the heartbeat is found silent
  await app.ports.db.execute(
    sql`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute' where state = 'active'`,
  );
  await place.worker();
  const events = await all(client.events(id));
  expect(sequences(events)).toEqual(unbroken(events));
  expect(events.filter(({ __typename }) => __typename === 'TrainingStarted')).toHaveLength(1);
  const { status, failure, leaderboard } = await resultOf(client, id);
  expect([status, failure]).toEqual(['SUCCEEDED', null]);
  const rows = table.rows.slice(0, 20).map(([, ...row]) => row);
  const content = printCsv({ header: ['one', 'two', 'city', 'sold'], rows });
  const csv = await predicted(client, leaderboard.nodes[0]?.id ?? '', content);
  expect(csv.trim().split('\n')).toHaveLength(21);
});
