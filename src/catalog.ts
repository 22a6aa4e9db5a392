import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type TaskType, taskTypes } from '#contract/vocabulary.ts';
import { ValidationError } from '#errors.ts';

const tasks = z.array(z.enum(taskTypes));

const Dimension = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('CHOICE'), choices: z.array(z.unknown()) }),
  z.looseObject({
    kind: z.literal(['INTEGER', 'NUMBER']),
    low: z.number(),
    high: z.number(),
    limits: z.tuple([z.number(), z.number()]),
  }),
]);

const Catalog = z.object({
  algorithms: z.array(
    z.looseObject({
      key: z.string(),
      label: z.string(),
      tasks,
      searchSpace: z.record(z.string(), Dimension),
    }),
  ),
  metrics: z.array(
    z.looseObject({ key: z.string(), label: z.string(), tasks, greaterIsBetter: z.boolean() }),
  ),
  steps: z.array(
    z.looseObject({
      ...{ key: z.string(), label: z.string(), description: z.string() },
      columnTypes: z.array(z.string()),
      needsColumns: z.boolean(),
      usesTarget: z.boolean(),
      isCustomOnly: z.boolean(),
      parameters: z.record(z.string(), z.unknown()),
    }),
  ),
});

type Known<Entry> = { [Key in keyof Entry as string extends Key ? never : Key]: Entry[Key] };
type Parsed = z.infer<typeof Catalog>;
/** The entries' known fields; an entry carries more, such as its search space. */
export type RunnerCatalog = { [Set in keyof Parsed]: Known<Parsed[Set][number]>[] };

/** What the runner offers, as printed by it. */
export const catalog: RunnerCatalog = Catalog.parse(
  JSON.parse(readFileSync(new URL('../schema/catalog.json', import.meta.url), 'utf8')),
);

const defaultMetrics: Record<TaskType, string> = {
  BINARY_CLASSIFICATION: 'roc_auc',
  MULTICLASS_CLASSIFICATION: 'log_loss',
  REGRESSION: 'rmse',
};

export const defaultMetric = (taskType: TaskType): string => defaultMetrics[taskType];

/** For people; the key itself where the catalogue does not know it. */
export const algorithmLabel = (key: string): string =>
  catalog.algorithms.find((candidate) => candidate.key === key)?.label ?? key;

export const greaterIsBetter = (metric: string): boolean =>
  catalog.metrics.find((candidate) => candidate.key === metric)?.greaterIsBetter ?? true;

const list = (entries: readonly { key: string }[]) => entries.map((entry) => entry.key).join(', ');

/** @throws ValidationError ALGORITHM_UNKNOWN, ALGORITHM_NOT_FOR_TASK. */
export function checkAlgorithms(
  keys: readonly string[],
  taskType: TaskType | null,
  parent = ['input', 'algorithms'],
): void {
  keys.forEach((key, index) => {
    const path = [...parent, String(index)];
    const known = catalog.algorithms.find((algorithm) => algorithm.key === key);
    if (!known) {
      throw new ValidationError('ALGORITHM_UNKNOWN', `“${key}” is none of ${list(catalog.algorithms)}.`, {
        path,
      });
    }
    if (taskType && !known.tasks.includes(taskType)) {
      const fit = catalog.algorithms.filter((algorithm) => algorithm.tasks.includes(taskType));
      throw new ValidationError(
        'ALGORITHM_NOT_FOR_TASK',
        `“${key}” does not do ${taskType}; these do: ${list(fit)}.`,
        { path },
      );
    }
  });
}

/** @throws ValidationError METRIC_UNKNOWN, METRIC_NOT_FOR_TASK. */
export function checkMetric(
  key: string | null | undefined,
  taskType: TaskType | null,
  path = ['input', 'metric'],
): void {
  if (key === null || key === undefined) return;
  const known = catalog.metrics.find((metric) => metric.key === key);
  if (!known)
    throw new ValidationError('METRIC_UNKNOWN', `“${key}” is none of ${list(catalog.metrics)}.`, { path });
  if (taskType && !known.tasks.includes(taskType)) {
    const fit = catalog.metrics.filter((metric) => metric.tasks.includes(taskType));
    throw new ValidationError(
      'METRIC_NOT_FOR_TASK',
      `“${key}” does not measure ${taskType}; these do: ${list(fit)}.`,
      { path },
    );
  }
}
