import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CUSTOM_STEP, type PlannedStep } from '#contract/preprocessing.ts';
import { runGates } from '#domains/preprocessing/gates/gates.ts';
import { holdoutOpening } from '#domains/preprocessing/table.ts';
import { type GateBench, openGateBench } from './gate-bench.ts';
import { SHOP } from './held.ts';
import { programsOf } from './programs.ts';
import { shopTable } from './shop.ts';

// each plan is a dozen jobs and as many models
vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });

const step = (key: string, columns: string[], parameters = {}): PlannedStep => ({
  ...{ key, columns, parameters, reason: '', code: null },
});
const harmless = 'def fit(train, target):\n    return None\ndef transform(rows, state):\n    return rows\n';
const harmful = harmless.replace('return rows', 'return rows.drop(columns=["visits", "basket"])');
const names = (outcomes: { name: string; verdict: string }[]) =>
  outcomes.map(({ name, verdict }) => [name, verdict]);

describe('a table with locked rows', () => {
  let gates: GateBench;
  beforeAll(async () => {
    gates = await openGateBench(shopTable(1_500), SHOP, { repeats: 2 });
  });
  afterAll(() => gates?.close());

  test('code that is fine passes every gate, each told when it is there', async () => {
    const before = (await gates.db.select().from(holdoutOpening)).length;
    const { verdict, outcomes, faults, heard } = await gates.judge(harmless);
    expect({ verdict, faults, names: names(outcomes) }).toEqual({
      ...{ verdict: 'PASSED', faults: [] },
      names: [
        ...[
          ['runs', 'PASSED'],
          ['contract', 'PASSED'],
          ['save_load', 'PASSED'],
          ['no_leak', 'PASSED'],
        ],
        ...[
          ['non_inferiority', 'PASSED'],
          ['holdout', 'PASSED'],
        ],
      ],
    });
    expect(heard).toEqual(outcomes);
    const [worth, locked] = outcomes.slice(-2);
    expect(worth?.figures).toMatchObject({
      folds: 5,
      rows: 1_191,
      lightgbm_margin: 0.005,
      linear_margin: 0.005,
    });
    expect(locked?.figures).toMatchObject({ rows: 309, openings: before + 1 });
    expect(await gates.db.select().from(holdoutOpening)).toHaveLength(before + 1);
  });

  test('there is no look at the locked rows before all else has passed', async () => {
    const before = (await gates.db.select().from(holdoutOpening)).length;
    await gates.judge(harmful);
    expect(await gates.db.select().from(holdoutOpening)).toHaveLength(before);
  });

  test('steps of the catalogue are applied by the trainer itself, and their look at the locked rows counts', async () => {
    const before = (await gates.db.select().from(holdoutOpening)).length;
    const { verdict, outcomes } = await gates.judge([step('missing_indicator', ['basket'])]);
    expect({ verdict, names: names(outcomes) }).toEqual({
      verdict: 'PASSED',
      names: [
        ...[
          ['runs', 'PASSED'],
          ['contract', 'PASSED'],
          ['non_inferiority', 'PASSED'],
          ['holdout', 'PASSED'],
        ],
      ],
    });
    expect(outcomes.at(-1)?.figures).toMatchObject({ openings: before + 1 });
  });

  test('a generator is refused steps that do harm; a user may choose them, and no locked row is looked at', async () => {
    const plan = [step('drop_columns', ['visits', 'basket'])];
    const generated = await gates.judge(plan);
    expect([generated.verdict, ...names(generated.outcomes).slice(-2)]).toEqual([
      ...['FAILED', ['non_inferiority', 'FAILED'], ['holdout', 'SKIPPED']],
    ]);
    const edited = await gates.judge(plan, 'USER');
    expect([edited.verdict, ...names(edited.outcomes)]).toEqual([
      ...['PASSED', ['runs', 'PASSED'], ['contract', 'PASSED']],
    ]);
  });

  test('code of a user that does harm is the user’s to decide, broken code is not', async () => {
    const worse = await gates.judge(harmful, 'USER');
    expect({ verdict: worse.verdict, faults: worse.faults }).toEqual({ verdict: 'UNDECIDED', faults: [] });
    const broken = await gates.judge(harmless.replace('return rows', 'return rows.dropna()'), 'USER');
    expect(broken.verdict).toBe('FAILED');
  });

  test('steps that do not fit the table fail', async () => {
    const { verdict, outcomes, faults } = await gates.judge([
      step('scale', ['visits'], { method: 'by magic' }),
    ]);
    expect([verdict, names(outcomes)[0], faults[0]?.gate]).toEqual(['FAILED', ['runs', 'FAILED'], 'runs']);
  });

  test('who wrote the code is told what went wrong without a value of a cell', async () => {
    const telling = [
      [
        'raise ValueError(f"cannot use {rows.city[0]} {rows.visits[0]}")',
        /^ValueError in line 4 of the code\.$/,
      ],
      ['raise KeyError(rows.city[0])', /^KeyError in line 4 of the code\.$/],
      [
        'return pd.get_dummies(rows.city)',
        /^transform must answer the columns that it answered in training\.$/,
      ],
      [
        'return rows.assign(**{str(sorted(set(rows.city.astype(str)))[0]): rows.visits / 0})',
        /^The column that it makes holds an infinite number\.$/,
      ],
    ] as const;
    for (const [body, told] of telling) {
      const code = harmless.replace('    return rows', `    import pandas as pd; ${body}`);
      const { faults, outcomes } = await gates.judge(code);
      expect(faults).toEqual([
        { gate: expect.any(String), step: null, message: expect.stringMatching(told) },
      ]);
      expect(outcomes.find(({ verdict }) => verdict === 'FAILED')?.detail).toMatch(/\w/);
    }
  });

  test('a job that is canceled ends, and leaves nothing on the disk', async () => {
    const before = readdirSync(gates.bench.directory);
    const stopped = new AbortController();
    const steps = [step(CUSTOM_STEP, [])];
    const running = runGates(
      gates.bench,
      { steps, code: harmless, author: 'GENERATOR' },
      ({ name }) => name === 'runs' && stopped.abort(new Error('the user has had enough')),
      stopped.signal,
    );
    await expect(running).rejects.toThrow('the user has had enough');
    expect(readdirSync(gates.bench.directory).filter((name) => name.startsWith('plan-'))).toEqual([]);
    expect(before.filter((name) => name.startsWith('plan-'))).toEqual([]);
  });
});

test('a plan for which the time does not do is undecided', async () => {
  const gates = await openGateBench(shopTable(1_100), SHOP, { seconds: 0.001 });
  try {
    const { verdict, outcomes } = await gates.judge(harmless);
    expect([verdict, names(outcomes)[0], outcomes[0]?.detail]).toEqual([
      ...['UNDECIDED', ['runs', 'UNDECIDED']],
      'The time for all gates together, 0.001 s, was up before it had an answer.',
    ]);
  } finally {
    await gates.close();
  }
});

test('of few rows small harm is left to the user, clear harm refused; no rows are locked', async () => {
  const gates = await openGateBench(shopTable(600), SHOP);
  try {
    const fine = await gates.judge(harmless);
    expect([fine.verdict, ...names(fine.outcomes).slice(-1)]).toEqual([
      ...['UNDECIDED', ['non_inferiority', 'UNDECIDED']],
    ]);
    expect(fine.outcomes.at(-1)?.detail).toContain('600 rows are too few to tell small harm from chance');
    expect((await gates.judge(harmful)).verdict).toBe('FAILED');
    expect(await gates.db.select().from(holdoutOpening)).toEqual([]);
  } finally {
    await gates.close();
  }
});

describe.each([
  ['a number', 'REGRESSION', 'rmse', shopTable(1_500), 'basket'],
  ['one of three classes', 'MULTICLASS_CLASSIFICATION', 'log_loss', shopTable(1_500, 3), 'bought'],
] as const)('a target that is %s', (_, taskType, metric, text, target) => {
  test('is judged by half a percent of its loss', async () => {
    const gates = await openGateBench(text, { target, taskType, metric });
    try {
      const fine = await gates.judge(
        harmless.replace('return rows', 'return rows.assign(double=rows["visits"] * 2)'),
      );
      expect([fine.verdict, fine.outcomes.find(({ verdict }) => verdict !== 'PASSED')]).toEqual([
        'PASSED',
        undefined,
      ]);
      const figures = fine.outcomes.find(({ name }) => name === 'non_inferiority')?.figures ?? {};
      expect(figures.linear_margin).toBeCloseTo(0.005 * (figures.linear_without ?? 0), 9);
      const dropped = step(
        'drop_columns',
        ['visits', 'basket', 'bought'].filter((name) => name !== target),
      );
      expect((await gates.judge([dropped])).verdict).toBe('FAILED');
    } finally {
      await gates.close();
    }
  });
});

test('the documents tell which gate catches how many programs', () => {
  const kinds = ['leaks', 'crashes', 'shapes', 'chance', 'harm'];
  const programs = kinds.flatMap(programsOf);
  expect(programs.length).toBeGreaterThanOrEqual(60);
  expect(programsOf('harmless').length).toBeGreaterThanOrEqual(20);
  const gates = ['runs', 'contract', 'save_load', 'no_leak', 'non_inferiority', 'holdout'];
  const count = (gate: string, kind: string) =>
    programs.filter((program) => program.gates[0] === gate && program.kind === kind).length;
  const rows = gates.map((gate) => {
    const counts = kinds.map((kind) => count(gate, kind));
    return `| \`${gate}\` | ${[...counts, counts.reduce((sum, caught) => sum + caught)].join(' | ')} |`;
  });
  const docs = readFileSync(
    fileURLToPath(new URL('../../docs/preparation-gates.md', import.meta.url)),
    'utf8',
  );
  expect(docs).toContain(rows.join('\n'));
});
