import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId, newId } from '#ids.ts';
import { createTestApp, type TestApp } from '../harness.ts';
import { everything, seeds } from './seed.ts';

let app: TestApp;
let mine: Awaited<ReturnType<typeof everything>>;
let theirs: Awaited<ReturnType<typeof everything>>;
let token: string;
beforeAll(async () => {
  app = await createTestApp({ env: { ALLOWED_ORIGINS: 'https://app.example' } });
  const { accountId } = await app.services.accounts.localAccount();
  const other = await app.services.accounts.createAccount('Other');
  token = await app.services.accounts.issueToken(other.accountId, 3_600);
  mine = await everything(app, accountId);
  theirs = await everything(app, other.accountId);
});
afterAll(() => app.close());

const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const response = await fetch(`${app.url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const type = response.headers.get('content-type');
  return { status: response.status, type, headers: response.headers, body: await response.json() };
};
const analyze = (body: unknown, headers?: Record<string, string>) =>
  call('POST', '/api/analyze-dataset', body, headers);
const generate = (body: unknown, headers?: Record<string, string>) =>
  call('POST', '/api/generate-preprocessing', body, headers);
const problem = ({ status, type, body }: Awaited<ReturnType<typeof call>>) => {
  expect(type).toBe('application/problem+json');
  return { status, code: body.code, path: body.path };
};

describe('POST /api/analyze-dataset', () => {
  test('takes the job as a new experiment and tells where it can be read', async () => {
    const { status, headers, body } = await analyze({ datasetId: mine.Dataset, target: 'y' });
    expect({ status, body }).toEqual({
      status: 202,
      body: {
        experimentId: expect.any(String),
        analysisId: expect.any(String),
        status: 'QUEUED',
        links: { self: `/api/experiments/${body.experimentId}`, graphql: '/graphql' },
      },
    });
    expect(headers.get('location')).toBe(body.links.self);
    const read = await call('GET', body.links.self);
    expect(read).toMatchObject({
      status: 200,
      body: {
        experimentId: body.experimentId,
        name: 'people: y',
        datasetId: mine.Dataset,
        target: 'y',
        taskType: null,
        stage: 'ANALYSIS',
        status: 'DRAFT',
        analysis: { analysisId: body.analysisId, status: 'QUEUED', failure: null },
        preprocessing: null,
        failure: null,
        finishedAt: null,
        links: body.links,
      },
    });
  });

  test('gives every call an experiment of its own, and the same one to repeats with a key', async () => {
    const experiments = await Promise.all(
      Array.from({ length: 8 }, async () => (await analyze({ datasetId: mine.Dataset })).body.experimentId),
    );
    expect(new Set(experiments).size).toBe(8);
    const idempotencyKey = randomBytes(8).toString('hex');
    const keyed = () => analyze({ datasetId: mine.Dataset, target: 'y', idempotencyKey });
    const answers = await Promise.all([keyed(), keyed(), keyed()]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(problem(await analyze({ datasetId: mine.Dataset, idempotencyKey }))).toEqual({
      ...{ status: 409, code: 'IDEMPOTENCY_KEY_REUSED', path: ['idempotencyKey'] },
    });
  });

  test.each<[string, () => unknown, { status: number; code: string; path: string[] | null }]>([
    ['what is no JSON', () => '{', { status: 400, code: 'BODY_INVALID', path: [] }],
    ['a list', () => [], { status: 400, code: 'BODY_INVALID', path: [] }],
    ['no dataset', () => ({}), { status: 400, code: 'BODY_INVALID', path: ['datasetId'] }],
    [
      'a number for a name',
      () => ({ datasetId: mine.Dataset, target: 5 }),
      { status: 400, code: 'BODY_INVALID', path: ['target'] },
    ],
    [
      'a key that it does not know',
      () => ({ datasetId: mine.Dataset, owner: 'me' }),
      { status: 400, code: 'BODY_INVALID', path: [] },
    ],
    [
      'an unknown task',
      () => ({ datasetId: mine.Dataset, taskType: 'GUESSING' }),
      { status: 400, code: 'BODY_INVALID', path: ['taskType'] },
    ],
    [
      'text that the database cannot hold',
      () => ({ datasetId: mine.Dataset, target: 'a\0' }),
      { status: 400, code: 'TEXT_INVALID', path: ['target'] },
    ],
    [
      'an unknown target',
      () => ({ datasetId: mine.Dataset, target: 'colour' }),
      { status: 400, code: 'TARGET_NOT_FOUND', path: ['target'] },
    ],
    [
      'an id of another kind',
      () => ({ datasetId: mine.Analysis }),
      { status: 404, code: 'DATASET_NOT_FOUND', path: ['datasetId'] },
    ],
  ])('refuses %s, and makes nothing', async (_what, body, expected) => {
    const count = async () => {
      const [row] = await app.ports.database
        .sql`select (select count(*) from experiment)::int + (select count(*) from analysis)::int as n`;
      return row?.n;
    };
    const before = await count();
    expect(problem(await analyze(body()))).toEqual(expected);
    expect(await count()).toBe(before);
  });

  test('tells of a fault as GraphQL does', async () => {
    const { body } = await analyze({ datasetId: mine.Dataset, target: 'colour' });
    const told = await app.mutate(
      'analyzeDataset',
      { datasetId: mine.Dataset, target: 'colour' },
      '{ analysis { id } }',
    );
    expect(body).toEqual({
      status: 400,
      title: told.message,
      code: told.code,
      message: told.message,
      path: told.path.slice(1),
      retryable: told.retryable,
      requestId: expect.any(String),
    });
  });
});

describe('POST /api/generate-preprocessing', () => {
  test('gives the result to the experiment of the analysis', async () => {
    const { status, body } = await generate({ analysisId: mine.Analysis });
    expect({ status, body }).toEqual({
      status: 202,
      body: {
        experimentId: mine.Experiment,
        preprocessingId: expect.any(String),
        ...{ status: 'QUEUED', generator: 'RULES', strategy: 'BALANCED', revision: 1 },
        links: { self: `/api/experiments/${mine.Experiment}`, graphql: '/graphql' },
      },
    });
    expect((await call('GET', body.links.self)).body).toMatchObject({
      stage: 'PREPARATION',
      preprocessing: {
        ...{ preprocessingId: body.preprocessingId, status: 'QUEUED', failure: null, generator: 'RULES' },
        ...{ strategy: 'BALANCED', revision: 1, acceptedRevision: null, decision: null, fallback: null },
      },
    });
  });

  test('makes an experiment for an analysis that has none, once for a key', async () => {
    const { accountId } = await app.services.accounts.localAccount();
    const seed = seeds(app.ports.db, accountId);
    const analysisId = encodeId('Analysis', await seed.analysis(await seed.dataset()));
    const first = (await generate({ analysisId, idempotencyKey: 'rest' })).body;
    expect((await generate({ analysisId, idempotencyKey: 'rest' })).body).toEqual(first);
    expect((await call('GET', first.links.self)).body).toMatchObject({
      ...{ status: 'DRAFT', target: 'y', analysis: { analysisId, status: 'SUCCEEDED' } },
    });
  });

  test('refuses an analysis that has not ended, and says that it may succeed later', async () => {
    const { analysisId } = (await analyze({ datasetId: mine.Dataset, target: 'y' })).body;
    const refused = await generate({ analysisId });
    expect(problem(refused)).toEqual({ status: 409, code: 'ANALYSIS_NOT_FINISHED', path: ['analysisId'] });
    expect(refused.body.retryable).toBe(true);
  });
});

describe('the id of another owner is answered as one that does not exist', () => {
  const unknown = (type: 'Dataset' | 'Analysis' | 'Experiment') => encodeId(type, newId());
  const withoutNumber = ({ status, body }: Awaited<ReturnType<typeof call>>) => ({
    status,
    body: { ...body, requestId: null },
  });

  test.each([
    ['datasetId', (id: string) => analyze({ datasetId: id }), 'Dataset'],
    ['analysisId', (id: string) => generate({ analysisId: id }), 'Analysis'],
    ['experimentId', (id: string) => generate({ analysisId: mine.Analysis, experimentId: id }), 'Experiment'],
    ['the path', (id: string) => call('GET', `/api/experiments/${id}`), 'Experiment'],
  ] as const)('in %s', async (_place, ask, type) => {
    const foreign = withoutNumber(await ask(theirs[type]));
    expect(foreign).toEqual(withoutNumber(await ask(unknown(type))));
    expect(foreign).toMatchObject({ status: 404, body: { code: `${type.toUpperCase()}_NOT_FOUND` } });
    expect((await call('GET', `/api/experiments/${theirs.Experiment}`, undefined, bearer())).status).toBe(
      200,
    );
  });

  const bearer = () => ({ authorization: `Bearer ${token}` });
});

describe('the same rules as for GraphQL', () => {
  test('a wrong token is nobody', async () => {
    const answer = await analyze({ datasetId: mine.Dataset }, { authorization: 'Bearer aq_no' });
    expect(problem(answer)).toEqual({ status: 401, code: 'SIGN_IN_REQUIRED', path: null });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'a form of another site cannot send %s',
    async (type) => {
      const answer = await analyze({ datasetId: mine.Dataset }, { 'content-type': type });
      expect(problem(answer)).toEqual({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', path: null });
    },
  );

  test('a page of another site is refused, an allowed one is not', async () => {
    const from = (origin: string) =>
      call('GET', `/api/experiments/${mine.Experiment}`, undefined, { origin });
    expect((await from('https://evil.example')).status).toBe(403);
    expect((await from('https://app.example')).status).toBe(200);
  });

  test('a body of 2 MiB is not read', async () => {
    const answer = await analyze({ datasetId: mine.Dataset, target: 'x'.repeat(2 * 1024 ** 2) });
    expect(problem(answer)).toEqual({ status: 413, code: 'REQUEST_TOO_LARGE', path: null });
  });

  test('other methods and paths are told apart', async () => {
    const wrongMethod = await call('GET', '/api/analyze-dataset');
    expect(problem(wrongMethod)).toEqual({ status: 405, code: 'METHOD_NOT_ALLOWED', path: null });
    expect(wrongMethod.headers.get('allow')).toBe('POST');
    for (const path of ['/api/', '/api/experiments/', '/api/experiments/a/b', '/api/nothing'])
      expect(problem(await call('GET', path))).toEqual({ status: 404, code: 'NOT_FOUND', path: null });
  });
});

describe('GET /api/openapi.json', () => {
  test('describes every route with what it takes, gives and refuses', async () => {
    const { status, body } = await call('GET', '/api/openapi.json');
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    const summary = Object.entries(body.paths).flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, { responses: object; requestBody?: object }>).map(
        ([method, { responses }]) => `${method} ${path}: ${Object.keys(responses).join(' ')}`,
      ),
    );
    expect(summary).toEqual([
      'post /api/analyze-dataset: 202 400 401 404 409 411 413 415',
      'post /api/generate-preprocessing: 202 400 401 404 409 411 413 415',
      'get /api/experiments/{id}: 200 401 404',
    ]);
    const { schema } = body.paths['/api/analyze-dataset'].post.requestBody.content['application/json'];
    expect(schema).toMatchObject({
      type: 'object',
      required: ['datasetId'],
      additionalProperties: false,
      properties: {
        taskType: { enum: ['BINARY_CLASSIFICATION', 'MULTICLASS_CLASSIFICATION', 'REGRESSION'] },
      },
    });
    expect(body.components.schemas.Problem.required).toContain('code');
  });
});
