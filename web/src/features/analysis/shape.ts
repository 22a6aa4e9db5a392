import type { ColumnFragment } from '../../gql/graphql.ts';

/** What a small picture of a column shows: bins of numbers and dates, else the most frequent values. */
export const shapeOf = ({ numeric, topValues }: ColumnFragment): readonly number[] =>
  numeric?.histogram?.counts ?? topValues.map((value) => value.count);
