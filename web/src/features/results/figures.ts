import type { ScoreBasis } from '../../gql/graphql.ts';
import { decimal, duration } from '../../ui/format.ts';

export const basisNames: Record<ScoreBasis, { name: string; meaning: string }> = {
  OUT_OF_FOLD: {
    name: 'Out of fold',
    meaning: 'every row is scored by a model that has not seen it',
  },
  CROSS_FITTED: {
    name: 'Cross-fitted',
    meaning: 'as out of fold, and what joins the models was chosen on other folds',
  },
  HOLDOUT: { name: 'Holdout', meaning: 'rows that were locked away until the end' },
};

export const interval = ([low, high]: readonly [number, number]): string =>
  `${decimal(low)} – ${decimal(high)}`;

/** Time to predict one row. */
export const perRow = (micros: number): string =>
  micros < 1_000 ? `${Math.round(micros)} µs` : duration(micros / 1e6);
