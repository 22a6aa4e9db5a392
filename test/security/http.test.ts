import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({
    env: { ALLOWED_HOSTS: 'aliquot.example', ALLOWED_ORIGINS: 'https://app.example' },
  });
});
afterAll(() => app.close());

/** Whether nothing more is to come, on a connection that may stay open. */
function isWhole(answer: string): boolean {
  const [head = '', ...body] = answer.split('\r\n\r\n');
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  return body.length > 0 && (head.includes(' 101 ') || body.join('\r\n\r\n').length >= Number(length));
}

/** Sends bytes as they are, since clients do not let headers be forged; gives status and body. */
const raw = (text: string, at = app) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const { hostname, port } = new URL(at.url);
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let answer = '';
    socket.on('data', (part) => {
      answer += part;
      if (isWhole(answer)) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const [head, ...body] = answer.split('\r\n\r\n');
      resolve({ status: Number(head?.split(' ')[1]), body: body.join('') });
    });
  });

const get = (headers: string, at = app) =>
  raw(`GET /health/live HTTP/1.1\r\nconnection: close\r\n${headers}\r\n`, at);
const upgrade = (headers: string, path = '/graphql') =>
  raw(
    `GET ${path} HTTP/1.1\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws\r\n${headers}\r\n`,
  );

const post = async (body: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, body: await response.text() };
};
const document = (query: string) => JSON.stringify({ query });

describe('the server answers', () => {
  const port = () => new URL(app.url).port;

  test.each([
    ['its own address', () => `host: 127.0.0.1:${port()}\r\n`, 200],
    ['localhost', () => 'host: localhost\r\n', 200],
    ['a host that is allowed', () => 'host: Aliquot.Example:4000\r\n', 200],
    ['no other host: a name that was bound to this address', () => 'host: evil.example\r\n', 403],
    ['no other host: one that looks alike', () => 'host: localhost.evil.example\r\n', 403],
    ['no request without a host', () => '', 400],
    ['its own pages', () => `host: localhost:${port()}\r\norigin: http://localhost:${port()}\r\n`, 200],
    ['a page that is allowed', () => 'host: localhost\r\norigin: https://app.example\r\n', 200],
    ['no page of another site', () => 'host: localhost\r\norigin: https://evil.example\r\n', 403],
    ['no page of another port', () => 'host: localhost:4000\r\norigin: http://localhost:4001\r\n', 403],
    ['no page without a site', () => 'host: localhost\r\norigin: null\r\n', 403],
  ])('%s', async (_what, headers, status) => {
    expect((await get(headers())).status).toBe(status);
  });

  test.each([
    ['its own address', 'host: localhost\r\n', 101],
    ['no other host', 'host: evil.example\r\n', 403],
    ['a page that is allowed', 'host: localhost\r\norigin: https://app.example\r\n', 101],
    ['no page of another site', 'host: localhost\r\norigin: https://evil.example\r\n', 403],
  ])('on a WebSocket %s', async (_what, headers, status) => {
    expect((await upgrade(headers)).status).toBe(status);
  });

  test('an upgrade elsewhere with 404', async () => {
    expect(await upgrade('host: localhost\r\n', '/files')).toEqual({
      status: 404,
      body: '{"code":"NOT_FOUND","message":"Nothing is here."}',
    });
  });

  test('what is no address with 400, and lives on', async () => {
    const refused = { status: 400, body: '{"code":"ADDRESS_INVALID","message":"This is not an address."}' };
    expect(await upgrade('host: localhost\r\n', '//[')).toEqual(refused);
    expect((await raw('GET //[ HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')).status).toBe(400);
    expect((await get('host: localhost\r\n')).status).toBe(200);
  });

  test('and outlives clients that hang up in the middle of an upgrade', async () => {
    const { hostname, port: at } = new URL(app.url);
    for (let count = 0; count < 20; count += 1) {
      const socket = connect(Number(at), hostname, () => {
        socket.write(
          'GET /elsewhere HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n',
        );
        socket.resetAndDestroy();
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await get('host: localhost\r\n')).status).toBe(200);
  });
});

describe('a page of another site cannot make a browser', () => {
  const mutation = 'mutation { createSampleDataset(input: { key: "penguins" }) { __typename } }';

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'post %s, which needs no preflight',
    async (type) => {
      const { status, body } = await post(document(mutation), { 'content-type': type });
      expect({ status, body: JSON.parse(body) }).toEqual({
        status: 403,
        body: { errors: [{ message: 'Required CSRF header(s) not present' }] },
      });
    },
  );

  test('run anything by GET', async () => {
    const response = await fetch(`${app.url}/graphql?query=${encodeURIComponent('{ __typename }')}`);
    expect(response.status).toBe(403);
  });

  test('and not even a program can change anything by GET', async () => {
    const response = await fetch(`${app.url}/graphql?query=${encodeURIComponent(mutation)}`, {
      headers: { 'x-aliquot-client': 'test' },
    });
    expect(response.status).toBe(405);
    expect((await app.query('{ datasets { nodes { id } } }')).data.datasets.nodes).toEqual([]);
  });
});

describe('an operation that asks for too much is refused at once and without a statement', () => {
  const repeat = (count: number, text: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => text(index)).join(' ');
  const nested = (depth: number): string =>
    depth === 0 ? 'id' : `id dataset { experiments(first: 1) { nodes { ${nested(depth - 1)} } } }`;

  test.each([
    [
      '10,000 aliases',
      `{ ${repeat(10_000, (index) => `a${index}: viewer { name }`)} }`,
      /Token limit of 5000/,
    ],
    ['60 aliases', `{ ${repeat(60, (index) => `a${index}: viewer { name }`)} }`, /Aliases limit of 50/],
    [
      'aliases through a fragment',
      `{ ...F viewer { name } } fragment F on Query { ${repeat(60, (index) => `a${index}: viewer { name }`)} }`,
      /Aliases limit of 50/,
    ],
    ['20,000 directives', `{ viewer ${'@skip(if: false) '.repeat(20_000)} { name } }`, /Token limit of 5000/],
    ['depth', `{ experiments(first: 1) { nodes { ${nested(6)} } } }`, /depth 1[5-9]|depth [2-9]\d/],
    [
      'depth through fragments',
      `{ experiments(first: 1) { nodes { ...A } } }
       ${repeat(6, (index) => `fragment ${'ABCDEF'[index]} on Experiment { dataset { experiments(first: 1) { nodes { ${index < 5 ? `...${'ABCDEF'[index + 1]}` : 'id'} } } } }`)}`,
      /depth 1[5-9]|depth [2-9]\d/,
    ],
    [
      'breadth in lists',
      '{ datasets(first: 100) { nodes { experiments(first: 100) { nodes { leaderboard(first: 100) { nodes { id } } } } } } }',
      /complexity 2020201 of 20000/,
    ],
    [
      'a fragment cycle',
      '{ datasets { nodes { ...A } } } fragment A on Dataset { ...B } fragment B on Dataset { ...A }',
      /Cannot spread fragment "A" within itself/,
    ],
  ])('%s', async (_what, query, message) => {
    const statements = app.statements.length;
    const start = performance.now();
    const { errors, data } = await app.query(query);
    const milliseconds = performance.now() - start;
    expect(errors?.[0]?.message).toMatch(message);
    expect(data ?? null).toBeNull();
    expect(app.statements.slice(statements)).toEqual([]);
    expect(milliseconds).toBeLessThan(5_000);
  });

  test('a batch', async () => {
    const { status, body } = await post(`[${document('{ __typename }')},${document('{ __typename }')}]`);
    expect({ status, body: JSON.parse(body) }).toEqual({
      status: 400,
      body: { errors: [{ message: 'Batching is not supported.', extensions: { code: 'BAD_REQUEST' } }] },
    });
  });

  test('a document of 2 MiB', async () => {
    const { status, body } = await post(document(`{ __typename } # ${'x'.repeat(2 * 1024 ** 2)}`));
    expect({ status, body: JSON.parse(body) }).toEqual({
      status: 413,
      body: {
        code: 'REQUEST_TOO_LARGE',
        message: 'At most 1048576 bytes are taken here. Send files by requestUpload.',
      },
    });
  });

  test('a document of unknown length', async () => {
    expect(
      await raw(
        'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
      ),
    ).toMatchObject({ status: 411, body: expect.stringContaining('LENGTH_REQUIRED') });
  });

  test('a deep subscription', async () => {
    const query = `subscription { experimentEvents(experimentId: "x") { experiment { ${nested(6)} } } }`;
    const statements = app.statements.length;
    await expect(app.collect(query)).rejects.toThrow('OPERATION_TOO_COMPLEX');
    expect(app.statements.slice(statements)).toEqual([]);
  });

  test('more than 100 nodes', async () => {
    const { errors } = await app.query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: Array.from({ length: 101 }, () => 'x'),
    });
    expect(errors?.[0]).toMatchObject({
      message: 'Argument “ids” takes at most 100.',
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });
});

describe('text that the database cannot hold', () => {
  test('is found nowhere', async () => {
    const { data, errors } = await app.query(
      `query ($text: String!) {
        datasets(search: $text) { nodes { id } } experiments(filter: { search: $text }) { nodes { id } } }`,
      { text: 'a\0b\ud800' },
    );
    expect({ data, errors }).toEqual({
      data: { datasets: { nodes: [] }, experiments: { nodes: [] } },
      errors: undefined,
    });
  });

  test.each([
    ['metric: "a\\u0000"', 'METRIC_UNKNOWN'],
    ['metric: "rmse", algorithm: "a\\u0000"', 'ALGORITHM_UNKNOWN'],
  ])('is no key of the catalogue: %s', async (filter, code) => {
    const query = `{ leaderboard(filter: { taskType: REGRESSION, ${filter} }) { nodes { id } } }`;
    expect((await app.query(query)).errors?.[0]?.extensions).toEqual({ code });
  });
});

describe('what was not foreseen', () => {
  test('is told by a number only: no statement, no stack, no path of the server', async () => {
    await app.ports.database.sql`alter table dataset rename to dataset_gone`;
    const answers = await Promise.all([
      app.query('{ datasets { nodes { id } } }'),
      app.query('mutation { createSampleDataset(input: { key: "penguins" }) { ... on Error { message } } }'),
    ]);
    await app.ports.database.sql`alter table dataset_gone rename to dataset`;
    const masked = (path: string) => ({
      data: null,
      errors: [
        {
          message: 'Unexpected error.',
          locations: [expect.anything()],
          path: [path],
          extensions: {
            code: 'INTERNAL_SERVER_ERROR',
            requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          },
        },
      ],
    });
    expect(answers).toEqual([masked('datasets'), masked('createSampleDataset')]);
  });
});

describe('a WebSocket', () => {
  const open = () => new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const closeCode = (socket: WebSocket) => new Promise((resolve) => socket.on('close', resolve));

  test('is closed on a frame of more than 1 MiB', async () => {
    const socket = open();
    socket.on('open', () => socket.send('x'.repeat(1024 ** 2 + 1)));
    socket.on('error', () => {});
    expect(await closeCode(socket)).toBe(1009);
  });

  test('is closed when nothing is said for 5 s', async () => {
    const start = Date.now();
    expect(await closeCode(open())).toBe(4408);
    expect(Date.now() - start).toBeLessThan(60_000);
  });

  test('with a wrong token is refused at once', async () => {
    await expect(
      app.collect('subscription { datasetEvents(datasetId: "x") { at } }', {}, 'aq_no'),
    ).rejects.toMatchObject({ code: 4403, reason: 'Forbidden' });
  });
});

describe('a credential', () => {
  const viewer = async (authorization?: string, at = app) => {
    const response = await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authorization === undefined ? {} : { authorization }),
      },
      body: document('{ viewer { name } datasets { nodes { id } } }'),
    });
    const { data, errors } = await response.json();
    return { name: data?.viewer?.name ?? null, code: errors?.[0]?.extensions.code ?? null };
  };

  test('that is wrong is nobody, never the local account', async () => {
    const token = await app.otherOwner('Ada');
    const nobody = { name: null, code: 'SIGN_IN_REQUIRED' };
    expect({
      none: await viewer(),
      right: await viewer(`Bearer ${token}`),
      wrong: await viewer(`Bearer ${token}x`),
      otherScheme: await viewer(`Basic ${token}`),
      bare: await viewer(token),
      nothing: await viewer('Bearer '),
      many: await viewer(`Bearer ${token}, Bearer ${token}`),
    }).toEqual({
      none: { name: 'Local user', code: null },
      right: { name: 'Ada', code: null },
      ...{ wrong: nobody, otherScheme: nobody, bare: nobody, nothing: nobody, many: nobody },
    });
  });

  test('is good until it expires', async () => {
    const { accountId } = await app.services.accounts.createAccount('Eva');
    const token = await app.services.accounts.issueToken(accountId, -1);
    expect(await viewer(`Bearer ${token}`)).toEqual({ name: null, code: 'SIGN_IN_REQUIRED' });
  });

  test('is kept as a hash only', async () => {
    const token = await app.otherOwner();
    const rows = await app.ports.database.sql`select * from access_token`;
    expect(JSON.stringify(rows)).not.toContain(token.slice(3));
  });

  test('is needed where the server listens to more than this machine', async () => {
    const open = await createTestApp({ env: { HOST: '0.0.0.0' } });
    const reachable = { ...open, url: open.url.replace('0.0.0.0', '127.0.0.1') };
    try {
      expect(await viewer(undefined, reachable)).toEqual({ name: null, code: 'SIGN_IN_REQUIRED' });
      const token = await open.otherOwner('Ada');
      expect(await viewer(`Bearer ${token}`, reachable)).toEqual({ name: 'Ada', code: null });
      const { __typename, code } = await (
        await fetch(`${reachable.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: document(
            'mutation { r: createSampleDataset(input: { key: "penguins" }) { __typename ... on Error { code } } }',
          ),
        })
      )
        .json()
        .then(({ data }) => data.r);
      expect({ __typename, code }).toEqual({ __typename: 'UnauthorizedError', code: 'SIGN_IN_REQUIRED' });
    } finally {
      await open.close();
    }
  });
});
