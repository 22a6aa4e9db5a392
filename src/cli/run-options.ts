import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '#cli/errors.ts';
import type { TaskType } from '#cli/gql/graphql.ts';

export interface RunOptions {
  file: string;
  target: string;
  taskType: TaskType | null;
  metric: string | null;
  budgetSeconds: number;
  maxTrials: number | null;
  seed: number | null;
  algorithms: string[] | null;
  /** A file to predict and where to write the predictions. */
  predict: { file: string; out: string } | null;
  json: boolean;
  server: string | null;
  token: string | null;
}

const taskTypes: Record<string, TaskType> = {
  binary: 'BINARY_CLASSIFICATION',
  multiclass: 'MULTICLASS_CLASSIFICATION',
  regression: 'REGRESSION',
};

const flags = {
  target: { type: 'string', short: 't' },
  task: { type: 'string' },
  metric: { type: 'string' },
  budget: { type: 'string' },
  'max-trials': { type: 'string' },
  seed: { type: 'string' },
  algorithms: { type: 'string' },
  predict: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean' },
  server: { type: 'string' },
  token: { type: 'string' },
} as const;

const defaultBudgetSeconds = 60;

/** @throws UsageError that names the flag and what it takes. */
export function parseRunOptions(args: string[]): RunOptions {
  const { values, positionals } = readFlags(args);
  const [file, ...rest] = positionals;
  if (file === undefined)
    throw new UsageError('Name the file to learn from: aliquot run FILE --target COLUMN');
  if (rest.length > 0) throw new UsageError(`One file is taken, there are more: ${rest.join(' ')}`);
  if (!values.target) throw new UsageError('Name the column to predict: --target COLUMN');
  return {
    file,
    target: values.target,
    taskType: values.task === undefined ? null : taskTypeOf(values.task),
    metric: values.metric ?? null,
    budgetSeconds: wholeNumber('--budget', values.budget, 1) ?? defaultBudgetSeconds,
    maxTrials: wholeNumber('--max-trials', values['max-trials'], 1),
    seed: wholeNumber('--seed', values.seed, 0),
    algorithms: values.algorithms === undefined ? null : listOf('--algorithms', values.algorithms),
    predict: predictionOf(file, values.predict, values.out),
    json: values.json ?? false,
    server: values.server === undefined ? null : serverOf(values.server),
    token: values.token ?? null,
  };
}

function readFlags(args: string[]) {
  try {
    return parseArgs({ args, options: flags, strict: true, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function taskTypeOf(given: string): TaskType {
  const named = taskTypes[given.toLowerCase()];
  const known = Object.values(taskTypes).find((taskType) => taskType === given.toUpperCase());
  if (named ?? known) return (named ?? known) as TaskType;
  throw new UsageError(`--task takes ${Object.keys(taskTypes).join(', ')}, not "${given}"`);
}

function wholeNumber(flag: string, given: string | undefined, least: number): number | null {
  if (given === undefined) return null;
  const number = Number(given);
  const greatest = 2 ** 31 - 1;
  if (/^\d+$/.test(given) && number >= least && number <= greatest) return number;
  throw new UsageError(`${flag} takes a whole number of at least ${least}, not "${given}"`);
}

function listOf(flag: string, given: string): string[] {
  const items = given.split(',').map((item) => item.trim());
  if (items.every((item) => item !== '')) return items;
  throw new UsageError(`${flag} takes keys with commas between them, like lightgbm,catboost; not "${given}"`);
}

function predictionOf(file: string, predict: string | undefined, out: string | undefined) {
  if (predict === undefined && out === undefined) return null;
  if (predict === undefined) throw new UsageError('--out needs --predict TEST.csv: the file to predict');
  if (out === undefined) throw new UsageError('--predict needs --out FILE: where to write the predictions');
  if ([file, predict].some((input) => resolve(input) === resolve(out))) {
    throw new UsageError(`--out ${out} would overwrite an input`);
  }
  return { file: predict, out };
}

/** The address of `--server` without what may stand behind it. */
export function serverOf(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) {
    return url.href.replace(/[?#].*$/, '').replace(/\/(graphql)?\/?$/, '');
  }
  throw new UsageError(`--server takes an address like http://127.0.0.1:4000, not "${given}"`);
}
