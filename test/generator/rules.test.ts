import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { rulesGenerator } from '#adapters/generator/rules.ts';
import { catalog } from '#catalog.ts';
import type { PlannedStep } from '#contract/preprocessing.ts';
import { type PreprocessingStrategy, preprocessingStrategies } from '#contract/vocabulary.ts';
import { profileFile, withDirectory } from '../tables/harness.ts';

const ROWS = 2_000;

/** Fractions that look drawn by chance, the same at every run. */
function chance(seed: number) {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const days = (day: number) => new Date(Date.UTC(2023, 0, 1 + day)).toISOString().slice(0, 10);
const words = ['small', 'old', 'bright', 'new', 'red', 'round', 'cheap'];

/** A column for each finding that the rules know, and some that need nothing. */
function untidyTable(): string {
  const random = chance(11);
  const header =
    'key,same,plain,copy,status,level,price,sent,arrived,income,amount,gaps,town,street,story,nearly_empty,bought';
  const lines = Array.from({ length: ROWS }, (_, index) => {
    const plain = random().toFixed(4);
    const sent = Math.floor(random() * 500);
    const cells = [
      `id-${index}`,
      'x',
      plain,
      plain,
      ['open', 'closed', 'n/a', 'on hold'][index % 23 === 0 ? 2 : index % 2],
      index % 19 === 0 ? '-999' : String(Math.floor(random() * 60)),
      `${(1 + Math.floor(random() * 80)) * 5} kg`,
      days(sent),
      days(sent + Math.floor(random() * 30)),
      Math.exp(3 * random() + 4 * random() * random()).toFixed(2),
      (1 + 99 * random() ** 2).toFixed(2),
      index % 9 === 0 ? '' : random().toFixed(3),
      `town ${Math.floor(40 * random() * random())}`,
      `street ${Math.floor(random() * 300)}`,
      Array.from({ length: 6 }, () => words[Math.floor(random() * words.length)]).join(' ') + index,
      index % 40 === 0 ? random().toFixed(2) : '',
      random() + Number(plain) > 1 ? 'yes' : 'no',
    ];
    return cells.join(',');
  });
  return `${header}\n${lines.join('\n')}\n`;
}

async function plansOf(content: string, target: string) {
  const { columns, report } = await withDirectory((directory) => profileFile(directory, content, target));
  return async (strategy: PreprocessingStrategy): Promise<PlannedStep[]> => {
    const request = {
      ...{ ownerId: '', preprocessingId: '', report, columns, target, metric: 'roc_auc', strategy },
      ...{ taskType: report.target?.taskType ?? 'REGRESSION', instructions: null, rules: [] },
    };
    const listener = { text() {}, usage() {} };
    const { steps } = await rulesGenerator().open(request, listener, new AbortController().signal).draft([]);
    return steps;
  };
}

const told = ({ key, columns, parameters }: PlannedStep) => [key, columns, parameters];

describe('the rules', () => {
  test('plan what the findings call for, and nothing by MINIMAL', async () => {
    const plan = await plansOf(untidyTable(), 'bought');
    expect(await plan('MINIMAL')).toEqual([]);
    const balanced = await plan('BALANCED');
    expect(balanced.map(told)).toEqual([
      ['drop_columns', ['same'], {}],
      ['drop_columns', ['key'], {}],
      ['drop_columns', ['copy'], {}],
      ['repair_missing', ['status'], { texts: ['n/a'], numbers: [] }],
      ['repair_missing', ['level'], { texts: [], numbers: [-999] }],
      ['numeric_from_text', ['price'], { decimal_comma: false }],
      ['datetime_differences', ['sent', 'arrived'], {}],
      ['datetime_parts', ['sent', 'arrived'], {}],
      ['target_encoding', ['street'], {}],
      ['text_statistics', ['story'], {}],
      ['text_svd', ['story'], {}],
    ]);
    expect(await plan('BALANCED')).toEqual(balanced);
  });

  test('try more by THOROUGH, and offer by CUSTOM what the algorithms do by themselves', async () => {
    const plan = await plansOf(untidyTable(), 'bought');
    const balanced = await plan('BALANCED');
    const added = async (strategy: PreprocessingStrategy) => {
      const steps = await plan(strategy);
      const isBalanced = (step: PlannedStep) => balanced.some((other) => isDeepStrictEqual(other, step));
      expect(steps.filter(isBalanced)).toEqual(balanced);
      return steps.filter((step) => !isBalanced(step)).map(told);
    };
    const alsoRecommended = [
      ['missing_indicator', ['level', 'gaps', 'nearly_empty'], { minimum_share: 0.01 }],
      ['log_transform', ['income', 'amount'], { minimum_skewness: 0 }],
      ['group_rare_categories', ['town', 'street'], { minimum_count: 10 }],
    ];
    const thorough = await added('THOROUGH');
    expect(thorough.slice(0, 3)).toEqual(alsoRecommended);
    expect(thorough.slice(3).map(([key]) => key)).toEqual([
      ...['cyclic_features', 'arithmetic', 'ratios', 'category_interactions', 'group_aggregates'],
      'select_by_correlation',
    ]);
    const custom = await added('CUSTOM');
    expect(custom.slice(0, 3)).toEqual(alsoRecommended);
    expect(custom.slice(3).map(([key]) => key)).toEqual(['impute', 'scale', 'one_hot_encoding']);
  });

  test('leave alone by BALANCED what only gaps and long tails speak of', async () => {
    const random = chance(5);
    const lines = Array.from(
      { length: 600 },
      (_, index) =>
        `${index % 5 === 0 ? '' : random()},${Math.exp(6 * random()).toFixed(2)},${random() > 0.5 ? 'a' : 'b'}`,
    );
    const plan = await plansOf(`gaps,amount,kind\n${lines.join('\n')}\n`, 'kind');
    expect(await plan('BALANCED')).toEqual([]);
    expect((await plan('THOROUGH')).map(({ key }) => key)).toEqual(
      expect.arrayContaining(['missing_indicator', 'log_transform']),
    );
  });

  test('leave alone what needs nothing', async () => {
    const random = chance(3);
    const lines = Array.from({ length: 300 }, () => `${random()},${random()},${random() > 0.5 ? 'a' : 'b'}`);
    const plan = await plansOf(`first,second,kind\n${lines.join('\n')}\n`, 'kind');
    expect(await plan('BALANCED')).toEqual([]);
  });

  test('write steps that the catalogue knows, on columns that there are, never the target, each with its reason', async () => {
    const schemas = new Map(
      catalog.steps.map(({ key, parameters }) => [key, z.fromJSONSchema(parameters as never)]),
    );
    const content = untidyTable();
    const header = (content.split('\n')[0] ?? '').split(',');
    for (const target of ['bought', 'plain', 'town']) {
      const plan = await plansOf(content, target);
      for (const strategy of preprocessingStrategies) {
        for (const step of await plan(strategy)) {
          expect(() => schemas.get(step.key)?.parse(step.parameters)).not.toThrow();
          expect(schemas.has(step.key)).toBe(true);
          expect(header).toEqual(expect.arrayContaining(step.columns));
          expect(step.columns).not.toContain(target);
          expect(step.columns.length).toBeGreaterThan(0);
          expect(step.reason).toMatch(/\d/);
          expect(step.code).toBeNull();
        }
      }
    }
  });
});
