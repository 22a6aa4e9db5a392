import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RunSpec, type TrainSpec } from '../../src/contract/runner.ts';
import { RunnerMessage } from '../../src/contract/runner-messages.ts';

const root = new URL('../..', import.meta.url).pathname;
const lines = readFileSync(`${root}/test/golden/messages.jsonl`, 'utf8').trimEnd().split('\n');
const messages = lines.map((line) => JSON.parse(line) as { type: string });

const spec: TrainSpec = {
  kind: 'train',
  protocol: 1,
  data: 'in/data.parquet',
  columns: [
    { name: 'c0', label: '__proto__', type: 'number' },
    { name: 'c1', label: 'churn', type: 'category' },
  ],
  target: 'c1',
  taskType: 'BINARY_CLASSIFICATION',
  metric: 'roc_auc',
  algorithms: [],
  steps: [{ key: 'clip_outliers', parameters: { share: 0.01 } }],
  folds: { count: 5, seed: 1 },
  seed: 1,
  budgetSeconds: 60,
  maxTrials: null,
  tuning: 'AUTO',
  threads: 2,
  memoryBytes: 2 ** 31,
};

describe('messages of the runner', () => {
  it.each(messages.map((message, number) => [number, message.type, message]))(
    'line %i: %s',
    (_, __, message) => {
      expect(RunnerMessage.parse(message)).toEqual(message);
    },
  );

  it('are all there', () => {
    const kinds = new Set(RunnerMessage.options.map((option) => option.shape.type.value));
    expect(new Set(messages.map((message) => message.type))).toEqual(kinds);
  });

  it.each([
    ['an unknown type', { type: 'promoted', algorithm: 'linear' }],
    ['a missing field', { type: 'bestChanged', algorithm: 'linear' }],
    ['an extra field', { type: 'bestChanged', algorithm: 'linear', score: 1, note: 'x' }],
    ['a number that is not finite', { type: 'bestChanged', algorithm: 'linear', score: Number.NaN }],
    ['a key that is no key', { type: 'bestChanged', algorithm: '../linear', score: 1 }],
    ['an unknown code', { type: 'failed', code: 'OOPS', message: '' }],
    ['no object', 'finished'],
  ])('with %s are refused', (_, message) => {
    expect(RunnerMessage.safeParse(message).success).toBe(false);
  });
});

describe('specifications', () => {
  it('are accepted as the runner reads them', () => {
    expect(RunSpec.parse(spec)).toEqual(spec);
  });

  it('with a name that is not physical are refused', () => {
    expect(RunSpec.safeParse({ ...spec, target: 'churn' }).success).toBe(false);
  });
});

describe('the schema', () => {
  it('is generated from the contract', () => {
    const printed = execFileSync('npx', ['tsx', 'src/contract/print-runner-schema.ts'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(printed).toBe(readFileSync(`${root}/schema/runner.schema.json`, 'utf8'));
  });
});
