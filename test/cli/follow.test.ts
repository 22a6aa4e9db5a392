import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { buildSchema, GraphQLError, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { afterEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { CliError } from '#cli/errors.ts';
import { follow, type NumberedEvent } from '#cli/remote/follow.ts';

const lastSequence = 12;
const schema = buildSchema(`
  type Event { sequence: String! cursor: String! }
  type Query { nothing: String }
  type Subscription { events(id: ID!, after: String): Event! }
`);
const document = parse(`
  subscription ($id: ID!, $after: String) { events(id: $id, after: $after) { sequence cursor } }
`) as TypedDocumentNode<{ events: NumberedEvent }, { id: string; after?: string | null }>;

/** What the server does after a number of events on one subscription, in turn; afterwards it goes to the end. */
type Mishap = { after: number; happen: (socket: WebSocket) => unknown };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A real graphql-ws server that loses its connections as it is told. */
async function startServer(mishaps: Mishap[], options: { refuse?: boolean; repeat?: number } = {}) {
  const asked: (string | null)[] = [];
  const left = [...mishaps];
  const server = createServer();
  servers.push(server);
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  async function* events(after: string | null, socket: WebSocket) {
    asked.push(after);
    const mishap = left.shift();
    const first = after === null ? 1 : Number(after) + 1 - (options.repeat ?? 0);
    for (let sequence = first, sent = 0; sequence <= lastSequence; sequence++, sent++) {
      if (mishap && sent === mishap.after && mishap.happen(socket) === 'COMPLETE') return;
      if (mishap && sent >= mishap.after) await new Promise(() => undefined);
      yield { events: { sequence: String(sequence), cursor: String(sequence) } };
    }
  }
  useServer(
    {
      schema,
      onConnect: () => !options.refuse,
      context: ({ extra }) => ({ socket: extra.socket }),
      roots: {
        subscription: {
          events: ({ after }: { after: string | null }, { socket }: { socket: WebSocket }) =>
            events(after ?? null, socket),
        },
      },
    },
    sockets,
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

async function collect(url: string, signal = new AbortController().signal): Promise<number[]> {
  const seen: number[] = [];
  const stream = follow(
    { url, token: null, signal },
    {
      document,
      id: 'x',
      eventOf: ({ events }) => events,
      isEnd: ({ sequence }) => sequence === String(lastSequence),
    },
  );
  for await (const { sequence } of stream) seen.push(Number(sequence));
  return seen;
}

const everyEvent = Array.from({ length: lastSequence }, (_, index) => index + 1);

describe('following a stream of events', () => {
  const mishaps: Record<string, Mishap['happen']> = {
    'a cut connection': (socket) => socket.terminate(),
    'a server that goes away': (socket) => socket.close(1001, 'going away'),
    // graphql-ws opens again by itself after this one, with the payload that it was given
    'a normal closure': (socket) => socket.close(1000, 'bye'),
    'an internal error': (socket) => socket.close(4500, 'oops'),
    'a stream that is completed too early': () => 'COMPLETE',
    'an error of the operation': () => {
      throw new GraphQLError('oops', { extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    },
  };

  test.each(Object.entries(mishaps))('goes on behind %s without gap or double', async (_name, happen) => {
    const server = await startServer([
      { after: 3, happen },
      { after: 0, happen },
      { after: 4, happen },
    ]);
    expect(await collect(server.url)).toEqual(everyEvent);
    expect(server.asked).toEqual([null, '3', '3', '7']);
  });

  test('leaves out what a server sends again', async () => {
    const cut: Mishap['happen'] = (socket) => socket.terminate();
    const server = await startServer([{ after: 5, happen: cut }], { repeat: 3 });
    expect(await collect(server.url)).toEqual(everyEvent);
  });

  test('waits for a server that is gone for a while', async () => {
    const restart: Mishap['happen'] = (socket) => {
      const [server = createServer()] = servers;
      const { port } = server.address() as AddressInfo;
      server.close();
      socket.terminate();
      setTimeout(() => server.listen(port, '127.0.0.1'), 900);
    };
    const { url, asked } = await startServer([{ after: 2, happen: restart }]);
    expect(await collect(url)).toEqual(everyEvent);
    expect(asked).toEqual([null, '2']);
  });

  test('ends at once when the server refuses', async () => {
    const server = await startServer([], { refuse: true });
    await expect(collect(server.url)).rejects.toMatchObject({ code: 'SIGN_IN_REQUIRED' });
  });

  test('ends at once when the operation is not valid', async () => {
    const { url } = await startServer([]);
    const stream = follow(
      { url, token: null, signal: new AbortController().signal },
      {
        document: parse('subscription { nothing }') as typeof document,
        id: 'x',
        eventOf: ({ events }) => events,
        isEnd: () => false,
      },
    );
    await expect(stream.next()).rejects.toThrow(CliError);
  });

  test('ends when the user leaves', async () => {
    const { url } = await startServer([{ after: 2, happen: () => undefined }]);
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('left')), 200);
    await expect(collect(url, controller.signal)).rejects.toThrow('left');
  });
});
