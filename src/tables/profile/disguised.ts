import type { ColumnProfile } from '#contract/report.ts';
import { isoDate } from './columns.ts';
import { type CountedNumbers, quantiles } from './counted.ts';

type Disguised = ColumnProfile['disguisedMissing'][number];

/** Different values that the others must show before one of them can stand apart. */
const fewestOthers = 3;
const listedValues = 10;
const lookedAtEachEnd = 50;

const sentinels = new Set([
  ...[-1, -9, -99, -999, -9999, -99999, -999999, 99, 999, 9999, 99999, 999999, 9999999],
  ...[-32768, 32767, -2147483648, 2147483647],
]);
const sentinelDates = new Set(
  ['1800-01-01', '1899-12-30', '1899-12-31', '1900-01-01', '1970-01-01', '2999-12-31', '9999-12-31'].map(
    (day) => Date.parse(day),
  ),
);
const words = new Set([
  ...[
    'unknown',
    'unk',
    'missing',
    'not available',
    'not applicable',
    'not known',
    'undefined',
    'unspecified',
  ],
  ...[
    'no data',
    'n.a.',
    'n.d.',
    'nd',
    'n/a',
    'na',
    'nan',
    'null',
    'none',
    'tbd',
    'tba',
    'xx',
    'xxx',
    '?',
    '??',
  ],
  ...['-', '--', '---', '.', '..', '...', '(blank)', '(none)', '(null)', 'nil', '#n/a', '#null!'],
]);
/** Longest of the words: longer values need not be looked at. */
export const longestMissingWord = Math.max(...[...words].map((word) => word.length));

export function isMissingWord(value: string): boolean {
  return value.length <= longestMissingWord + 8 && words.has(value.trim().toLowerCase());
}

/** The words, for the engine to look for. */
export const missingWords: readonly string[] = [...words];

export function disguisedWords(pairs: Iterable<{ value: string; count: number }>): Disguised[] {
  const found: Disguised[] = [];
  for (const { value, count } of pairs) {
    if (isMissingWord(value)) found.push({ value, count, rule: 'WORD' });
  }
  return ranked(found);
}

/**
 * A number that people write for "unknown" (SENTINEL), or one digit repeated that occurs at least as often as the other
 * values do on average (REPEATED_DIGIT). Either occurs twice or more and lies apart from all the others by more than they
 * spread between their 10 % and 90 % quantiles.
 */
export function disguisedNumbers(counted: CountedNumbers): Disguised[] {
  return apart(counted, isCandidate, (value, count, mean) => {
    if (sentinels.has(value)) return 'SENTINEL';
    return count >= mean ? 'REPEATED_DIGIT' : null;
  }).map(({ value, ...rest }) => ({ value: String(value), ...rest }));
}

/** First and last days of calendars and clocks, under the same rule. */
export function disguisedDates(counted: CountedNumbers): Disguised[] {
  return apart(
    counted,
    (value) => sentinelDates.has(value),
    () => 'SENTINEL',
  ).map(({ value, ...rest }) => ({ value: isoDate(value), ...rest }));
}

function isCandidate(value: number): boolean {
  return sentinels.has(value) || /^-?(\d)\1+$/.test(String(value));
}

function apart(
  { values, counts, total }: CountedNumbers,
  isCandidate: (value: number) => boolean,
  ruleOf: (value: number, count: number, meanCount: number) => Disguised['rule'] | null,
): { value: number; count: number; rule: Disguised['rule'] }[] {
  const candidates = endPlaces(values.length).filter((place) => isCandidate(values[place] as number));
  if (candidates.every((place) => (counts[place] as number) < 2)) return [];
  const left = new Set(candidates);
  const others = values.filter((_, place) => !left.has(place));
  if (others.length < fewestOthers) return [];
  const low = others[0] as number;
  const high = others.at(-1) as number;
  const once = { values: others, counts: new Uint32Array(others.length).fill(1), total: others.length };
  const [tenth, ninetieth] = quantiles(once, [0.1, 0.9]) as [number, number];
  const spread = ninetieth - tenth;
  const candidateRows = candidates.reduce((sum, place) => sum + (counts[place] as number), 0);
  const meanCount = (total - candidateRows) / others.length;
  const found: { value: number; count: number; rule: Disguised['rule'] }[] = [];
  for (const place of candidates) {
    const value = values[place] as number;
    const count = counts[place] as number;
    const isApart = value < low - spread || value > high + spread;
    const rule = isApart && count >= 2 ? ruleOf(value, count, meanCount) : null;
    if (rule) found.push({ value, count, rule });
  }
  return ranked(found);
}

/** Only what lies outside the others can be apart from them: a few places at each end are enough to look at. */
function endPlaces(length: number): number[] {
  const places = Array.from({ length: Math.min(length, 2 * lookedAtEachEnd) }, (_, index) => index);
  return places.map((index) =>
    index < lookedAtEachEnd || length <= 2 * lookedAtEachEnd ? index : length - 2 * lookedAtEachEnd + index,
  );
}

function ranked<Found extends { count: number }>(found: Found[]): Found[] {
  return found.sort((first, second) => second.count - first.count).slice(0, listedValues);
}
