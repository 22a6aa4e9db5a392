import type { PreparationSettingQuery } from '../../gql/graphql.ts';

type Entry = PreparationSettingQuery['catalog']['steps'][number];

/** JSON Schema of one parameter, as far as the catalogue uses it. */
export type ParameterSchema = {
  title?: string;
  description?: string;
  default?: unknown;
} & (
  | { type: 'boolean' }
  | { type: 'integer' | 'number'; minimum?: number; exclusiveMinimum?: number; maximum?: number }
  | { type: 'string'; enum?: string[]; maxLength?: number }
  | { type: 'array'; items: { type: 'string' | 'number'; enum?: string[] }; minItems?: number }
);

export type StepKind = Pick<Entry, 'key' | 'label' | 'description' | 'usesTarget' | 'isCustomOnly'> & {
  group: string;
  /** Types of columns that it takes; empty: all. */
  columnTypes: readonly string[];
  needsColumns: boolean;
  parameters: Readonly<Record<string, ParameterSchema>>;
};

export const CUSTOM_STEP = 'custom';

/** Where a step of the owner's own begins. */
export const CUSTOM_TEMPLATE = `class MyStep:
    """Says what it does."""

    def fit(self, X, y):
        # learn from the training rows; X is a DataFrame with your column names
        return self

    def transform(self, X):
        # the same rows, with what you change or add
        return X
`;

const custom: StepKind = {
  ...{ key: CUSTOM_STEP, label: 'Your own Python', group: 'Your own', usesTarget: true, isCustomOnly: false },
  description: 'A class with fit and transform. It runs in the sandbox, after checks that it keeps its word.',
  ...{ columnTypes: [], needsColumns: false, parameters: {} },
};

const groups: { name: string; isOf: (kind: { key: string; columnTypes: readonly string[] }) => boolean }[] = [
  { name: 'Leave out', isOf: ({ key }) => key.startsWith('select_') || key.startsWith('drop_') },
  { name: 'Text', isOf: ({ columnTypes }) => columnTypes.join() === 'text' },
  { name: 'Dates', isOf: ({ columnTypes }) => columnTypes.join() === 'datetime' },
  { name: 'Numbers', isOf: ({ columnTypes }) => columnTypes.join() === 'integer,number' },
  {
    name: 'Categories',
    isOf: ({ columnTypes }) => ['category', 'boolean,category'].includes(columnTypes.join()),
  },
];
const MIXED = 'Several kinds of columns';
export const groupNames = ['Numbers', 'Categories', 'Dates', 'Text', MIXED, 'Leave out', custom.group];

/** The catalogue with the schemas that it carries, and the owner's own step behind it. */
export function stepKinds(entries: readonly Entry[]): ReadonlyMap<string, StepKind> {
  const kinds = entries.map(({ details, ...entry }): StepKind => {
    const { columnTypes, needsColumns, parameters } = details as {
      columnTypes: string[];
      needsColumns: boolean;
      parameters: { properties: Record<string, ParameterSchema> };
    };
    const group = groups.find(({ isOf }) => isOf({ key: entry.key, columnTypes }))?.name ?? MIXED;
    return { ...entry, group, columnTypes, needsColumns, parameters: parameters.properties };
  });
  return new Map([...kinds, custom].map((kind) => [kind.key, kind]));
}
