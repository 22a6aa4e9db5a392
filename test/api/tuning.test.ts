import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modelRun } from '#domains/model-run/table.ts';
import { decodeId } from '#ids.ts';
import { connect, PROVED } from '../flow/client.ts';
import { createTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
let datasetId: string;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
  await app.ports.sandbox.warm();
  datasetId = await app.dataset('steps.csv', steps);
}, 120_000);
afterAll(() => app.close());

/** Steps of six rows: too short for the leaves of ten that a decision tree has before tuning. */
const height = (row: number) => ((Math.floor(row / 6) * 7) % 40) * 10 + (row % 3) / 10;
const lines = Array.from({ length: 240 }, (_, row) => `${Math.floor(row / 2) / 2},${height(row)}`);
const steps = `at,height\n${lines.join('\n')}\n`;
const smallLeaves = { min_samples_leaf: { low: 2, high: 3 }, max_depth: { low: 10, high: 20 } };
const fit = { algorithms: ['decision_tree', 'linear', 'ensemble'], tuning: 'NONE', budgetSeconds: 40 };

type Seen = { __typename: string; sequence: string; cursor: string; message?: string; trial?: number };

const follow = (id: string, after?: string): Promise<Seen[]> =>
  app.collect(
    `subscription ($id: ID!, $after: String) { experimentEvents(experimentId: $id, after: $after) {
      __typename sequence cursor ... on LogWritten { message } ... on TrialFinished { trial } } }`,
    { id, after },
  );

async function trained(wishes: object = {}): Promise<string> {
  const input = { datasetId, target: 'height', taskType: 'REGRESSION', ...fit, ...wishes };
  const { experiment } = await app.mutate('runExperiment', input, '{ experiment { id } }');
  await follow(experiment.id);
  expect(await read(experiment.id)).toMatchObject({ status: 'SUCCEEDED', failure: null });
  return experiment.id;
}

const RUN = `id algorithm status score baselineScore artifacts { sha256 download { url } }
  tuning { strategy trials baselineScore bestTrial bestScore improvement importance { parameter importance } ties }
  trials(first: 100) { nodes { number score pruned bestScore parameters } }`;

const read = async (id: string) =>
  (
    await app.query(
      `query ($id: ID!) { node(id: $id) { ... on Experiment { status stage addedSeconds lastCursor
        failure { code message } bestRun { algorithm } leaderboard { nodes { ${RUN} } } } } }`,
      { id },
    )
  ).data.node;

/** biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests assert */
type Run = any;
const runOf = (experiment: { leaderboard: { nodes: Run[] } }, algorithm: string): Run =>
  experiment.leaderboard.nodes.find((run) => run.algorithm === algorithm);

const tune = (modelRunId: string, wishes: object = {}, token?: string) =>
  app.mutate('tuneModelRun', { modelRunId, strategy: 'RANDOM', ...wishes }, '{ modelRun { id } }', token);
const extend = (experimentId: string, seconds: number, token?: string) =>
  app.mutate('extendBudget', { experimentId, seconds }, '{ experiment { status addedSeconds } }', token);

describe('tuneModelRun', () => {
  test('replaces the model by a better one, tells what it brought and blends anew', async () => {
    const id = await trained();
    const before = await read(id);
    const first = runOf(before, 'decision_tree');
    expect(first).toMatchObject({ tuning: null, trials: { nodes: [{ number: 0, pruned: false }] } });

    const started = await tune(first.id, { trials: 8, searchSpace: smallLeaves, budgetSeconds: 60 });
    expect(started).toEqual({ __typename: 'TuneModelRunSuccess', modelRun: { id: first.id } });
    const events = await follow(id, before.lastCursor);
    const sequences = events.map(({ sequence }) => Number(sequence));
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
    expect(events[0]?.__typename).toBe('ExperimentQueued');
    expect(events.at(-1)?.__typename).toBe('ExperimentFinished');
    expect(events.map(({ __typename }) => __typename)).toContain('BestChanged');
    const numbers = events.flatMap((event) => event.trial ?? []).sort();
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);

    const after = await read(id);
    expect(after).toMatchObject({ status: 'SUCCEEDED', stage: 'RESULTS', failure: null });
    const run = runOf(after, 'decision_tree');
    const scores: number[] = run.trials.nodes.map((trial: { score: number }) => trial.score);
    expect(run.score).toBe(Math.min(...scores));
    expect(run.score).toBeLessThan(first.score / 2);
    expect(run.baselineScore).toBe(first.score);
    expect(run.tuning).toEqual({
      ...{ strategy: 'RANDOM', trials: 9, baselineScore: first.score, bestScore: run.score },
      bestTrial: scores.indexOf(run.score),
      improvement: expect.closeTo(first.score - run.score, 9),
      importance: expect.any(Array),
      ties: expect.any(Array),
    });
    expect(run.trials.nodes.at(-1).bestScore).toBe(run.score);
    for (const { parameters } of run.trials.nodes.slice(1)) {
      expect([2, 3]).toContain(parameters.min_samples_leaf);
    }
    expect(run.artifacts[0].sha256).not.toBe(first.artifacts[0].sha256);
    expect((await fetch(run.artifacts[0].download.url)).status).toBe(200);
    const blend = runOf(after, 'ensemble');
    expect(blend.score).toBeLessThan(runOf(before, 'ensemble').score);
    // what was not tuned is as it was
    expect(runOf(after, 'linear')).toEqual({
      ...runOf(before, 'linear'),
      artifacts: [{ ...runOf(before, 'linear').artifacts[0], download: expect.anything() }],
    });

    const { verify } = connect(app.url);
    expect([await verify(run.id), await verify(blend.id)]).toEqual([PROVED, PROVED]);
    const { db } = app.ports;
    const where = eq(modelRun.id, decodeId('ModelRun', run.id));
    const [row] = await db.select().from(modelRun).where(where);
    const [winner] = row?.proof?.trials ?? [];
    if (!row?.proof || !winner) throw new Error('there is no record to change');
    expect(winner.trial).toBe(run.tuning.bestTrial);
    const untuned = { ...winner, parameters: first.trials.nodes[0].parameters };
    await db
      .update(modelRun)
      .set({ proof: { ...row.proof, trials: [untuned] } })
      .where(where);
    expect(await verify(run.id)).toMatchObject({ status: 'SUCCEEDED', proved: false, bitEqual: false });
  });

  test('keeps what it has when nothing is better, and goes on counting', async () => {
    const id = await trained({ algorithms: ['decision_tree'], maxTrials: 1 });
    const before = runOf(await read(id), 'decision_tree');
    const poor = { max_depth: { low: 1, high: 1 } };
    for (const expected of [
      [0, 1, 2],
      [0, 1, 2, 3, 4],
    ]) {
      const { lastCursor } = await read(id);
      await tune(before.id, { trials: 2, searchSpace: poor });
      await follow(id, lastCursor);
      const run = runOf(await read(id), 'decision_tree');
      expect(run.trials.nodes.map(({ number }: { number: number }) => number)).toEqual(expected);
      expect(run).toMatchObject({
        ...{ status: 'SUCCEEDED', score: before.score },
        artifacts: expect.arrayContaining([expect.objectContaining({ sha256: before.artifacts[0].sha256 })]),
        tuning: { bestTrial: 0, bestScore: before.score, improvement: 0, importance: null },
      });
    }
  });

  test('is refused while a job is there; cancelled, it keeps the best', async () => {
    const id = await trained({ algorithms: ['decision_tree'] });
    const before = runOf(await read(id), 'decision_tree');
    const { lastCursor } = await read(id);
    await tune(before.id, { budgetSeconds: 600 });
    const refused = { __typename: 'ConflictError', code: 'EXPERIMENT_RUNNING', retryable: true };
    expect(await tune(before.id)).toMatchObject({ ...refused, path: ['input', 'modelRunId'] });
    const follower = app.socket().iterate<{ experimentEvents: { __typename: string } }>({
      query:
        'subscription ($id: ID!, $after: String) { experimentEvents(experimentId: $id, after: $after) { __typename } }',
      variables: { id, after: lastCursor },
    });
    let canceled = false;
    for await (const { data } of follower) {
      if (canceled || data?.experimentEvents.__typename !== 'TrialFinished') continue;
      canceled = true;
      await app.mutate('cancelJob', { id }, '{ node { id } }');
    }
    const ended = await read(id);
    expect(ended).toMatchObject({ status: 'CANCELED', failure: null });
    const run = runOf(ended, 'decision_tree');
    expect(run).toMatchObject({ status: 'SUCCEEDED', baselineScore: before.score });
    expect(run.score).toBeLessThanOrEqual(before.score);
    expect((await fetch(run.artifacts[0].download.url)).status).toBe(200);
  });

  test('says what is wrong with a wish, and tells others nothing', async () => {
    const id = await trained();
    const experiment = await read(id);
    const { id: runId } = runOf(experiment, 'decision_tree');
    const code = async (wishes: object) => {
      const { __typename, code, path } = await tune(runId, wishes);
      return [__typename, code, path?.join('.')];
    };
    expect(await code({ strategy: 'NONE' })).toEqual([
      ...['ValidationError', 'STRATEGY_INVALID', 'input.strategy'],
    ]);
    expect(await code({ trials: 0 })).toEqual(['ValidationError', 'TRIALS_INVALID', 'input.trials']);
    expect(await code({ budgetSeconds: 72_001 })).toEqual([
      ...['ValidationError', 'BUDGET_INVALID', 'input.budgetSeconds'],
    ]);
    for (const [space, path] of [
      [{ depth: { low: 1 } }, 'depth'],
      [{ max_depth: { high: 1_000 } }, 'max_depth.high'],
      [{ max_depth: { low: 2.5 } }, 'max_depth.low'],
      [{ max_depth: { low: 9, high: 3 } }, 'max_depth'],
      [{ max_depth: { choices: [3] } }, 'max_depth.choices'],
      [{ max_depth: { least: 3 } }, 'max_depth'],
      [{ max_depth: 3 }, 'max_depth'],
    ] as const) {
      expect(await code({ searchSpace: space })).toEqual([
        ...['ValidationError', 'SEARCH_SPACE_INVALID', `input.searchSpace.${path}`],
      ]);
    }
    expect(await tune(runOf(experiment, 'ensemble').id)).toMatchObject({
      ...{ __typename: 'ConflictError', code: 'ALGORITHM_NOT_TUNABLE', path: ['input', 'modelRunId'] },
    });
    const stranger = await app.otherOwner();
    expect(await tune(runId, {}, stranger)).toMatchObject({ __typename: 'NotFoundError' });
    expect(await extend(id, 5, stranger)).toMatchObject({ __typename: 'NotFoundError' });
    expect(await extend(id, 0)).toMatchObject({ code: 'SECONDS_INVALID', path: ['input', 'seconds'] });
    const settings = { searchSpace: { knn: { weights: { choices: ['heavy'] } } } };
    const updated = await app.mutate(
      'updateExperiment',
      { experimentId: id, version: 2, settings },
      '{ experiment { id } }',
    );
    expect(updated).toMatchObject({
      ...{ __typename: 'ValidationError', code: 'SEARCH_SPACE_INVALID' },
      path: ['input', 'settings', 'searchSpace', 'knn', 'weights'],
    });
    expect((await read(id)).status).toBe('SUCCEEDED');
  });
});

describe('extendBudget', () => {
  test('while it runs gives the training more time', async () => {
    const wishes = { algorithms: ['lightgbm'], tuning: 'RANDOM', budgetSeconds: 10, maxTrials: 10_000 };
    const input = { datasetId, target: 'height', taskType: 'REGRESSION', ...wishes };
    const { experiment } = await app.mutate('runExperiment', input, '{ experiment { id } }');
    const { id } = experiment;
    const follower = app.socket().iterate<{ experimentEvents: Seen & { at: string; bestScore: number } }>({
      query: `subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename at
        ... on LogWritten { message } } }`,
      variables: { id },
    });
    const at: Record<string, number> = {};
    const told: string[] = [];
    for await (const { data } of follower) {
      const event = data?.experimentEvents;
      if (!event) continue;
      at[event.__typename] ??= Date.parse(event.at);
      if (event.message) told.push(event.message);
      if (event.__typename === 'FoldScored' && told.length === 0) {
        told.push('asked');
        expect(await extend(id, 8)).toEqual({
          ...{ __typename: 'ExtendBudgetSuccess', experiment: { status: 'RUNNING', addedSeconds: 8 } },
        });
      }
    }
    expect(told.slice(0, 2)).toEqual(['asked', '8 s were added to the budget.']);
    expect(Object.keys(at)).toContain('IterationScored');
    // Without the extension it ends after ten seconds, at most one later; with it, where no further trial fits.
    expect(Number(at.ExperimentFinished) - Number(at.TrainingStarted)).toBeGreaterThan(11_000);
    expect(await read(id)).toMatchObject({ status: 'SUCCEEDED', addedSeconds: 8 });
  });

  test('after the end goes on with what is there', async () => {
    const wishes = { algorithms: ['decision_tree'], tuning: 'TPE', maxTrials: 3 };
    const id = await trained(wishes);
    const before = await read(id);
    expect(await extend(id, 5)).toMatchObject({ __typename: 'ConflictError', code: 'TRIALS_EXHAUSTED' });
    const { data } = await app.query('query ($id: ID!) { node(id: $id) { ... on Experiment { version } } }', {
      id,
    });
    const input = { experimentId: id, version: data.node.version, settings: { maxTrials: 7 } };
    await app.mutate('updateExperiment', input, '{ experiment { id } }');
    expect(await extend(id, 120)).toEqual({
      __typename: 'ExtendBudgetSuccess',
      experiment: { status: expect.toBeOneOf(['QUEUED', 'RUNNING']), addedSeconds: 0 },
    });
    const events = await follow(id, before.lastCursor);
    const told = events.flatMap(({ message }) => message ?? []);
    expect(told.at(-1)).toMatch(/^\d+ s of the budget are not used\. The limit of trials is reached\.$/);
    const after = await read(id);
    expect(after).toMatchObject({ status: 'SUCCEEDED', failure: null });
    const [earlier, run] = [runOf(before, 'decision_tree'), runOf(after, 'decision_tree')];
    expect(run.trials.nodes.slice(0, 3)).toEqual(earlier.trials.nodes);
    expect(run.trials.nodes.map(({ number }: { number: number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(run.baselineScore).toBe(earlier.baselineScore);
    expect(run.tuning).toMatchObject({ strategy: 'TPE', trials: 7 });
    expect(run.score).toBeLessThanOrEqual(earlier.score);
  });

  test('needs something to go on with', async () => {
    const { experiment } = await app.mutate(
      'createExperiment',
      { datasetId, target: 'height' },
      '{ experiment { id } }',
    );
    expect(await extend(experiment.id, 5)).toMatchObject({ code: 'EXPERIMENT_NOT_TRAINED' });
  });
});
