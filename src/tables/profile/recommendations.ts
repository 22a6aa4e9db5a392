import type { ColumnProfile, QualityIssue, Recommendation } from '#contract/report.ts';
import { type Advice, advise, columnsThat, type Facts, type Found } from './advice.ts';
import { percent } from './column-issues.ts';
import { recommendFeatures } from './recommended-features.ts';
import { disguisedNumbers, recommendRepairs } from './recommended-repairs.ts';

/** A gap flag needs rows on both sides to be learned from. */
const fewestGaps = 20;
const indicatorFrom = 0.05;
/** Flags that agree in nearly every row say the same. */
const sameGaps = 0.95;

/** Steps of the catalogue that the findings call for, in the order in which they are applied. */
export function recommend(profiles: ColumnProfile[], issues: QualityIssue[], found: Found): Recommendation[] {
  const { target } = found;
  const features = profiles.filter(({ column }) => column !== target?.column);
  const drops = recommendDrops(features, issues);
  const dropped = new Set(drops.flatMap(({ action }) => action.columns));
  const kept = features.filter(({ column }) => !dropped.has(column));
  const rowCount = profiles[0]?.rowCount ?? 0;
  const facts: Facts = { ...found, rowCount, kept };
  const repairs = recommendRepairs(facts);
  const all = [
    ...drops,
    ...repairs,
    ...recommendFlags(facts),
    ...recommendFeatures({ ...facts, ...afterwards(kept, repairs) }),
  ];
  return all.map((advice, index) => ({ priority: index + 1, ...advice }));
}

/** The columns that are still what they were, and the dates among them and among those that a repair reads so. */
function afterwards(kept: ColumnProfile[], repairs: Advice[]) {
  const recast = repairs.filter(({ action }) => ['cast_type', 'numeric_from_text'].includes(action.step));
  const changed = new Set(recast.flatMap(({ action }) => action.columns));
  const read = recast.filter(({ action }) => action.parameters.to === 'datetime');
  const asDates = new Set(read.flatMap(({ action }) => action.columns));
  return {
    kept: kept.filter(({ column }) => !changed.has(column)),
    dates: kept.filter(({ column, type }) => type === 'datetime' || asDates.has(column)),
  };
}

function recommendDrops(features: ColumnProfile[], issues: QualityIssue[]): Advice[] {
  const known = new Set(features.map(({ column }) => column));
  // One value or none: whether it is there can still tell rows apart.
  const isFilledOrNot = new Set(
    features
      .filter(({ valueCount, missingFraction }) => valueCount > 0 && missingFraction >= 0.01)
      .map(({ column }) => column),
  );
  const taken = new Set<string>();
  const withCode = (...codes: string[]) => {
    const columns = issues.flatMap(({ code, column }) =>
      column !== null && codes.includes(code) && known.has(column) && !taken.has(column) ? [column] : [],
    );
    return [...new Set(columns)];
  };
  const drop = (columns: string[], reason: (count: number) => string, effect: string) => {
    for (const column of columns) taken.add(column);
    return advise('drop_columns', columns, {}, reason(columns.length), effect);
  };
  return [
    ...drop(
      withCode('LEAKAGE_LIKELY'),
      (count) =>
        `${columnsThat(count, 'all but states', 'all but state')} the target; check whether it is known before the target is.`,
      'Scores become honest: without this they would not hold on new data.',
    ),
    ...drop(
      withCode('CONSTANT', 'ALL_MISSING').filter((column) => !isFilledOrNot.has(column)),
      (count) => `${columnsThat(count, 'has', 'have')} the same value, or none, in every row.`,
      'Less to compute, no loss.',
    ),
    ...drop(
      withCode('IDENTIFIER'),
      (count) => `${columnsThat(count, 'numbers', 'number')} the rows and means nothing for new ones.`,
      'No rule is learned by heart from keys.',
    ),
    ...drop(
      withCode('DUPLICATE_COLUMN'),
      (count) => `${columnsThat(count, 'repeats', 'repeat')} another one in every row.`,
      'Less to compute; importance is no longer split in two.',
    ),
  ];
}

/** Flags for gaps in numbers and dates: categories have a place for missing values anyway. */
function recommendFlags({ kept, missingness, rowCount }: Facts): Advice[] {
  const gappy = kept.filter(
    (profile) =>
      ['integer', 'number', 'datetime'].includes(profile.type) &&
      gapsOf(profile) >= Math.max(fewestGaps, indicatorFrom * rowCount) &&
      profile.valueCount > 0,
  );
  const single = kept.filter(
    ({ isConstant, valueCount, missingFraction, type }) =>
      isConstant &&
      valueCount > 0 &&
      missingFraction >= 0.01 &&
      !['integer', 'number', 'datetime'].includes(type),
  );
  const flagged: ColumnProfile[] = [];
  for (const profile of [...gappy, ...single]) {
    const says = missingness.pairs.some(
      ({ first, second, correlation }) =>
        Math.abs(correlation ?? 0) >= sameGaps &&
        flagged.some(({ column }) => [first, second].includes(column)) &&
        [first, second].includes(profile.column),
    );
    if (!says) flagged.push(profile);
  }
  const shares = flagged.map((profile) => gapsOf(profile) / rowCount);
  const range =
    shares.length > 1
      ? `${percent(Math.min(...shares))} to ${percent(Math.max(...shares))}`
      : percent(shares[0] ?? 0);
  return advise(
    'missing_indicator',
    flagged.map(({ column }) => column),
    { minimum_share: 0.01 },
    `${columnsThat(flagged.length, 'has', 'have')} gaps in ${range} of the ${rowCount} rows, and where they are can itself be telling.`,
    'Algorithms that fill gaps no longer lose where they were.',
  );
}

/** With those that a repair makes. */
const gapsOf = (profile: ColumnProfile) =>
  profile.missingCount + (disguisedNumbers(profile).length > 0 ? profile.disguisedMissingCount : 0);
