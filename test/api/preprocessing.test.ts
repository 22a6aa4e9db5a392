import { setTimeout as delay } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Tx } from '#db.ts';
import { experiment } from '#domains/experiment/table.ts';
import { decodeId } from '#ids.ts';
import { createTestApp, type TestApp } from '../harness.ts';
import { people, preparing } from './prepared.ts';
import { everything, seeds } from './seed.ts';

let app: TestApp;
let analysisId: string;
let does: ReturnType<typeof preparing>;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
  does = preparing(app);
  analysisId = await does.analysed(people(240));
}, 120_000);
afterAll(() => app.close());

const rules = { generator: 'RULES', strategy: 'BALANCED' };
const log = { key: 'log_transform', columns: ['income'], parameters: {}, reason: 'It has a long tail.' };
const fault = async (input: object, token?: string) => {
  const { __typename, code, path } = await does.update(input, token);
  return [__typename, code, path?.join('.')];
};
function everySoOften(work: (tx: Tx) => Promise<void>) {
  const over = new AbortController();
  const working = (async () => {
    while (!over.signal.aborted) {
      await app.ports.db.transaction(work);
      await delay(20);
    }
  })();
  return {
    stop(): Promise<void> {
      over.abort();
      return working;
    },
  };
}
const names = (events: { __typename: string }[]) => events.map(({ __typename }) => __typename);

describe('what a plan is worth', () => {
  test('is measured afterwards, step by step, and told behind the end of the job', async () => {
    const { id } = await does.generated({ analysisId, ...rules });
    // signals that come late, about the version before, call off neither the job nor the measuring
    const signalling = everySoOften((tx) =>
      app.ports.events.signalCancel(tx, decodeId('Preprocessing', id, [])),
    );
    const { lastCursor } = await does.updated(id, { steps: [log, { key: 'missing_indicator' }] });
    const all = await does.events(id);
    const finished = all.findLast(
      ({ __typename }: { __typename: string }) => __typename === 'PreprocessingFinished',
    );
    const told = await does.events(id, finished.cursor);
    expect(lastCursor).toEqual(expect.any(String));
    expect(names(told).sort()).toEqual([
      ...['ComparisonReady', 'MeasuringFinished', 'StepMeasured', 'StepMeasured'],
    ]);
    await signalling.stop();
    const row = await does.read(id);
    expect(row).toMatchObject({ status: 'SUCCEEDED', revision: 2, measurement: { status: 'MEASURED' } });
    expect(row.steps.map(({ effect }: { effect: object }) => effect)).toEqual(
      [0, 1].map(() => ({
        ...{ status: 'MEASURED', reason: expect.any(String) },
        measured: { metric: 'roc_auc', folds: 10, rows: 240 },
      })),
    );
    expect(row.comparison.effect).toEqual({ metric: 'roc_auc' });
    expect(row.comparison.columns.slice(0, 2)).toEqual([
      { column: 'age', source: 'age', before: { type: 'NUMBER' }, after: { type: 'NUMBER' } },
      { column: 'income', source: 'income', before: { type: 'NUMBER' }, after: { type: 'NUMBER' } },
    ]);
  });

  test('waits while somebody trains, and can be called off meanwhile', async () => {
    const { accountId } = await app.services.accounts.localAccount();
    const seed = seeds(app.ports.db, accountId);
    const experimentId = await seed.experiment(await seed.dataset(), { status: 'RUNNING' });
    const { id } = await does.generated({ analysisId, ...rules });
    const { measurement, steps } = await does.read(id);
    expect(measurement.status).toBe('WAITING');
    expect(steps.map(({ effect }: { effect: { status: string } }) => effect.status)).toEqual(
      steps.map(() => 'WAITING'),
    );
    await app.mutate('cancelJob', { id }, '{ node { id } }');
    const called = { status: 'NOT_MEASURED', reason: 'It was cancelled.' };
    const after = await does.read(id);
    expect(after).toMatchObject({ status: 'SUCCEEDED', measurement: called, comparison: null });
    expect(after.steps.map(({ effect }: { effect: object }) => effect)).toEqual(
      steps.map(() => ({ ...called, measured: null })),
    );
    expect(names(await does.events(id)).slice(-2)).toEqual(['PreprocessingFinished', 'MeasuringFinished']);
    await app.ports.db.delete(experiment).where(eq(experiment.id, experimentId));
  });
});

describe('a plan of the rules', () => {
  test('is told from the queue to its end, and again from every cursor', async () => {
    const { preprocessing } = await does.generate({ analysisId, ...rules });
    expect(preprocessing).toMatchObject({
      status: expect.toBeOneOf(['QUEUED', 'RUNNING']),
      revision: 1,
      acceptedRevision: null,
      steps: [],
    });
    const told = await does.events(preprocessing.id);
    const ended = await does.read(preprocessing.id);
    expect(told.slice(0, 6)).toEqual([
      { __typename: 'PreprocessingQueued', cursor: expect.any(String), revision: 1 },
      { __typename: 'PreprocessingStarted', cursor: expect.any(String), revision: 1 },
      {
        ...{ __typename: 'StepsPlanned', cursor: expect.any(String), revision: 1 },
        steps: ended.steps.map(({ key }: { key: string }) => ({ key })),
      },
      { ...{ __typename: 'GateFinished', cursor: expect.any(String) }, gate: gate('catalogue') },
      { ...{ __typename: 'GateFinished', cursor: expect.any(String) }, gate: gate('compile') },
      { __typename: 'PreprocessingFinished', cursor: expect.any(String), isMeasuring: true },
    ]);
    expect(ended).toMatchObject({
      ...{ status: 'SUCCEEDED', generator: 'RULES', strategy: 'BALANCED', decision: null, failure: null },
      ...{ revision: 1, acceptedRevision: 1, fallback: null, usage: null, instructions: null },
      gates: [gate('catalogue'), gate('compile')],
      startedAt: expect.any(String),
      finishedAt: expect.any(String),
    });
    expect(ended.code).toContain('def transform');
    for (const [place, { cursor }] of told.slice(0, 5).entries())
      expect((await does.events(preprocessing.id, cursor)).slice(0, 5 - place)).toEqual(
        told.slice(place + 1, 6),
      );
  });

  const gate = (name: string) => expect.objectContaining({ name, verdict: 'PASSED' });

  test('has its events as a list too', async () => {
    const { id } = await does.generated({ analysisId, ...rules });
    const query = `query ($id: ID!, $after: String) { node(id: $id) { ... on Preprocessing {
      events(first: 2, after: $after) { nodes { __typename sequence preprocessing { id } }
        pageInfo { hasNextPage endCursor } } } } }`;
    const first = (await app.query(query, { id })).data.node.events;
    expect(first.nodes).toEqual([
      { __typename: 'PreprocessingQueued', sequence: '1', preprocessing: { id } },
      { __typename: 'PreprocessingStarted', sequence: '2', preprocessing: { id } },
    ]);
    const second = (await app.query(query, { id, after: first.pageInfo.endCursor })).data.node.events;
    expect(names(second.nodes)).toEqual(['StepsPlanned', 'GateFinished']);
  });
});

describe('updatePreprocessing', () => {
  test('takes other steps, under another revision, through the gates', async () => {
    const before = await does.generated({ analysisId, ...rules });
    const steps = [
      log,
      { key: 'missing_indicator' },
      { key: 'datetime_parts', parameters: { parts: ['month'] } },
    ];
    const { preprocessing } = await does.update({ preprocessingId: before.id, steps, revision: 1 });
    expect(preprocessing).toMatchObject({
      status: expect.toBeOneOf(['QUEUED', 'RUNNING']),
      ...{ revision: 2, acceptedRevision: 1, gates: [], finishedAt: null },
    });
    const told = await does.events(before.id, before.lastCursor);
    expect(names(told).filter((name) => name.startsWith('Prep') || name === 'StepsPlanned')).toEqual([
      ...['PreprocessingQueued', 'PreprocessingStarted', 'StepsPlanned', 'PreprocessingFinished'],
    ]);
    const after = await does.read(before.id);
    expect(after).toMatchObject({
      ...{ status: 'SUCCEEDED', revision: 2, acceptedRevision: 2, failure: null },
      steps: [
        { position: 0, ...log, code: null },
        { position: 1, key: 'missing_indicator', columns: ['age', 'income', 'city', 'joined'], reason: '' },
        { position: 2, key: 'datetime_parts', columns: ['joined'], parameters: { parts: ['month'] } },
      ],
    });
    expect(after.code).not.toBe(before.code);
  });

  test('takes an edited file: what was changed in it becomes other parameters of its step', async () => {
    const { id } = await does.generated({ analysisId, ...rules });
    const { code } = await does.updated(id, { steps: [{ ...log, parameters: { minimum_skewness: 1.5 } }] });
    expect(code).toContain('1.5');
    const edited = await does.updated(id, { code: code.replace('1.5', '0.25') });
    expect(edited).toMatchObject({
      ...{ status: 'SUCCEEDED', revision: 3, acceptedRevision: 3 },
      steps: [{ key: 'log_transform', columns: ['income'], parameters: { minimum_skewness: 0.25 } }],
    });
    expect(edited.code).toContain('0.25');
  });

  test('keeps the accepted version where a file cannot be read, and goes back to it', async () => {
    const { id } = await does.generated({ analysisId, ...rules });
    const accepted = await does.updated(id, { steps: [log] });
    const broken = `${accepted.code}\ndef broken(:\n`;
    const refused = await does.updated(id, { code: broken });
    expect(refused).toMatchObject({
      ...{ status: 'FAILED', revision: 3, acceptedRevision: 2, code: broken },
      failure: { code: 'GATE_FAILED', message: expect.stringMatching(/^static: Line \d+: /) },
      gates: [{ name: 'static', verdict: 'FAILED' }],
      accepted: { revision: 2, code: accepted.code },
    });
    const { preprocessing } = await does.revert({ preprocessingId: id, revision: 3 });
    expect(preprocessing).toMatchObject({
      ...{ status: 'SUCCEEDED', revision: 4, acceptedRevision: 4, failure: null, code: accepted.code },
      gates: accepted.gates,
    });
    // there is nothing to go back to any more
    expect((await does.revert({ preprocessingId: id })).preprocessing.revision).toBe(4);
  });

  test('looks through a step of the owner’s own before any of it runs', async () => {
    const { id } = await does.generated({ analysisId, ...rules });
    const code = [
      ...['import os', 'class Reach:', '    def fit(self, rows, target=None):', '        return self'],
      ...['    def transform(self, rows):', '        return rows.assign(home=len(os.listdir("/")))'],
    ].join('\n');
    const refused = await does.updated(id, { steps: [log, { key: 'custom', columns: [], code }] });
    expect(refused.failure).toMatchObject({
      ...{ code: 'GATE_FAILED', message: expect.stringMatching(/^static: Line \d+: “os”/) },
    });
    expect(refused.gates).toMatchObject([
      { name: 'compile', verdict: 'PASSED' },
      { name: 'static', verdict: 'FAILED' },
    ]);
  });

  test('refuses what cannot be, each with its place', async () => {
    const { id: preprocessingId } = await does.generated({ analysisId, ...rules });
    const steps = (...given: unknown[]) => fault({ preprocessingId, steps: given });
    expect({
      nothing: await fault({ preprocessingId }),
      both: await fault({ preprocessingId, steps: [], code: 'x' }),
      emptyCode: await fault({ preprocessingId, code: ' \n' }),
      longCode: await fault({ preprocessingId, code: '#'.repeat(256 * 1024 + 1) }),
      many: await fault({ preprocessingId, steps: Array.from({ length: 201 }, () => log) }),
      noObject: await steps('log_transform'),
      noKey: await steps({ columns: [] }),
      field: await steps({ ...log, position: 0 }),
      key: await steps(log, { ...log, key: 'magic' }),
      column: await steps({ ...log, columns: ['age', 'Age'] }),
      target: await steps({ ...log, columns: ['answer'] }),
      columns: await steps({ key: 'drop_columns' }),
      parameter: await steps(log, log, { ...log, parameters: { minimum_skewness: 'much' } }),
      unknownParameter: await steps({ ...log, parameters: { strength: 1 } }),
      item: await steps({ key: 'datetime_parts', parameters: { parts: ['month', 'moon'] } }),
      codeOfCatalogue: await steps({ ...log, code: 'class A: ...' }),
      customWithout: await steps({ key: 'custom' }),
      nul: await steps({ ...log, reason: 'a\0' }),
      revision: await fault({ preprocessingId, steps: [log], revision: 7 }),
    }).toEqual({
      nothing: ['ValidationError', 'EDIT_INVALID', 'input'],
      both: ['ValidationError', 'EDIT_INVALID', 'input'],
      emptyCode: ['ValidationError', 'EDIT_INVALID', 'input.code'],
      longCode: ['ValidationError', 'CODE_TOO_LONG', 'input.code'],
      many: ['ValidationError', 'STEPS_TOO_MANY', 'input.steps'],
      noObject: ['ValidationError', 'STEP_INVALID', 'input.steps.0'],
      noKey: ['ValidationError', 'STEP_INVALID', 'input.steps.0.key'],
      field: ['ValidationError', 'STEP_INVALID', 'input.steps.0.position'],
      key: ['ValidationError', 'STEP_UNKNOWN', 'input.steps.1.key'],
      column: ['ValidationError', 'STEP_COLUMN_UNKNOWN', 'input.steps.0.columns.1'],
      target: ['ValidationError', 'STEP_COLUMN_IS_TARGET', 'input.steps.0.columns.0'],
      columns: ['ValidationError', 'STEP_COLUMNS_MISSING', 'input.steps.0.columns'],
      parameter: ['ValidationError', 'STEP_PARAMETER_INVALID', 'input.steps.2.parameters.minimum_skewness'],
      unknownParameter: ['ValidationError', 'STEP_PARAMETER_INVALID', 'input.steps.0.parameters.strength'],
      item: ['ValidationError', 'STEP_PARAMETER_INVALID', 'input.steps.0.parameters.parts.1'],
      codeOfCatalogue: ['ValidationError', 'STEP_INVALID', 'input.steps.0.code'],
      customWithout: ['ValidationError', 'STEP_INVALID', 'input.steps.0.code'],
      nul: ['ValidationError', 'TEXT_INVALID', 'input.steps.0.reason'],
      revision: ['ConflictError', 'REVISION_CHANGED', 'input.revision'],
    });
    expect(await does.read(preprocessingId)).toMatchObject({ revision: 1, status: 'SUCCEEDED' });
  });

  test('of two tabs takes one, of a repeated call with one key the first', async () => {
    const { id: preprocessingId } = await does.generated({ analysisId, ...rules });
    const answers = await Promise.all(
      [[log], []].map((steps) => does.update({ preprocessingId, steps, revision: 1 })),
    );
    expect(answers.map(({ __typename, code }) => [__typename, code]).sort()).toEqual([
      ['ConflictError', 'REVISION_CHANGED'],
      ['UpdatePreprocessingSuccess', undefined],
    ]);
    await does.events(preprocessingId);
    const input = { preprocessingId, steps: [log], revision: 2, idempotencyKey: 'tab' };
    const first = await does.update(input);
    const again = await does.update(input);
    expect([first, again].map(({ preprocessing }) => preprocessing.revision)).toEqual([3, 3]);
  });

  test('waits for nothing: while it runs, another edit is refused', async () => {
    const seedless = await createTestApp();
    try {
      const { accountId } = await seedless.services.accounts.localAccount();
      const ids = await everything(seedless, accountId);
      const idle = preparing(seedless);
      const input = { preprocessingId: ids.Preprocessing, steps: [] };
      expect((await idle.update(input)).preprocessing.status).toBe('QUEUED');
      const conflict = { __typename: 'ConflictError', code: 'PREPROCESSING_RUNNING', retryable: true };
      expect(await idle.update(input)).toMatchObject({ ...conflict, path: ['input', 'preprocessingId'] });
      expect(await idle.revert({ preprocessingId: ids.Preprocessing })).toMatchObject(conflict);
      expect(await idle.decide({ preprocessingId: ids.Preprocessing, accept: true })).toMatchObject(conflict);
      const training = { experimentId: ids.Experiment, preprocessingId: ids.Preprocessing };
      expect(await seedless.mutate('startTraining', training, '{ experiment { id } }')).toMatchObject({
        ...{ code: 'PREPROCESSING_NOT_FINISHED', path: ['input', 'preprocessingId'], retryable: true },
      });
      // stopped before it began, it is what it was
      await seedless.mutate('cancelJob', { id: ids.Preprocessing }, '{ node { id } }');
      expect(await idle.read(ids.Preprocessing)).toMatchObject({
        ...{ status: 'CANCELED', revision: 2, acceptedRevision: 1 },
      });
      // and a training takes the version before it; then nobody may change that
      expect((await seedless.mutate('startTraining', training, '{ experiment { id } }')).__typename).toBe(
        'StartTrainingSuccess',
      );
      expect(await idle.update(input)).toMatchObject({ code: 'PREPROCESSING_IN_USE', retryable: true });
    } finally {
      await seedless.close();
    }
  });

  test('is the owner’s alone', async () => {
    const { id: preprocessingId } = await does.generated({ analysisId, ...rules });
    const token = await app.otherOwner();
    const gone = ['NotFoundError', 'PREPROCESSING_NOT_FOUND', 'input.preprocessingId'];
    expect(await fault({ preprocessingId, steps: [] }, token)).toEqual(gone);
    for (const answer of [
      await does.revert({ preprocessingId }, token),
      await does.decide({ preprocessingId, accept: true }, token),
    ])
      expect([answer.__typename, answer.code, answer.path.join('.')]).toEqual(gone);
  });
});
