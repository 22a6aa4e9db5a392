import type { ColumnProfile } from '#contract/report.ts';
import type { PlanRequest } from '#ports/generator.ts';

/** A step on columns by their physical names. */
export interface Draft {
  key: string;
  on: string[];
  parameters: Record<string, unknown>;
  reason: string;
}

/** A choice among pairs of columns is chance where there are few rows. */
const fewestRowsForCombinations = 500;
const mostCombined = 20;
const manyColumns = 30;
const mostLevels = 20;
const fewestValues = 10;

/** Combinations of columns, and at the end a choice among all that there is. */
export function tryCombinations(request: PlanRequest, before: readonly Draft[]): Draft[] {
  const { report } = request;
  const rowCount = report.overview.rowCount;
  const columns = usable(request, before);
  const dates = columns.filter(({ type }) => type === 'datetime');
  const cyclic = draft(
    'cyclic_features',
    dates,
    {},
    `${count(dates, 'date', 'dates')}: December is next to January, 23 h next to 0 h.`,
  );
  if (rowCount < fewestRowsForCombinations) return cyclic;
  const numbers = columns
    .filter(({ type, distinctCount }) => isNumber(type) && distinctCount >= fewestValues)
    .slice(0, mostCombined);
  const categories = columns
    .filter(({ type, distinctCount }) => (type === 'category' || type === 'boolean') && distinctCount <= 50)
    .slice(0, mostCombined);
  const tried = (count: number) => `The best few of ${count} pairs, found on training rows`;
  const pairs = (count: number) => (count * (count - 1)) / 2;
  const inputs = columns.filter(({ type }) => type !== 'text');
  const width = inputs.length;
  return [
    ...cyclic,
    ...(numbers.length < 2
      ? []
      : [
          ...draft(
            'arithmetic',
            numbers,
            {},
            `${tried(2 * pairs(numbers.length))}: differences and products of ${numbers.length} numbers.`,
          ),
          ...draft(
            'ratios',
            numbers,
            {},
            `${tried(2 * pairs(numbers.length))}: one of ${numbers.length} numbers per unit of another.`,
          ),
        ]),
    ...(categories.length < 2
      ? []
      : draft(
          'category_interactions',
          categories,
          {},
          `${tried(pairs(categories.length))}: two of ${categories.length} categories as one.`,
        )),
    ...(categories.length === 0 || numbers.length === 0
      ? []
      : draft(
          'group_aggregates',
          [...categories, ...numbers],
          {},
          `What ${count(numbers, 'number is', 'numbers are')} like among rows of the same category (of ${count(categories, 'column', 'columns')}), and how far a row is from it.`,
        )),
    ...(numbers.length < 2
      ? []
      : draft(
          'select_by_correlation',
          numbers,
          { maximum_correlation: 0.995 },
          `Of ${numbers.length} numbers and what was made of them: those that follow another one almost exactly add nothing.`,
        )),
    ...(width < manyColumns
      ? []
      : draft(
          'select_by_model',
          inputs,
          {},
          `${width} columns and what was made of them: those that random trees find no more useful than noise are left out.`,
        )),
  ];
}

/** Imputing, scaling and one-hot, which the algorithms do by themselves where they need it. */
export function offerForModels(request: PlanRequest, before: readonly Draft[]): Draft[] {
  const columns = usable(request, before);
  const numbers = columns.filter(({ type }) => isNumber(type));
  const gappy = numbers.filter(({ missingCount }) => missingCount > 0);
  const categories = columns.filter(
    ({ type, distinctCount }) => (type === 'category' || type === 'boolean') && distinctCount <= mostLevels,
  );
  return [
    ...draft(
      'impute',
      gappy,
      { strategy: 'median' },
      `${count(gappy, 'column', 'columns')} of numbers with gaps: the median of the training rows fills them.`,
    ),
    ...draft(
      'scale',
      numbers,
      { method: 'standard' },
      `${count(numbers, 'column', 'columns')} of numbers: brought to one scale.`,
    ),
    ...draft(
      'one_hot_encoding',
      categories,
      {},
      `${count(categories, 'column', 'columns')} with at most ${mostLevels} categories: each of them becomes a 0/1 column.`,
    ),
  ];
}

const count = (columns: readonly unknown[], one: string, many: string) =>
  `${columns.length} ${columns.length === 1 ? one : many}`;

const isNumber = (type: ColumnProfile['type']) => type === 'integer' || type === 'number';

/** Columns that are still there, and still what the analysis saw. */
function usable({ report, target, columns }: PlanRequest, before: readonly Draft[]): ColumnProfile[] {
  const targetColumn = columns.find(({ name }) => name === target)?.physicalName;
  const gone = new Set(
    before
      .filter(({ key }) => key === 'drop_columns' || key === 'cast_type' || key === 'numeric_from_text')
      .flatMap(({ on }) => on),
  );
  return report.columns.filter(
    ({ column, type }) =>
      column !== targetColumn && !gone.has(column) && type !== 'id' && type !== 'constant',
  );
}

function draft(
  key: string,
  on: ColumnProfile[],
  parameters: Record<string, unknown>,
  reason: string,
): Draft[] {
  return on.length === 0 ? [] : [{ key, on: on.map(({ column }) => column), parameters, reason }];
}
