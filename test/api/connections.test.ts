import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeId, newId } from '#ids.ts';
import { createTestApp, type TestApp } from '../harness.ts';
import { seeds } from './seed.ts';

let app: TestApp;
let token: string;
let seed: ReturnType<typeof seeds>;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());
/** Each test has an owner of its own, and so empty lists. */
beforeEach(async () => {
  const { accountId } = await app.services.accounts.createAccount('Owner');
  token = await app.services.accounts.issueToken(accountId, 3_600);
  seed = seeds(app.ports.db, accountId);
});

// biome-ignore lint/suspicious/noExplicitAny: the shape of an answer is what the tests assert
type Data = any;
type Page = {
  edges: { cursor: string; node: unknown }[];
  nodes: unknown[];
  pageInfo: Record<string, unknown>;
};

/** Pages from first to last; `between` is called after each. `at` picks the connection out of the data. */
async function walk(
  query: (argumentsText: string) => string,
  at: (data: Data) => Page,
  size: number,
  between: () => Promise<unknown> = async () => {},
): Promise<Page[]> {
  const pages: Page[] = [];
  let after: unknown = null;
  do {
    const { data, errors } = await app.query(
      query(`first: ${size}, after: ${JSON.stringify(after)}`),
      {},
      token,
    );
    expect(errors).toBeUndefined();
    pages.push(at(data));
    after = pages.at(-1)?.pageInfo.endCursor;
    await between();
    // a list that never ends is a fault, not a hang
  } while (pages.at(-1)?.pageInfo.hasNextPage && pages.length < 50);
  return pages;
}

const fields = (node: string) =>
  `{ edges { cursor node { ${node} } } nodes { ${node} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
const all = (pages: Page[]) => pages.flatMap((page) => page.nodes);
const count = <T>(length: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length }, (_, index) => make(index)));
const ids = (type: 'Dataset' | 'Experiment' | 'ModelRun', rows: string[]) =>
  rows.map((id) => ({ id: encodeId(type, id) }));

describe('a list is read page by page: every row that was there once, in a total order', () => {
  /** All of one moment, so that only the id tells them apart. */
  const createdAt = new Date('2026-01-01T00:00:00.000Z');

  test('datasets, newest first, while others are made', async () => {
    const rows = await count(25, () => seed.dataset({ createdAt }));
    const pages = await walk(
      (given) => `{ datasets(${given}) ${fields('id')} }`,
      (data) => data.datasets,
      10,
      () => seed.dataset(),
    );
    expect(all(pages)).toEqual(ids('Dataset', rows.sort().reverse()));
    expect(
      pages.map(({ nodes, pageInfo }) => [nodes.length, pageInfo.hasPreviousPage, pageInfo.hasNextPage]),
    ).toEqual([
      [10, false, true],
      [10, true, true],
      [5, true, false],
    ]);
    for (const { edges, nodes, pageInfo } of pages) {
      expect(edges.map((edge) => edge.node)).toEqual(nodes);
      expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([edges[0]?.cursor, edges.at(-1)?.cursor]);
    }
  });

  test('an exact page is the last one', async () => {
    await count(10, () => seed.dataset());
    const pages = await walk(
      (given) => `{ datasets(${given}) ${fields('id')} }`,
      (data) => data.datasets,
      10,
    );
    expect(pages.map((page) => page.pageInfo.hasNextPage)).toEqual([false]);
  });

  test('experiments of all datasets and of one', async () => {
    const [first, second] = [await seed.dataset(), await seed.dataset()];
    const rows = await count(7, () => seed.experiment(first, { createdAt }));
    const others = await count(4, () => seed.experiment(second, { createdAt }));
    const newest = (...lists: string[][]) => ids('Experiment', lists.flat().sort().reverse());
    const query = (filter: string) => (given: string) =>
      `{ experiments(${given} ${filter}) ${fields('id')} }`;
    const at = (data: Data) => data.experiments;
    const global = encodeId('Dataset', first);
    expect(all(await walk(query(''), at, 3))).toEqual(newest(rows, others));
    expect(all(await walk(query(`, filter: { datasetId: "${global}" }`), at, 3))).toEqual(newest(rows));
    const nested = (given: string) =>
      `{ node(id: "${global}") { ... on Dataset { experiments(${given}) ${fields('id')} } } }`;
    const atNode = (data: Data) => data.node.experiments;
    expect(all(await walk(nested, atNode, 3))).toEqual(newest(rows));
  });

  test('a leaderboard with ties, and runs without a score at its end', async () => {
    const datasetId = await seed.dataset();
    const experimentId = await seed.experiment(datasetId);
    const scores = [3, 1, 2, 2, 2, 1, null, null];
    const rows = await count(scores.length, async (index) => ({
      score: scores[index] ?? null,
      id: await seed.run({ experimentId, datasetId }, `algorithm ${index}`, scores[index] ?? null),
    }));
    // rmse: the smallest is the best; the newest id breaks ties
    const far = Number.POSITIVE_INFINITY;
    const best = rows.sort((a, b) => (a.score ?? far) - (b.score ?? far) || (a.id < b.id ? 1 : -1) || 0);
    const sorted = [
      ...best.filter(({ score }) => score !== null),
      ...best.filter(({ score }) => score === null),
    ];
    const ranks = [1, 1, 3, 3, 3, 6, null, null];
    const query = (given: string) =>
      `{ node(id: "${encodeId('Experiment', experimentId)}") { ... on Experiment { leaderboard(${given}) ${fields('id score rank')} } } }`;
    const at = (data: Data) => data.node.leaderboard;
    for (const size of [1, 3, 100]) {
      expect(all(await walk(query, at, size))).toEqual(
        sorted.map(({ id, score }, index) => ({ id: encodeId('ModelRun', id), score, rank: ranks[index] })),
      );
    }
    const byMae = (given: string) => query(`${given}, orderBy: { metric: "mae" }`);
    expect(all(await walk(byMae, at, 3)).map((run) => (run as { score: number | null }).score)).toEqual([
      ...[3, 2, 2, 2, 1, 1, null, null],
    ]);
  });

  test('the leaderboard over all experiments', async () => {
    const datasetId = await seed.dataset();
    const rows = await count(12, async (index) => {
      const experimentId = await seed.experiment(datasetId);
      return { score: index % 4, id: await seed.run({ experimentId, datasetId }, 'linear', index % 4) };
    });
    const sorted = rows.sort((a, b) => a.score - b.score || (a.id < b.id ? 1 : -1));
    const pages = await walk(
      (given) =>
        `{ leaderboard(${given}, filter: { taskType: REGRESSION, metric: "rmse" }) ${fields('id')} }`,
      (data) => data.leaderboard,
      5,
    );
    expect(all(pages)).toEqual(
      ids(
        'ModelRun',
        sorted.map(({ id }) => id),
      ),
    );
  });

  test('trials in the order in which they were tried', async () => {
    const datasetId = await seed.dataset();
    const run = await seed.run({ experimentId: await seed.experiment(datasetId), datasetId }, 'linear', 1);
    await seed.trials(run, 23);
    const pages = await walk(
      (given) =>
        `{ node(id: "${encodeId('ModelRun', run)}") { ... on ModelRun { trials(${given}) ${fields('number')} } } }`,
      (data) => data.node.trials,
      10,
    );
    expect(all(pages)).toEqual(Array.from({ length: 23 }, (_, number) => ({ number })));
  });

  test('events, oldest first, while others are written; cursors are those of the subscription', async () => {
    const experimentId = await seed.experiment(await seed.dataset());
    const { db, events } = app.ports;
    const write = () =>
      db.transaction((tx) =>
        events.append(tx, experimentId, [
          { type: 'LogWritten', payload: { severity: 'INFO', message: 'x' } },
        ]),
      );
    for (let index = 0; index < 5; index += 1) await write();
    const id = encodeId('Experiment', experimentId);
    let more = 3;
    const pages = await walk(
      (given) => `{ node(id: "${id}") { ... on Experiment { events(${given})
        ${fields('__typename sequence cursor experiment { id } ... on LogWritten { severity message }')} lastCursor } } }`,
      (data) => data.node.events,
      2,
      async () => {
        more -= 1;
        if (more >= 0) await write();
      },
    );
    expect(all(pages)).toEqual(
      Array.from({ length: 8 }, (_, index) => ({
        ...{ __typename: 'LogWritten', sequence: String(index + 1), experiment: { id } },
        ...{ cursor: expect.any(String), severity: 'INFO', message: 'x' },
      })),
    );
    const cursors = pages.flatMap(({ edges }) => edges.map(({ cursor }) => cursor));
    expect(cursors).toEqual(all(pages).map((event) => (event as { cursor: string }).cursor));
    const { data } = await app.query(`{ node(id: "${id}") { ... on Experiment { lastCursor } } }`, {}, token);
    expect(data.node.lastCursor).toBe(cursors.at(-1));
  });
});

describe('arguments of a list', () => {
  const paged = [
    ['datasets', (given: string) => `{ datasets(${given}) { nodes { id } } }`],
    ['experiments', (given: string) => `{ experiments(${given}) { nodes { id } } }`],
    [
      'leaderboard',
      (given: string) =>
        `{ leaderboard(${given}, filter: { taskType: REGRESSION, metric: "rmse" }) { nodes { id } } }`,
    ],
  ] as const;

  async function nestedQueries() {
    const datasetId = await seed.dataset();
    const experimentId = await seed.experiment(datasetId);
    const run = await seed.run({ experimentId, datasetId }, 'linear', 1);
    const at = (type: 'Dataset' | 'Experiment' | 'ModelRun', id: string, field: string) => (given: string) =>
      `{ node(id: "${encodeId(type, id)}") { ... on ${type} { ${field}(${given}) { nodes { __typename } } } } }`;
    return [
      ['analyses', at('Dataset', datasetId, 'analyses')],
      ['experiments of a dataset', at('Dataset', datasetId, 'experiments')],
      ['leaderboard of an experiment', at('Experiment', experimentId, 'leaderboard')],
      ['events', at('Experiment', experimentId, 'events')],
      ['trials', at('ModelRun', run, 'trials')],
    ] as const;
  }

  const codeOf = async (query: string) =>
    (await app.query(query, {}, token)).errors?.[0]?.extensions?.code ?? null;

  test('`first` is 1 to 100', async () => {
    for (const [name, query] of [...paged, ...(await nestedQueries())]) {
      const codes = await Promise.all(
        ['first: 1', 'first: 100', 'first: null', 'first: 0', 'first: 101', 'first: -1'].map((given) =>
          codeOf(query(given)),
        ),
      );
      expect([name, ...codes]).toEqual([name, null, null, null, ...Array(3).fill('BAD_USER_INPUT')]);
    }
  });

  test('`after` is a cursor of the list', async () => {
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const garbled = [
      ...[
        '',
        'x',
        '%00',
        encoded(null),
        encoded([]),
        encoded({}),
        encoded([1, 2, 3, 4]),
        encoded(['x', 'y']),
      ],
      ...[
        encoded([{}, newId()]),
        encoded([[], []]),
        encoded([null, `${newId()}' or 1=1 --`]),
        encoded(['\0', newId()]),
      ],
      encoded(['2026-01-01T00:00:00.000Z', '------------------------------------']),
      encoded([1, '------------------------------------']),
      encoded([newId(), 1e300]),
    ];
    for (const [name, query] of [...paged, ...(await nestedQueries())]) {
      for (const cursor of garbled) {
        const code = await codeOf(query(`first: 1, after: ${JSON.stringify(cursor)}`));
        expect([name, cursor, code]).toEqual([name, cursor, 'BAD_CURSOR']);
      }
    }
  });
});

describe('a nested query', () => {
  const query = `{ datasets(first: 10) { nodes {
    analyses(first: 2) { nodes { id dataset { id } } }
    experiments(first: 2) { nodes { id dataset { id } analysis { id } preprocessing { id } lastCursor bestRun { id }
      events(first: 2) { nodes { sequence } }
      leaderboard(first: 2) { nodes { id rank experiment { id } artifacts { name } trials(first: 2) { nodes { number } } } }
    } } } } }`;

  async function fill(): Promise<void> {
    const datasetId = await seed.dataset();
    const analysisId = await seed.analysis(datasetId);
    const preprocessingId = await seed.preprocessing(datasetId, analysisId);
    for (let count = 0; count < 2; count += 1) {
      const experimentId = await seed.experiment(datasetId, { analysisId, preprocessingId });
      for (const algorithm of ['linear', 'xgboost']) {
        const modelRunId = await seed.run({ experimentId, datasetId }, algorithm, 1);
        await seed.trials(modelRunId, 2);
        await seed.artifact({ modelRunId });
      }
    }
  }

  test('takes as many statements for ten datasets as for one', async () => {
    const statementsFor = async () => {
      const before = app.statements.length;
      const { errors } = await app.query(query, {}, token);
      expect(errors).toBeUndefined();
      return app.statements.slice(before);
    };
    await fill();
    const one = await statementsFor();
    for (let more = 0; more < 9; more += 1) await fill();
    const ten = await statementsFor();
    expect(ten).toHaveLength(one.length);
    expect(one.length).toBeLessThanOrEqual(16);
  });
});
