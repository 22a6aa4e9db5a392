import { z } from 'zod';
import { SearchSpace } from '#contract/runner.ts';
import { codeGenerators, preprocessingStrategies, tuningStrategies } from '#contract/vocabulary.ts';
import { ValidationError } from '#errors.ts';
import { checkSearchSpace } from '#search-space.ts';

export const LONGEST_BUDGET_SECONDS = 72_000;
export const MOST_TRIALS = 10_000;

/** What an experiment is to do; kept with it, shown in the wizard. Its JSON Schema is in `catalog`. */
export const ExperimentSettings = z.strictObject({
  algorithms: z.array(z.string()).max(50).default([]).describe('keys of the catalogue; empty: all that fit'),
  budgetSeconds: z
    .int()
    .min(1)
    .max(LONGEST_BUDGET_SECONDS)
    .default(60)
    .describe('wall clock of the training, in seconds'),
  maxTrials: z.int().min(1).max(MOST_TRIALS).nullable().default(null).describe('most trials over all runs'),
  folds: z
    .int()
    .min(2)
    .max(20)
    .nullable()
    .default(null)
    .describe('splits of the cross-validation; null: 8 up to 3,000 rows, 5 above'),
  tuning: z.enum(tuningStrategies).default('AUTO').describe('how further trials are chosen'),
  searchSpace: z
    .record(z.string(), SearchSpace)
    .default({})
    .describe('by algorithm and dimension, laid over the search spaces of the catalogue'),
  generator: z.enum(codeGenerators).default('RULES').describe('who writes the preprocessing'),
  strategy: z.enum(preprocessingStrategies).default('MINIMAL').describe('how much the preprocessing does'),
  seed: z.int().min(0).max(2_147_483_647).default(0).describe('seed of folds, search and models'),
});
export type ExperimentSettings = z.infer<typeof ExperimentSettings>;

const ROWS_FOR_MANY_FOLDS = 3_000;

/** Models are bags of the folds’ models: on small tables more folds learn from more rows, and cost little. */
export const foldCount = ({ folds }: Pick<ExperimentSettings, 'folds'>, rows: number): number =>
  folds ?? (rows <= ROWS_FOR_MANY_FOLDS ? 8 : 5);

/** Given settings laid over the present ones. @throws ValidationError SETTINGS_INVALID, SEARCH_SPACE_INVALID with the path of the fault. */
export function mergeSettings(present: ExperimentSettings, given: unknown): ExperimentSettings {
  const result = ExperimentSettings.partial().safeParse(given);
  if (result.success) {
    for (const [algorithm, space] of Object.entries(result.data.searchSpace ?? {})) {
      checkSearchSpace(algorithm, space, ['input', 'settings', 'searchSpace', algorithm]);
    }
    const wished = Object.keys(typeof given === 'object' && given ? given : {});
    const chosen = Object.entries(result.data).filter(([name]) => wished.includes(name));
    return { ...present, ...Object.fromEntries(chosen) };
  }
  const [issue] = result.error.issues;
  throw new ValidationError('SETTINGS_INVALID', z.prettifyError(result.error), {
    path: ['input', 'settings', ...(issue?.path.map(String) ?? [])],
  });
}
