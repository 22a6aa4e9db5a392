import type { ColumnProfile } from '#contract/report.ts';
import { type Advice, advise, columnsThat, type Facts } from './advice.ts';
import { rareCategoryCount } from './column-issues.ts';
import { disguisedNumbers } from './recommended-repairs.ts';

/** With fewer rows a new column costs more, in chance, than it can tell. */
const fewestRowsForFeatures = 1_000;
const skewedFrom = 1.5;
/** Fewer different values may well be codes. */
const fewestAmounts = 50;
const spreadFrom = 5;
const groupFromCategories = 20;
/** The typed frame has a place of their own for so many; beyond it, categories are lost but for how frequent they are. */
const encodeFromCategories = 254;
const fewestRowsALevel = 5;
const fewestWords = 3;
const fewestTexts = 200;

/** New columns, and numbers and categories in a form that more algorithms can learn from. */
export function recommendFeatures(facts: Facts & { dates: ColumnProfile[] }): Advice[] {
  return [...useDates(facts.dates), ...evenAmounts(facts), ...useCategories(facts), ...useTexts(facts)];
}

const names = (profiles: ColumnProfile[]) => profiles.map(({ column }) => column);
const isClassification = ({ target }: Facts) =>
  target?.taskType === 'BINARY_CLASSIFICATION' || target?.taskType === 'MULTICLASS_CLASSIFICATION';

function useDates(dates: ColumnProfile[]): Advice[] {
  const days = Math.max(0, ...dates.map(({ date }) => date?.rangeDays ?? 0));
  return [
    ...(dates.length >= 2
      ? advise(
          'datetime_differences',
          names(dates),
          {},
          `${dates.length} dates: what lies between two of them says more than either alone.`,
          'Durations become visible.',
        )
      : []),
    ...advise(
      'datetime_parts',
      names(dates),
      {},
      `${columnsThat(dates.length, 'is a moment', 'are moments')} within ${Math.round(days)} days; month, weekday and hour come again in new rows.`,
      'Seasons and times of day become visible.',
    ),
  ];
}

/**
 * Amounts and durations: what counts in them is how many times as large, not how much larger. Order is all that trees look
 * at, and it stays. Not for a target that is a number: there the scale of a column may well be that of the target.
 */
function evenAmounts(facts: Facts): Advice[] {
  if (!isClassification(facts)) return [];
  const uneven = facts.kept.filter(
    (profile) => isAmount(profile) && (skewnessOf(profile) >= skewedFrom || spreadOf(profile) >= spreadFrom),
  );
  const skewed = Math.max(...uneven.map(skewnessOf));
  const spread = Math.max(...uneven.map(spreadOf));
  return advise(
    'log_transform',
    names(uneven),
    { minimum_skewness: 0 },
    `${columnsThat(uneven.length, 'is an amount', 'are amounts')} spread unevenly: skewness up to ${skewed.toFixed(1)}, upper quartile up to ${spread.toFixed(1)} times the lower one.`,
    'Linear models and neighbours also see the differences among small values; trees lose nothing.',
  );
}

const isAmount = (profile: ColumnProfile) =>
  (profile.type === 'integer' || profile.type === 'number') &&
  profile.distinctCount >= fewestAmounts &&
  (profile.numeric?.min ?? -1) >= 0 &&
  // uneven by what a repair takes out
  disguisedNumbers(profile).length === 0;

const skewnessOf = ({ numeric }: ColumnProfile) => numeric?.skewness ?? 0;

const spreadOf = ({ numeric }: ColumnProfile) =>
  numeric?.lowerQuartile ? (numeric.upperQuartile ?? 0) / numeric.lowerQuartile : 0;

function useCategories(facts: Facts): Advice[] {
  const { kept, rowCount } = facts;
  const many = kept.filter(
    ({ type, distinctCount }) => type === 'category' && distinctCount > groupFromCategories,
  );
  const levels = (profiles: ColumnProfile[]) => profiles.map(({ distinctCount }) => distinctCount).join(', ');
  const encoded = many.filter(
    ({ distinctCount, valueCount }) =>
      distinctCount > encodeFromCategories && valueCount >= fewestRowsALevel * distinctCount,
  );
  return [
    ...(facts.target && rowCount >= fewestRowsForFeatures
      ? advise(
          'target_encoding',
          names(encoded),
          {},
          `${columnsThat(encoded.length, 'has', 'have')} ${levels(encoded)} categories, more than have a place of their own: the mean target of each, out of fold, orders them.`,
          'What rare categories have in common with frequent ones is used.',
        )
      : []),
    ...advise(
      'group_rare_categories',
      names(many),
      { minimum_count: rareCategoryCount },
      `${columnsThat(many.length, 'has', 'have')} ${levels(many)} categories; those in fewer than ${rareCategoryCount} rows cannot be learned one by one.`,
      'Less noise from rare categories, and a place for new ones.',
    ),
  ];
}

function useTexts({ kept, rowCount }: Facts): Advice[] {
  const texts = kept.filter(({ type }) => type === 'text');
  const wordy = texts.filter(({ text }) => (text?.meanWords ?? 0) >= fewestWords);
  const words = Math.max(0, ...wordy.map(({ text }) => text?.meanWords ?? 0));
  return [
    ...advise(
      'text_statistics',
      names(texts),
      {},
      `${columnsThat(texts.length, 'is', 'are')} free text, of which length, words and signs are used.`,
      'Something of the text is used without a language model.',
    ),
    ...(rowCount >= fewestTexts
      ? advise(
          'text_svd',
          names(wordy),
          {},
          `The texts of ${columnsThat(wordy.length, 'have', 'have')} up to ${words.toFixed(1)} words on average: which words stand together is told in a few numbers.`,
          'The subject of a text becomes visible.',
        )
      : []),
  ];
}
