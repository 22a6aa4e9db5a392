import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { installation } from '../flow/installation.ts';
import { answerOf, step } from '../generator/tables.ts';
import { createTestApp, type TestApp } from '../harness.ts';
import { type MessagesServer, startMessagesServer } from '../messages-server/server.ts';
import { people, preparing } from './prepared.ts';

let messages: MessagesServer;
let app: TestApp;
let does: ReturnType<typeof preparing>;
let analysisId: string;
beforeAll(async () => {
  messages = await startMessagesServer();
  app = await createTestApp({ worker: true, env: messages.settings });
  does = preparing(app);
  // so few rows show nothing of what a plan is worth: its owner has to decide
  analysisId = await does.analysed(people(240));
}, 120_000);
afterAll(async () => {
  await app.close();
  await messages.close();
});
beforeEach(() => messages.forget());

const claude = { generator: 'CLAUDE', strategy: 'BALANCED' };
/** By the ids of the columns: c1 is the income. */
const good = answerOf([step('log_transform', ['c1']), step('missing_indicator', ['c1'])]);
const crashing = answerOf([
  step('custom', [], {
    code: 'class Crash:\n    def fit(self, X, y):\n        return self\n\n    def transform(self, X):\n        return X / X["nothing"]\n',
  }),
]);

// biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests assert
type Any = any;
const only = (events: Any[], type: string) => events.filter(({ __typename }) => __typename === type);
/** What a client has that puts every piece where it belongs. */
const textOf = (events: Any[]) =>
  only(events, 'TextGenerated').reduce((text, piece) => text.slice(0, piece.offset) + piece.text, '');
const keys = ({ steps }: Any) => steps.map(({ key }: { key: string }) => key);

async function started(input: object = {}): Promise<string> {
  const { preprocessing } = await does.generate({ analysisId, ...claude, ...input });
  return preprocessing.id;
}

/** The events of a live stream up to the first for which `isEnough` holds. */
async function until(id: string, isEnough: (events: Any[]) => boolean): Promise<Any[]> {
  const document = `subscription ($id: ID!) { preprocessingEvents(preprocessingId: $id) { __typename
    ... on TextGenerated { attempt offset text } } }`;
  const events: Any[] = [];
  for await (const { data } of app.socket().iterate({ query: document, variables: { id } })) {
    events.push((data as Any).preprocessingEvents);
    if (isEnough(events)) return events;
  }
  throw new Error(`the stream ended: ${JSON.stringify(events)}`);
}

describe('a plan of Claude', () => {
  test('is seen as it is written, and is the same text when it is asked for later, from any place', async () => {
    messages.plan({ text: good, waits: true });
    const id = await started({ instructions: 'Mind the income.' });
    const live = await until(id, (events) => textOf(events).length >= good.length / 2 - 1);
    messages.finish();
    const half = textOf(live);
    expect(good.startsWith(half)).toBe(true);
    const told = await does.events(id);
    expect(textOf([...live, ...told])).toBe(good);
    expect(told.map(({ __typename }: Any) => __typename).filter((name) => name !== 'GateFinished')).toEqual(
      expect.arrayContaining([
        ...['PreprocessingQueued', 'PreprocessingStarted', 'StepsPlanned', 'TextGenerated', 'UsageChanged'],
        ...['StepsPlanned', 'PreprocessingFinished'],
      ]),
    );
    const row = await does.read(id);
    expect(row).toMatchObject({
      ...{ status: 'SUCCEEDED', generator: 'CLAUDE', decision: 'PENDING', instructions: 'Mind the income.' },
      ...{ revision: 2, acceptedRevision: 1, fallback: null },
      usage: { attempts: 1, model: 'claude-sonnet-5' },
    });
    expect(row.usage.costUsd).toBeGreaterThan(0);
    expect(keys(row)).toEqual(['log_transform', 'missing_indicator']);
    expect(row.gates.at(-1)).toMatchObject({ name: 'non_inferiority', verdict: 'UNDECIDED' });
    // one event holds the whole text once the job has ended
    await expect
      .poll(async () => only(await does.events(id), 'TextGenerated'), { timeout: 60_000 })
      .toEqual([
        { __typename: 'TextGenerated', cursor: expect.any(String), attempt: 1, offset: 0, text: good },
      ]);
  });

  test('that the gates cannot decide about is trained on once its owner took it', async () => {
    messages.plan({ text: good });
    const id = await started();
    await does.events(id);
    const { data } = await app.query(
      'query ($id: ID!) { node(id: $id) { ... on Preprocessing { dataset { id } } } }',
      { id },
    );
    const { experiment } = await app.mutate(
      'createExperiment',
      { datasetId: data.node.dataset.id, target: 'answer' },
      '{ experiment { id } }',
    );
    const train = () =>
      app.mutate(
        'startTraining',
        { experimentId: experiment.id, preprocessingId: id, algorithms: ['decision_tree'], budgetSeconds: 1 },
        '{ experiment { status } }',
      );
    expect(await train()).toMatchObject({
      ...{ code: 'PREPROCESSING_UNDECIDED', path: ['input', 'preprocessingId'], retryable: false },
    });
    const { preprocessing } = await does.decide({ preprocessingId: id, accept: true, revision: 2 });
    expect(preprocessing).toMatchObject({ decision: 'ACCEPTED', revision: 2, acceptedRevision: 2 });
    expect(await does.decide({ preprocessingId: id, accept: true })).toMatchObject({
      ...{ __typename: 'ConflictError', code: 'NOTHING_TO_DECIDE' },
    });
    expect((await train()).__typename).toBe('StartTrainingSuccess');
    await app.mutate('cancelJob', { id: experiment.id }, '{ node { id } }');
  });

  test('that its owner rejects gives way to that of the rules', async () => {
    messages.plan({ text: good });
    const id = await started();
    await does.events(id);
    const { preprocessing } = await does.decide({ preprocessingId: id, accept: false });
    expect(preprocessing).toMatchObject({
      ...{ status: 'SUCCEEDED', generator: 'RULES', decision: null, revision: 3, acceptedRevision: 3 },
      fallback: { code: 'PREPROCESSING_REJECTED' },
    });
    const rules = await does.generated({ analysisId, ...claude, generator: 'RULES' });
    expect(keys(preprocessing)).toEqual(keys(rules));
    expect(preprocessing.code).toBe(rules.code);
  });

  test('that is refused by its gates is mended twice; then the rules have the word', async () => {
    messages.plan({ text: crashing }, { text: crashing }, { text: crashing });
    const id = await started();
    const told = await does.events(id);
    expect(only(told, 'RepairStarted')).toEqual(
      [2, 3].map((attempt) => ({
        ...{ __typename: 'RepairStarted', cursor: expect.any(String), attempt },
        reason: expect.stringMatching(/^runs: /),
      })),
    );
    expect(only(told, 'FallbackChosen')).toMatchObject([{ failure: { code: 'GATES_FAILED' } }]);
    expect([...new Set(only(told, 'TextGenerated').map(({ attempt }) => attempt))]).toEqual([1, 2, 3]);
    expect(await does.read(id)).toMatchObject({
      ...{ status: 'SUCCEEDED', generator: 'RULES', decision: null, failure: null },
      ...{ revision: 5, acceptedRevision: 5, fallback: { code: 'GATES_FAILED' }, usage: { attempts: 3 } },
      gates: [{ name: 'catalogue' }, { name: 'compile' }],
    });
  });

  test('that is not written leaves that of the rules, and says why', async () => {
    messages.plan({ text: '', stopReason: 'refusal' });
    const id = await started();
    const told = await does.events(id);
    expect(only(told, 'FallbackChosen')).toMatchObject([{ failure: { code: 'GENERATOR_REFUSED' } }]);
    expect(await does.read(id)).toMatchObject({
      ...{ status: 'SUCCEEDED', generator: 'RULES', fallback: { code: 'GENERATOR_REFUSED' } },
    });
  });

  test('is stopped in the middle of a word', async () => {
    messages.plan({ text: good, waits: true });
    const id = await started();
    await until(id, (events) => textOf(events).length > 0);
    await app.mutate('cancelJob', { id }, '{ node { id } }');
    const told = await does.events(id);
    expect(told.at(-1)).toMatchObject({ __typename: 'PreprocessingFinished', isMeasuring: false });
    expect(await does.read(id)).toMatchObject({ status: 'CANCELED', acceptedRevision: null, failure: null });
  });

  test('is taken by nobody inside of runExperiment where the gates cannot decide', async () => {
    messages.plan({ text: good });
    const datasetId = await app.dataset('people.csv', people(240));
    const { experiment } = await app.mutate(
      'runExperiment',
      { datasetId, target: 'answer', algorithms: ['decision_tree'], budgetSeconds: 60, maxTrials: 1 },
      '{ experiment { id } }',
    );
    await app.collect('subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename } }', {
      id: experiment.id,
    });
    const query = `query ($id: ID!) { node(id: $id) { ... on Experiment { status failure { message }
      preprocessing { generator decision acceptedRevision revision fallback { code } } } } }`;
    expect((await app.query(query, { id: experiment.id })).data.node).toEqual({
      ...{ status: 'SUCCEEDED', failure: null },
      preprocessing: {
        ...{ generator: 'RULES', decision: null, acceptedRevision: 3, revision: 3 },
        fallback: { code: 'PREPROCESSING_UNDECIDED' },
      },
    });
  });
});

test('kill -9 of the worker in the middle of a text: the next one begins anew, and it ends once', async ({
  onTestFinished,
}) => {
  const idle = await createTestApp({ env: messages.settings });
  const place = await installation(idle.database.url, { ...messages.settings, DATA_DIR: idle.directory });
  onTestFinished(async () => {
    await place.close();
    await idle.close();
  });
  const first = await place.worker();
  const lonely = preparing(idle);
  const id = await lonely.analysed(people(240));
  messages.plan({ text: good, waits: true }, { text: good });
  const { preprocessing } = await lonely.generate({ analysisId: id, ...claude });
  const document = `subscription ($id: ID!) { preprocessingEvents(preprocessingId: $id) { __typename } }`;
  const variables = { id: preprocessing.id };
  for await (const { data } of idle.socket().iterate({ query: document, variables }))
    if ((data as Any).preprocessingEvents.__typename === 'TextGenerated') break;
  await first.end('SIGKILL');
  await place.worker();
  const told = await lonely.events(preprocessing.id);
  expect(only(told, 'PreprocessingStarted')).toHaveLength(2);
  expect(only(told, 'PreprocessingFinished')).toHaveLength(1);
  expect(textOf(told)).toBe(good);
  expect(await lonely.read(preprocessing.id)).toMatchObject({ status: 'SUCCEEDED', generator: 'CLAUDE' });
}, 300_000);
