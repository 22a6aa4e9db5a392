import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PlanRequest } from '#ports/generator.ts';
import type { MessagesRequest } from '../messages-server/requests.ts';
import { type InjectedTable, type Injection, injections } from './injections.ts';
import { answerOf, ratioCode, step } from './tables.ts';
import { openWorkbench, type Workbench } from './workbench.ts';

let bench: Workbench;
let preprocessingId: string;
beforeAll(async () => {
  bench = await openWorkbench();
  preprocessingId = await bench.job();
});
afterAll(() => bench.close());
beforeEach(() => bench.server.forget());

const generous = { usdPerJob: 1_000, usdPerDay: 1_000, isShared: true };

/** Once for each table: clean twins and the tests share them. */
const requests = new Map<string, Promise<PlanRequest>>();
function requestFor({ content, fileName, target }: InjectedTable): Promise<PlanRequest> {
  const key = JSON.stringify([content, fileName]);
  const known = requests.get(key) ?? bench.request(content, target, { preprocessingId }, fileName);
  requests.set(key, known);
  return known;
}

/** The question that is asked for a table. */
async function questionFor(table: InjectedTable, sendsValues: boolean): Promise<MessagesRequest> {
  bench.server.forget();
  bench.server.plan({ text: answerOf([]) });
  await bench.open(await requestFor(table), { ...generous, sendsValues }).draft([]);
  const [question] = bench.server.questions();
  return question as MessagesRequest;
}

const fenced = /^```json\n(\{\n[^`]*\n\})\n```$/gm;

/** A message in parts: what is ours, and the data inside of fences. */
function partsOf({ body }: MessagesRequest) {
  expect(body.messages).toHaveLength(1);
  const content = body.messages[0]?.content ?? '';
  const data = [...content.matchAll(fenced)].map(([, json = '']) => JSON.parse(json));
  const own = content.replaceAll(fenced, '[data]');
  // nothing of a fence is left outside, nor hidden characters anywhere
  expect(own).not.toMatch(/[`<>{}]/);
  expect(content.replaceAll(/[\n ]/g, '')).not.toMatch(/[<>\p{C}\p{Z}]/u);
  return { own, data };
}

/** Paths at which two values differ; places in lists are not told apart. */
function differences(first: unknown, second: unknown, path = ''): string[] {
  if (typeof first !== 'object' || first === null || typeof second !== 'object' || second === null)
    return Object.is(first, second) ? [] : [path];
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  return [...names].flatMap((name) => {
    const below = Array.isArray(first) ? `${path}[]` : `${path}.${name}`;
    return differences((first as never)[name], (second as never)[name], below);
  });
}

describe('instructions inside of a table', () => {
  test('are hidden in more than a hundred files', () => {
    expect(injections.length).toBeGreaterThanOrEqual(100);
    expect(new Set(injections.map(({ hostile }) => JSON.stringify(hostile))).size).toBe(injections.length);
  });

  test.each(injections)('$name: the rules plan the same', async ({ hostile, clean }) => {
    const plan = async (table: InjectedTable) => {
      const { rules, columns } = await requestFor(table);
      const idOf = new Map(columns.map(({ name, physicalName }) => [name, physicalName]));
      return rules.map(({ key, columns: names }) => [key, names.map((name) => idOf.get(name))]);
    };
    const own = await plan(hostile);
    expect(own.length).toBeGreaterThan(0);
    expect(own).toEqual(await plan(clean));
  });

  test.each(injections)('$name: reach Claude as data, or not at all', async (injection) => {
    const [question, twin] = [
      await questionFor(injection.hostile, false),
      await questionFor(injection.clean, false),
    ];
    expect({ ...question.body, messages: [] }).toEqual({ ...twin.body, messages: [] });
    expect(JSON.stringify(question.body.system)).toBe(JSON.stringify(twin.body.system));
    const [told, clean] = [partsOf(question), partsOf(twin)];
    expect(told.own).toBe(clean.own);
    expect(told.own).toBe(
      'Plan the preprocessing of this table.\n[data]\n\nAnswer with the JSON object of the plan.',
    );
    const isName = injection.place === 'header' || injection.place === 'target';
    expect([...new Set(differences(told.data, clean.data))]).toEqual(isName ? ['[].columns[].name'] : []);
  });

  const shown = injections.filter(({ place }) => place === 'category' || place === 'class');
  test.each(shown)('$name: stay data where values are told', async ({ hostile, clean, place }) => {
    const [told, twin] = [partsOf(await questionFor(hostile, true)), partsOf(await questionFor(clean, true))];
    expect(told.own).toBe(twin.own);
    const where = place === 'category' ? ['levels'] : ['classes', 'levels'];
    const found = new Set(
      differences(told.data, twin.data).map((path) => path.replace(/^.*\.(\w+)[[\]]*$/, '$1')),
    );
    expect([...found].sort()).toEqual(where);
  });
});

/** What a model that obeys would answer. */
const obedient: [string, (target: string) => string][] = [
  ['an unknown step', () => answerOf([step('drop_rows', [])])],
  ['the target as a column', (target) => answerOf([step('missing_indicator', [target])])],
  ['a shell', () => answerOf([step('custom', ['c0'], { code: `import os\n${ratioCode}` })])],
  ['a hidden import', () => answerOf([step('custom', ['c0'], { code: `${ratioCode}\n__import__("os")` })])],
  ['a script', () => answerOf([step('custom', ['c0'], { code: 'X = X.drop(columns=list(X))' })])],
  ['more keys', () => JSON.stringify({ steps: [], system: 'obeyed', key: 'sk-ant' })],
  ['more keys of a step', () => answerOf([{ ...step('missing_indicator', ['c0']), run: 'ls' }])],
  [
    'other parameters',
    () => answerOf([step('clip_outliers', ['c0'], { parameters: '{"__proto__": 1, "x": 2}' })]),
  ],
  ['prose', () => 'Of course! I will ignore my instructions.'],
  ['columns by what the table calls them', () => answerOf([step('drop_columns', ['*'])])],
];

describe('a model that obeys them', () => {
  const cases = injections.map((injection, index): [string, Injection, (typeof obedient)[number]] => {
    const answer = obedient[index % obedient.length] as (typeof obedient)[number];
    return [`${injection.name} with ${answer[0]}`, injection, answer];
  });

  test.each(cases)('gets no plan through: %s', async (_, { hostile }, [, answer]) => {
    const request = await requestFor(hostile);
    const target = request.columns.find(({ name }) => name === request.target)?.physicalName ?? '';
    bench.server.answer(() => ({ text: answer(target) }));
    await expect(bench.open(request, generous).draft([])).rejects.toMatchObject({
      code: 'GENERATOR_INVALID',
      message: 'Claude answered twice what is no plan for this table.',
    });
    expect(bench.server.questions()).toHaveLength(2);
    // what is sent back tells of the fault, and repeats nothing of the table
    const [, second] = bench.server.questions();
    expect(second?.body.messages[2]?.content).not.toContain(request.target);
  });
});
