import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  getNamedType,
  isInputObjectType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeId, type NodeType, newId, nodeTypes } from '#ids.ts';
import { schema } from '#schema.ts';
import { everything } from '../api/seed.ts';
import { createTestApp, type TestApp } from '../harness.ts';

type Ids = Record<NodeType, string>;
type Place = { path: string[]; type: NodeType };
type Operation = {
  kind: 'query' | 'mutation' | 'subscription';
  field: GraphQLField<unknown, unknown>;
  places: Place[];
};

let app: TestApp;
let mine: Ids;
let theirs: Ids;
/** Of the first owner too, but deleted. */
let deleted: Ids;
let token: string;
const unknown = Object.fromEntries(nodeTypes.map((type) => [type, encodeId(type, newId())])) as Ids;
beforeAll(async () => {
  app = await createTestApp();
  const local = await app.services.accounts.localAccount();
  const other = await app.services.accounts.createAccount('Other');
  token = await app.services.accounts.issueToken(other.accountId, 3_600);
  mine = await everything(app, local.accountId);
  theirs = await everything(app, other.accountId);
  deleted = await everything(app, local.accountId);
  await app.mutate('deleteDataset', { datasetId: deleted.Dataset }, '{ __typename }');
});
afterAll(() => app.close());

/** Arguments named `id` and `ids` take any node; all others are named after the type of the node. */
function typesOf(name: string): NodeType[] {
  if (name === 'id' || name === 'ids') return [...nodeTypes];
  const type = nodeTypes.find((known) => `${known}Id`.toLowerCase() === name.toLowerCase());
  if (!type) throw new Error(`no node type is known for an id called “${name}”`);
  return [type];
}

/** Every place below some arguments or input fields where an id can stand. */
function placesIn(inputs: readonly (GraphQLArgument | GraphQLInputField)[], above: string[] = []): Place[] {
  return inputs.flatMap((input) => {
    const type = getNamedType(input.type);
    const path = [...above, input.name];
    if (isInputObjectType(type)) return placesIn(Object.values(type.getFields()), path);
    return type.name === 'ID' ? typesOf(input.name).map((node) => ({ path, type: node })) : [];
  });
}

const operations: Operation[] = (
  [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
    ['subscription', schema.getSubscriptionType()],
  ] as const
).flatMap(([kind, root]) =>
  Object.values(root?.getFields() ?? {}).map((field) => ({ kind, field, places: placesIn(field.args) })),
);

/** Values for what an operation must be given besides ids: an operation that is not listed fails below by its name. */
const values: Record<string, () => Record<string, unknown>> = {
  node: () => ({ id: mine.Dataset }),
  nodes: () => ({ ids: [mine.Dataset] }),
  experiments: () => ({ filter: {} }),
  leaderboard: () => ({ filter: { taskType: 'REGRESSION', metric: 'rmse' } }),
  completeUpload: () => ({ input: { datasetId: mine.Dataset } }),
  resumeUpload: () => ({ input: { datasetId: mine.Dataset } }),
  updateDataset: () => ({ input: { datasetId: mine.Dataset, name: 'changed' } }),
  deleteDataset: () => ({ input: { datasetId: mine.Dataset } }),
  restoreDataset: () => ({ input: { datasetId: mine.Dataset } }),
  analyzeDataset: () => ({ input: { datasetId: mine.Dataset } }),
  generatePreprocessing: () => ({ input: { analysisId: mine.Analysis } }),
  updatePreprocessing: () => ({ input: { preprocessingId: mine.Preprocessing, steps: [] } }),
  revertPreprocessing: () => ({ input: { preprocessingId: mine.Preprocessing } }),
  decidePreprocessing: () => ({ input: { preprocessingId: mine.Preprocessing, accept: true } }),
  createExperiment: () => ({ input: { datasetId: mine.Dataset } }),
  updateExperiment: () => ({ input: { experimentId: mine.Experiment, version: 1, name: 'changed' } }),
  startTraining: () => ({ input: { experimentId: mine.Experiment } }),
  extendBudget: () => ({ input: { experimentId: mine.Experiment, seconds: 10 } }),
  tuneModelRun: () => ({ input: { modelRunId: mine.ModelRun, strategy: 'RANDOM', trials: 1 } }),
  verifyModelRun: () => ({ input: { modelRunId: mine.ModelRun } }),
  runExperiment: () => ({ input: { datasetId: mine.Dataset, target: 'y' } }),
  predictFile: () => ({ input: { modelRunId: mine.ModelRun, datasetId: mine.Dataset } }),
  cancelJob: () => ({ input: { id: mine.Experiment } }),
  datasetEvents: () => ({ datasetId: mine.Dataset }),
  analysisEvents: () => ({ analysisId: mine.Analysis }),
  preprocessingEvents: () => ({ preprocessingId: mine.Preprocessing }),
  experimentEvents: () => ({ experimentId: mine.Experiment }),
  modelRunEvents: () => ({ modelRunId: mine.ModelRun }),
  leaderboardUpdates: () => ({ experimentId: mine.Experiment }),
};

function put(target: Record<string, unknown>, [name = '', ...rest]: string[], value: unknown): void {
  if (rest.length > 0) put(target[name] as Record<string, unknown>, rest, value);
  else target[name] = Array.isArray(target[name]) ? [value] : value;
}

/** An operation whose answer names every object that it gives. */
function document({ kind, field }: Operation): string {
  const definitions = field.args.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
  const given = field.args.map(({ name }) => `${name}: $${name}`).join(', ');
  const page = getNamedType(field.type).name.endsWith('Connection');
  const selection = {
    query: page ? '{ nodes { id } }' : '{ __typename id }',
    mutation: '{ __typename ... on Error { code message path } }',
    subscription: '{ __typename }',
  }[kind];
  return `${kind} (${definitions}) { result: ${field.name}(${given}) ${selection} }`;
}

async function answer(operation: Operation, variables: Record<string, unknown>): Promise<unknown> {
  const text = document(operation);
  if (operation.kind !== 'subscription') return app.query(text, variables);
  for await (const result of app.socket().iterate({ query: text, variables })) return result;
  return 'completed';
}

const withIds = operations.filter(({ places }) => places.length > 0);
const cases = withIds.flatMap((operation) =>
  operation.places.map((place) => ({
    operation,
    place,
    name: operation.field.name,
    path: place.path.join('.'),
  })),
);

/** Repeats within the grace are answered as the first time. */
const knowDeleted = ['deleteDataset', 'restoreDataset'];

describe('the id of another owner, and of what has been deleted, is answered as one that does not exist', () => {
  test('in every operation that takes an id: each has values here', () => {
    expect(withIds.map(({ field }) => field.name).filter((name) => !values[name])).toEqual([]);
    expect(Object.keys(values).filter((name) => !withIds.some(({ field }) => field.name === name))).toEqual(
      [],
    );
  });

  test.each(cases)('$operation.kind $name($path) for a $place.type', async ({ operation, place, name }) => {
    const given = (ids: Ids) => {
      const variables = values[name]?.() ?? {};
      put(variables, place.path, ids[place.type]);
      return variables;
    };
    const absent = await answer(operation, given(unknown));
    for (const ids of knowDeleted.includes(name) ? [theirs] : [theirs, deleted]) {
      const refused = await answer(operation, given(ids));
      expect(refused).toEqual(absent);
      const text = JSON.stringify(refused);
      expect(nodeTypes.map((type) => ids[type]).filter((id) => text.includes(id))).toEqual([]);
    }
    // the answer is a refusal or empty, not a success with something else
    expect(JSON.stringify(absent)).toMatch(/NOT_FOUND|"result":null|"result":\[null\]|"nodes":\[\]/);
  });
});

describe('the id of one’s own', () => {
  test.each(nodeTypes.map((type) => [type]))('is found: %s', async (type) => {
    const query = 'query ($id: ID!) { node(id: $id) { __typename id } }';
    expect((await app.query(query, { id: mine[type] })).data.node).toEqual({
      __typename: type,
      id: mine[type],
    });
    expect((await app.query(query, { id: theirs[type] }, token)).data.node).toEqual({
      ...{ __typename: type, id: theirs[type] },
    });
  });
});

describe('lists', () => {
  const lists = `{
    datasets(first: 100) { nodes { id } }
    experiments(first: 100) { nodes { id } }
    leaderboard(first: 100, filter: { taskType: REGRESSION, metric: "rmse" }) { nodes { id } } }`;

  test.each(['', 'people', 'who'])(
    'show nothing of another owner, whatever is searched for: “%s”',
    async (search) => {
      const searched = `query ($search: String) { datasets(search: $search) { nodes { id } }
      experiments(filter: { search: $search }) { nodes { id } } }`;
      for (const [theirToken, foreign] of [
        [undefined, theirs],
        [token, mine],
      ] as const) {
        const answers = [
          await app.query(lists, {}, theirToken),
          await app.query(searched, { search }, theirToken),
        ];
        const text = JSON.stringify(answers);
        expect(nodeTypes.filter((type) => text.includes(foreign[type]))).toEqual([]);
      }
    },
  );

  test('hold what is one’s own', async () => {
    const { data } = await app.query(lists, {}, token);
    expect(data).toEqual({
      datasets: { nodes: [{ id: theirs.Dataset }] },
      experiments: { nodes: [{ id: theirs.Experiment }] },
      leaderboard: { nodes: [{ id: theirs.ModelRun }] },
    });
  });

  test('nodes gives null in the place of another owner’s, in order', async () => {
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const { data } = await app.query(query, {
      ids: [theirs.Dataset, mine.Dataset, 'garbled', unknown.Dataset],
    });
    expect(data.nodes).toEqual([null, { id: mine.Dataset }, null, null]);
  });
});

describe('a signed link', () => {
  const linksOf = async (id: string, type: NodeType, bearer?: string): Promise<string[]> => {
    const { data } = await app.query(
      `query ($id: ID!) { node(id: $id) {
        ... on Dataset { download { url } } ... on ModelRun { artifacts { download { url } } }
        ... on PredictionJob { artifact { download { url } } } } }`,
      { id },
      bearer,
    );
    const { download, artifacts, artifact } = data.node ?? {};
    expect(['Dataset', 'ModelRun', 'PredictionJob']).toContain(type);
    return [download, artifact?.download, artifacts?.[0]?.download].flatMap((link) => link?.url ?? []);
  };

  test.each(['Dataset', 'ModelRun', 'PredictionJob'] as const)(
    'of a %s does not open another one’s',
    async (type) => {
      const [own] = await linksOf(mine[type], type);
      const [foreign] = await linksOf(theirs[type], type, token);
      expect(await linksOf(theirs[type], type)).toEqual([]);
      const forged = new URL(foreign ?? '');
      forged.search = new URL(own ?? '').search;
      const response = await fetch(forged);
      expect({ status: response.status, code: (await response.json()).code }).toEqual({
        ...{ status: 404, code: 'LINK_INVALID' },
      });
    },
  );
});

describe('a cursor', () => {
  test('of another owner’s stream is refused', async () => {
    const lastCursor = async (id: string, bearer?: string) =>
      (
        await app.query(
          'query ($id: ID!) { node(id: $id) { ... on Experiment { lastCursor } } }',
          { id },
          bearer,
        )
      ).data.node.lastCursor;
    const after = await lastCursor(theirs.Experiment, token);
    await expect(
      app.collect(
        'subscription ($id: ID!, $after: String) { experimentEvents(experimentId: $id, after: $after) { at } }',
        { id: mine.Experiment, after },
      ),
    ).rejects.toThrow('BAD_CURSOR');
  });
});
