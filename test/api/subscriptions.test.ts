import { eq } from 'drizzle-orm';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { experiment } from '#domains/experiment/table.ts';
import { encodeId } from '#ids.ts';
import { createTestApp, type TestApp } from '../harness.ts';
import { seeds } from './seed.ts';

let app: TestApp;
let seed: ReturnType<typeof seeds>;
beforeAll(async () => {
  app = await createTestApp();
  seed = seeds(app.ports.db, (await app.services.accounts.localAccount()).accountId);
});
afterAll(() => app.close());

let datasetId: string;
let streamId: string;
let id: string;
beforeEach(async () => {
  datasetId = await seed.dataset();
  streamId = await seed.experiment(datasetId, { status: 'RUNNING' });
  id = encodeId('Experiment', streamId);
});

const log = (message: string) => ({ type: 'LogWritten', payload: { severity: 'INFO', message } });
const end = { type: 'ExperimentFinished', payload: {} };
const write = (...events: { type: string; payload: Record<string, unknown> }[]) =>
  app.ports.db.transaction((tx) => app.ports.events.append(tx, streamId, events));

const document = `subscription ($id: ID!, $after: String) { experimentEvents(experimentId: $id, after: $after) {
  __typename sequence cursor ... on LogWritten { message } } }`;
const follow = (after?: string) => app.collect(document, { id, after });
const numbers = (events: { sequence: string }[]) => events.map(({ sequence }) => Number(sequence));
const upTo = (count: number, from = 1) =>
  Array.from({ length: count - from + 1 }, (_, index) => index + from);

/** Follows until `enough` events have come; the iterator stays open. */
async function live(enough: number, after?: string) {
  const iterator = app.socket().iterate({ query: document, variables: { id, after } });
  const events: { sequence: string; cursor: string }[] = [];
  const take = async (count: number) => {
    while (count > 0) {
      const { value, done } = await iterator.next();
      if (done) break;
      if (value.errors) throw new Error(JSON.stringify(value.errors));
      events.push((value.data as { experimentEvents: (typeof events)[number] }).experimentEvents);
      count -= 1;
    }
  };
  await take(enough);
  return { events, take, stop: () => iterator.return?.() };
}

describe('experimentEvents', () => {
  test('replays from the first event and completes after the last', async () => {
    await write(log('a'), log('b'), end);
    expect(await follow()).toEqual([
      { __typename: 'LogWritten', sequence: '1', cursor: expect.any(String), message: 'a' },
      { __typename: 'LogWritten', sequence: '2', cursor: expect.any(String), message: 'b' },
      { __typename: 'ExperimentFinished', sequence: '3', cursor: expect.any(String) },
    ]);
  });

  test('goes on behind a cursor, even behind the last one', async () => {
    await write(log('a'), log('b'), end);
    const [first, , last] = await follow();
    expect(numbers(await follow(first.cursor))).toEqual([2, 3]);
    expect(await follow(last.cursor)).toEqual([]);
  });

  test('goes from the past into the present without a gap', async () => {
    await write(log('a'));
    const reader = await live(1);
    await write(log('b'));
    await reader.take(1);
    await write(log('c'), end);
    await reader.take(9);
    expect(numbers(reader.events)).toEqual([1, 2, 3, 4]);
  });

  test('goes on after the end when the experiment is trained again', async () => {
    await write(log('a'), end);
    const cursor = (await follow()).at(-1).cursor;
    await app.ports.db.update(experiment).set({ status: 'SUCCEEDED' }).where(eq(experiment.id, streamId));
    await app.mutate('startTraining', { experimentId: id }, '{ experiment { id } }');
    const reader = await live(1, cursor);
    await write(end);
    await reader.take(9);
    expect(
      reader.events.map((event) => [(event as never as { __typename: string }).__typename, event.sequence]),
    ).toEqual([
      ['ExperimentQueued', '3'],
      ['ExperimentFinished', '4'],
    ]);
  });

  test('gives every subscriber everything', async () => {
    const readers = await Promise.all([live(0), live(0), live(0)]);
    for (let count = 0; count < 20; count += 1) await write(log(String(count)));
    await write(end);
    await Promise.all(readers.map((reader) => reader.take(100)));
    for (const reader of readers) expect(numbers(reader.events)).toEqual(upTo(21));
  });

  test('together with a snapshot is the exact state', async () => {
    await write(log('a'), log('b'));
    const { data } = await app.query(
      'query ($id: ID!) { node(id: $id) { ... on Experiment { lastCursor events { nodes { sequence } } } } }',
      { id },
    );
    await write(log('c'), end);
    const seen = numbers(data.node.events.nodes);
    expect([...seen, ...numbers(await follow(data.node.lastCursor))]).toEqual([1, 2, 3, 4]);
  });

  test('of an experiment without events starts behind the cursor of its snapshot', async () => {
    const { data } = await app.query(
      'query ($id: ID!) { node(id: $id) { ... on Experiment { lastCursor } } }',
      { id },
    );
    await write(log('a'), end);
    expect(numbers(await follow(data.node.lastCursor))).toEqual([1, 2]);
  });
});

describe('a reader that resumes with its last cursor', () => {
  /** A client as one writes it: on a lost socket it asks again, behind what it has seen. */
  async function persistent(drop: (socket: WebSocket, seen: number) => void, total: number) {
    const seen: number[] = [];
    let socket: WebSocket | undefined;
    const variables: { id: string; after?: string } = { id };
    const client = createClient({
      url: `${app.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 50,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 5)),
      shouldRetry: () => true,
      on: {
        connected: (opened) => {
          socket = opened as WebSocket;
        },
      },
    });
    await new Promise<void>((resolve, reject) => {
      client.subscribe<{ experimentEvents: { sequence: string; cursor: string } }>(
        { query: document, variables },
        {
          next: ({ data, errors }) => {
            if (errors || !data) return reject(new Error(JSON.stringify(errors)));
            const { sequence, cursor } = data.experimentEvents;
            seen.push(Number(sequence));
            variables.after = cursor;
            if (socket && seen.length < total) drop(socket, seen.length);
          },
          error: reject,
          complete: resolve,
        },
      );
    });
    await client.dispose();
    return seen;
  }

  test('has every number once, however often the connection is lost', async () => {
    const total = 200;
    let drops = 0;
    const reading = persistent((socket, seen) => {
      if (seen % 23 !== 0) return;
      drops += 1;
      socket.terminate();
    }, total + 1);
    for (let count = 0; count < total / 2; count += 1) await write(log('x'), log('y'));
    await write(end);
    expect(await reading).toEqual(upTo(total + 1));
    expect(drops).toBe(8);
  });
});

describe('eight writers at once', () => {
  test('lose nothing, and all readers see one order', async () => {
    const [writers, each] = [8, 40];
    const readers = await Promise.all([live(0), live(0)]);
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let count = 0; count < each; count += 1) await write(log(`${writer}:${count}`));
      }),
    );
    await write(end);
    await Promise.all(readers.map((reader) => reader.take(1_000)));
    const [first, second] = readers.map((reader) => reader.events as unknown as { message?: string }[]);
    expect(numbers(readers[0]?.events ?? [])).toEqual(upTo(writers * each + 1));
    expect(second).toEqual(first);
    for (let writer = 0; writer < writers; writer += 1) {
      const own = first?.flatMap(({ message }) => (message?.startsWith(`${writer}:`) ? [message] : []));
      expect(own).toEqual(Array.from({ length: each }, (_, count) => `${writer}:${count}`));
    }
  });

  test('a writer that rolls back leaves no hole', async () => {
    await write(log('a'));
    const failing = app.ports.db.transaction(async (tx) => {
      await app.ports.events.append(tx, streamId, [log('never')]);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await write(end);
    expect(numbers(await follow())).toEqual([1, 2]);
  });
});

describe('a slow reader', () => {
  test('is not read ahead for, and gets everything in the end', async () => {
    const [count, size] = [600, 50_000];
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const sequences: number[] = [];
    const done = new Promise<void>((resolve) => {
      socket.on('message', (data) => {
        const message = JSON.parse(String(data));
        if (message.type === 'next') sequences.push(Number(message.payload.data.experimentEvents.sequence));
        if (message.type === 'complete') resolve();
      });
    });
    await new Promise((resolve) => socket.on('open', resolve));
    socket.send('{"type":"connection_init"}');
    await new Promise((resolve) => socket.once('message', resolve));
    socket.send(
      JSON.stringify({ id: '1', type: 'subscribe', payload: { query: document, variables: { id } } }),
    );
    socket.pause();
    for (let written = 0; written < count; written += 100) {
      await write(...Array.from({ length: 100 }, () => log('x'.repeat(size))));
    }
    await write(end);
    const reads = () => app.statements.filter((text) => text.includes('from "event"')).length;
    // one who is up to date looks again every second
    const readsMeanwhile = async () => {
      const before = reads();
      await new Promise((resolve) => setTimeout(resolve, 1_300));
      return reads() - before;
    };
    await expect.poll(readsMeanwhile, { timeout: 60_000 }).toBe(0);
    socket.resume();
    await done;
    expect(sequences).toEqual(upTo(count + 1));
    socket.close();
  });
});

describe('a subscription is refused', () => {
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  test.each([
    ['garbled', () => 'x'],
    ['of nothing', () => ''],
    ['of another list', () => encoded(['2026-01-01T00:00:00.000Z', streamId])],
    ['before the first', () => encoded([streamId, -1])],
    ['of a fraction', () => encoded([streamId, 1.5])],
    ['of text', () => encoded([streamId, '1'])],
    ['of another stream', () => encoded([datasetId, 1])],
  ])('with a cursor that is %s', async (_what, cursor) => {
    await expect(follow(cursor())).rejects.toThrow('"code":"BAD_CURSOR"');
  });

  test('with an id that is not there', async () => {
    const absent = {
      datasetEvents: 'datasetId',
      analysisEvents: 'analysisId',
      experimentEvents: 'experimentId',
      leaderboardUpdates: 'experimentId',
    };
    for (const [field, argument] of Object.entries(absent)) {
      for (const wrong of ['x', encodeId('ModelRun', streamId), encodeId('Deployment', streamId)]) {
        const query = `subscription { ${field}(${argument}: "${wrong}") { __typename } }`;
        await expect(app.collect(query)).rejects.toThrow('"code":"NOT_FOUND"');
      }
    }
  });
});

describe('leaderboardUpdates', () => {
  const query = `subscription ($id: ID!) { leaderboardUpdates(experimentId: $id) { cursor runs { algorithm rank score } } }`;

  test('sends the leaderboard at once, on each change, and ends with the experiment', async () => {
    await seed.run({ experimentId: streamId, datasetId }, 'linear', 2);
    const iterator = app.socket().iterate({ query, variables: { id } });
    const next = async () =>
      (await iterator.next()).value?.data?.leaderboardUpdates as { runs: unknown } | undefined;
    const linear = { algorithm: 'linear', rank: 1, score: 2 };
    expect(await next()).toEqual({ cursor: expect.any(String), runs: [linear] });
    const modelRunId = await seed.run({ experimentId: streamId, datasetId }, 'xgboost', 1);
    await write({ type: 'RunFinished', payload: { modelRunId } });
    const both = [
      { algorithm: 'xgboost', rank: 1, score: 1 },
      { ...linear, rank: 2 },
    ];
    expect((await next())?.runs).toEqual(both);
    await write(end);
    expect((await next())?.runs).toEqual(both);
    expect(await next()).toBeUndefined();
  });

  test('sends at most four a second, and the last state whatever happens', async () => {
    const modelRunId = await seed.run({ experimentId: streamId, datasetId }, 'linear', 1);
    const reading = app.collect(query, { id });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const start = Date.now();
    for (let count = 0; count < 60; count += 1)
      await write({ type: 'TrialFinished', payload: { modelRunId } });
    await seed.run({ experimentId: streamId, datasetId }, 'xgboost', 0.5);
    await write(end);
    const snapshots = await reading;
    const seconds = (Date.now() - start) / 1_000;
    expect(snapshots.length).toBeLessThanOrEqual(Math.ceil(seconds * 4) + 2);
    expect(snapshots.at(-1).runs[0]).toEqual({ algorithm: 'xgboost', rank: 1, score: 0.5 });
  });

  test('of an experiment that has ended sends its leaderboard and ends', async () => {
    await seed.run({ experimentId: streamId, datasetId }, 'linear', 2);
    await write(end);
    expect(await app.collect(query, { id })).toEqual([
      { cursor: expect.any(String), runs: [{ algorithm: 'linear', rank: 1, score: 2 }] },
    ]);
  });
});
