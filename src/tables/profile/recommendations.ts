import type { AnalysisReport, ColumnProfile, QualityIssue, Recommendation } from '#contract/report.ts';
import { mostlyMissing, rareCategoryCount } from './column-issues.ts';

const indicatorFrom = 0.01;
const groupFromCategories = 20;

type Draft = Omit<Recommendation, 'priority'>;

/** Steps of the runner's catalogue that the findings call for, the most certain gain first. */
export function recommend(
  profiles: ColumnProfile[],
  issues: QualityIssue[],
  target: AnalysisReport['target'],
): Recommendation[] {
  const features = profiles.filter(({ column }) => column !== target?.column);
  const withCode = (...codes: string[]) =>
    unique(
      issues
        .filter(({ code, column }) => codes.includes(code) && column !== null && column !== target?.column)
        .map(({ column }) => column as string),
    );
  // One value or none: whether it is there can still tell rows apart.
  const isFilledOrNot = new Set(
    features
      .filter(({ valueCount, missingFraction }) => valueCount > 0 && missingFraction >= indicatorFrom)
      .map(({ column }) => column),
  );
  const dropped = new Set<string>();
  const drafts: Draft[] = [];
  const drop = (columns: string[], reason: string, expectedEffect: string) => {
    const fresh = columns.filter((column) => !dropped.has(column));
    for (const column of fresh) dropped.add(column);
    propose('drop_columns', fresh, {}, reason, expectedEffect);
  };
  function propose(
    step: string,
    columns: string[],
    parameters: Record<string, unknown>,
    reason: string,
    expectedEffect: string,
  ) {
    if (columns.length > 0) drafts.push({ action: { step, columns, parameters }, reason, expectedEffect });
  }
  drop(
    withCode('LEAKAGE_LIKELY'),
    'They all but state the target; check whether they are known before it.',
    'Scores become honest: without this they would not hold on new data.',
  );
  drop(
    withCode('CONSTANT', 'ALL_MISSING').filter((column) => !isFilledOrNot.has(column)),
    'They have the same value, or none, in every row.',
    'Less to compute, no loss.',
  );
  drop(
    withCode('IDENTIFIER'),
    'They number the rows and mean nothing for new ones.',
    'No rule is learned by heart from keys.',
  );
  drop(
    withCode('DUPLICATE_COLUMN'),
    'They repeat another column in every row.',
    'Less to compute; importance is no longer split in two.',
  );

  const kept = features.filter(({ column }) => !dropped.has(column));
  const columnsOf = (test: (profile: ColumnProfile) => boolean) =>
    kept.filter(test).map(({ column }) => column);
  propose(
    'datetime_parts',
    columnsOf(({ type }) => type === 'datetime'),
    {},
    'A moment in time says little to a model; its month, weekday and hour repeat.',
    'Seasons and times of day become visible.',
  );
  propose(
    'missing_indicator',
    columnsOf(({ missingFraction, valueCount }) => missingFraction >= indicatorFrom && valueCount > 0),
    { minimum_share: indicatorFrom },
    'Whether a value is missing can itself be telling.',
    'Algorithms that fill gaps no longer lose where they were.',
  );
  propose(
    'group_rare_categories',
    columnsOf(({ type, distinctCount }) => type === 'category' && distinctCount > groupFromCategories),
    { minimum_count: rareCategoryCount },
    `Categories seen in fewer than ${rareCategoryCount} rows cannot be learned one by one.`,
    'Less noise from rare categories, and a place for new ones.',
  );
  propose(
    'text_statistics',
    columnsOf(({ type }) => type === 'text'),
    {},
    'Free text is used by its length, words and signs.',
    'Something of the text is used without a language model.',
  );
  drop(
    columnsOf(
      ({ missingFraction, valueCount }) => missingFraction >= Math.max(0.95, mostlyMissing) && valueCount > 0,
    ),
    'They are empty in at least 95 % of the rows; the flag for the gaps keeps what they can tell.',
    'Less to compute, little loss.',
  );
  return drafts.map((draft, index) => ({ priority: index + 1, ...draft }));
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}
