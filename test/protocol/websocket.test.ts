import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
let datasetId: string;
beforeAll(async () => {
  app = await createTestApp();
  datasetId = await app.upload('people.csv', 'name,age\nAda,36\n');
});
afterAll(() => app.close());

type Message = { type: string; id?: string; payload?: unknown };

/** One socket that speaks the bare protocol. */
async function connect(options: { subprotocols?: string[]; init?: boolean } = {}) {
  const socket = new WebSocket(
    `${app.url.replace('http', 'ws')}/graphql`,
    options.subprotocols ?? ['graphql-transport-ws'],
  );
  const received: Message[] = [];
  const waiting: ((message: Message) => void)[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message;
    const waiter = waiting.shift();
    if (waiter) waiter(message);
    else received.push(message);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const peer = {
    closed,
    send: (message: object | string) =>
      socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    next: () =>
      new Promise<Message>((resolve) => {
        const message = received.shift();
        if (message) resolve(message);
        else waiting.push(resolve);
      }),
    close: () => socket.close(1000),
  };
  if (options.init !== false) {
    peer.send({ type: 'connection_init' });
    expect(await peer.next()).toEqual({ type: 'connection_ack' });
  }
  return peer;
}

const subscribe = (id: string, query: string, variables: object = {}) => ({
  ...{ id, type: 'subscribe' },
  payload: { query, variables },
});
const events = (id: string) =>
  subscribe(id, 'subscription ($id: ID!) { datasetEvents(datasetId: $id) { __typename } }', {
    id: datasetId,
  });
const started = (id: string) => ({
  ...{ id, type: 'next' },
  payload: { data: { datasetEvents: { __typename: 'IngestionStarted' } } },
});

describe('GraphQL over WebSocket', () => {
  test('acknowledges the connection, and once only', async () => {
    const peer = await connect();
    peer.send({ type: 'connection_init' });
    expect(await peer.closed).toEqual({ code: 4429, reason: 'Too many initialisation requests' });
  });

  test('closes a socket that does not speak graphql-transport-ws', async () => {
    const peer = await connect({ subprotocols: [], init: false });
    expect((await peer.closed).code).toBe(4406);
  });

  test('answers a ping with a pong, before and after the acknowledgement', async () => {
    const peer = await connect({ init: false });
    peer.send({ type: 'ping', payload: { at: 1 } });
    expect(await peer.next()).toEqual({ type: 'pong', payload: { at: 1 } });
    peer.send({ type: 'connection_init' });
    expect(await peer.next()).toEqual({ type: 'connection_ack' });
    peer.send({ type: 'ping' });
    expect(await peer.next()).toEqual({ type: 'pong' });
    peer.close();
  });

  test('takes no operation before the acknowledgement', async () => {
    const peer = await connect({ init: false });
    peer.send(subscribe('1', '{ __typename }'));
    expect(await peer.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
  });

  test('answers a query and completes it', async () => {
    const peer = await connect();
    peer.send(subscribe('1', '{ viewer { name } }'));
    expect([await peer.next(), await peer.next()]).toEqual([
      { id: '1', type: 'next', payload: { data: { viewer: { name: 'Local user' } } } },
      { id: '1', type: 'complete' },
    ]);
    peer.close();
  });

  test('runs several operations on one socket, each until it is completed', async () => {
    const peer = await connect();
    peer.send(events('a'));
    expect(await peer.next()).toEqual(started('a'));
    peer.send(events('b'));
    expect(await peer.next()).toEqual(started('b'));
    peer.send({ id: 'a', type: 'complete' });
    peer.send(events('a'));
    expect(await peer.next()).toEqual(started('a'));
    peer.close();
  });

  test('closes the socket on an id that is in use', async () => {
    const peer = await connect();
    peer.send(events('a'));
    await peer.next();
    peer.send(events('a'));
    expect(await peer.closed).toEqual({ code: 4409, reason: 'Subscriber for a already exists' });
  });

  test('closes the socket on what is no message', async () => {
    for (const [message, code] of [
      ['{"type":', 4400],
      ['{"type":"unheard"}', 4400],
      ['{"type":"subscribe","id":"1"}', 4400],
    ] as const) {
      const peer = await connect();
      peer.send(message);
      expect((await peer.closed).code).toBe(code);
    }
  });

  test.each([
    ['a syntax error', '{ viewer {', 'Syntax Error: Expected Name, found <EOF>.'],
    ['an unknown field', '{ nothing }', 'Cannot query field "nothing" on type "Query".'],
    [
      'too many aliases',
      `{ ${Array.from({ length: 60 }, (_, i) => `a${i}: viewer { name }`).join(' ')} }`,
      'Syntax Error: Aliases limit of 50 exceeded, found 60.',
    ],
  ])('tells %s without closing the socket', async (_what, query, message) => {
    const peer = await connect();
    peer.send(events('live'));
    await peer.next();
    peer.send(subscribe('bad', query));
    const answer = await peer.next();
    expect(answer).toMatchObject({ id: 'bad', type: 'error' });
    expect((answer.payload as { message: string }[])[0]?.message).toBe(message);
    peer.send(subscribe('good', '{ __typename }'));
    expect(await peer.next()).toEqual({
      id: 'good',
      type: 'next',
      payload: { data: { __typename: 'Query' } },
    });
    peer.close();
  });

  test('masks what was not foreseen, on the socket as elsewhere', async () => {
    const peer = await connect();
    const query = 'subscription { experimentEvents(experimentId: "unknown") { __typename } }';
    peer.send(subscribe('1', query));
    expect([await peer.next(), await peer.next()]).toEqual([
      {
        ...{ id: '1', type: 'next' },
        payload: {
          errors: [
            {
              message: 'There is no Experiment with this id.',
              path: ['experimentEvents'],
              locations: [{ line: 1, column: 16 }],
              extensions: { code: 'NOT_FOUND' },
            },
          ],
        },
      },
      { id: '1', type: 'complete' },
    ]);
    peer.close();
  });
});
