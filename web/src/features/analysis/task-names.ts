import type { TaskType } from '../../gql/graphql.ts';

export const taskNames: Record<TaskType, string> = {
  BINARY_CLASSIFICATION: 'One of two classes',
  MULTICLASS_CLASSIFICATION: 'One of several classes',
  REGRESSION: 'A number',
};
