import type { TuningStrategy } from '../../gql/graphql.ts';
import type { Wishes } from './search-space.ts';

/** The part of an experiment's settings that this step shows; the server keeps them all. */
export type TrainingSettings = {
  algorithms: string[];
  budgetSeconds: number;
  maxTrials: number | null;
  /** Null: by the number of rows. */
  folds: number | null;
  tuning: TuningStrategy;
  /** By algorithm. */
  searchSpace: Readonly<Record<string, Wishes>>;
  seed: number;
};

export const budgets = [
  { seconds: 30, name: '30 s', detail: 'a first look' },
  { seconds: 60, name: '1 min', detail: 'good for small tables' },
  { seconds: 300, name: '5 min', detail: 'thorough' },
  { seconds: 1_800, name: '30 min', detail: 'the best there is' },
];
export const LONGEST_BUDGET_SECONDS = 72_000;

export function readSettings(settings: unknown): TrainingSettings {
  const {
    algorithms = [],
    budgetSeconds = 60,
    maxTrials = null,
    folds = null,
    tuning = 'AUTO',
    searchSpace = {},
    seed = 0,
  } = settings as Partial<TrainingSettings>;
  return { algorithms, budgetSeconds, maxTrials, folds, tuning, searchSpace, seed };
}
