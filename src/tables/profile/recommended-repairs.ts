import type { ColumnProfile } from '#contract/report.ts';
import { type Advice, advise, columnsThat, type Facts } from './advice.ts';
import { percent } from './column-issues.ts';

/** A word for "no value" that more of the values have is a category of its own. */
const mostDisguised = 0.3;
const sameKind = 0.95;
const fewestValues = 20;
const listed = 50;

/** What makes the cells mean what they say. */
export function recommendRepairs({ kept }: Facts): Advice[] {
  return [...repairTexts(kept), ...repairNumbers(kept), ...castTexts(kept), ...readNumbers(kept)];
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
const names = (profiles: ColumnProfile[]) => profiles.map(({ column }) => column);

/** Values that stand for "missing" in a column of numbers. */
export const disguisedNumbers = (profile: ColumnProfile) =>
  profile.type === 'integer' || profile.type === 'number'
    ? profile.disguisedMissing.map(({ value }) => Number(value)).filter(Number.isFinite)
    : [];

function repairTexts(kept: ColumnProfile[]): Advice[] {
  const found = kept.filter(
    ({ type, valueCount, disguisedMissingCount, blankCount }) =>
      (type === 'category' || type === 'text' || type === 'boolean') &&
      disguisedMissingCount + blankCount > 0 &&
      disguisedMissingCount + blankCount <= mostDisguised * valueCount,
  );
  const words = found.flatMap(({ disguisedMissing, blankCount }) => [
    ...disguisedMissing.map(({ value }) => value.trim().toLowerCase()),
    ...(blankCount > 0 ? [''] : []),
  ]);
  const cells = sum(found.map((profile) => profile.disguisedMissingCount + profile.blankCount));
  return advise(
    'repair_missing',
    names(found),
    { texts: [...new Set(words)].filter((word) => word.length <= 100).slice(0, listed), numbers: [] },
    `${cells} cells of ${columnsThat(found.length, 'spell', 'spell')} out that there is no value.`,
    'What is missing counts as missing, not as a category.',
  );
}

/** Columns with the same stand-ins together: a number that means "none" in one may be a value in another. */
function repairNumbers(kept: ColumnProfile[]): Advice[] {
  const groups = new Map<string, ColumnProfile[]>();
  for (const profile of kept) {
    const values = disguisedNumbers(profile);
    if (values.length === 0) continue;
    const key = JSON.stringify([...values].sort((a, b) => a - b));
    groups.set(key, [...(groups.get(key) ?? []), profile]);
  }
  return [...groups].flatMap(([key, found]) => {
    const numbers = JSON.parse(key) as number[];
    const cells = sum(found.map(({ disguisedMissingCount }) => disguisedMissingCount));
    return advise(
      'repair_missing',
      names(found),
      { texts: [], numbers },
      `${cells} cells of ${columnsThat(found.length, 'are', 'are')} ${numbers.join(' or ')}, far from all other values: they stand for “no value”.`,
      'Means, scales and splits are no longer drawn towards values that nobody measured.',
    );
  });
}

function castTexts(kept: ColumnProfile[]): Advice[] {
  const casts = (['number', 'datetime'] as const).map((to) => ({
    to,
    found: kept.filter((profile) => shareOf(profile, to) >= sameKind),
  }));
  return casts.flatMap(({ to, found }) =>
    advise(
      'cast_type',
      names(found),
      { to },
      `At least ${percent(Math.min(1, ...found.map((profile) => shareOf(profile, to))))} of the values of ${columnsThat(found.length, 'are', 'are')} ${to === 'number' ? 'numbers' : 'dates'} among text.`,
      'Their order and distance can be learned from.',
    ),
  );
}

/** Share of the values of a text column that are of this kind. */
function shareOf({ type, text, distinctCount }: ColumnProfile, to: 'number' | 'datetime'): number {
  if (!text || (type !== 'category' && type !== 'text') || distinctCount < fewestValues) return 0;
  const wanted = to === 'number' ? ['INTEGER', 'NUMBER'] : ['DATE'];
  const cells = sum(text.kinds.filter(({ kind }) => kind !== 'BLANK').map(({ count }) => count));
  return cells === 0
    ? 0
    : sum(text.kinds.filter(({ kind }) => wanted.includes(kind)).map(({ count }) => count)) / cells;
}

/** Numbers with one and the same unit around them: what is read out of them loses nothing. */
function readNumbers(kept: ColumnProfile[]): Advice[] {
  const found = kept.filter((profile) => unitOf(profile) !== null && shareOf(profile, 'number') < sameKind);
  const grouped = [true, false].map((decimalComma) => ({
    decimalComma,
    profiles: found.filter((profile) => hasDecimalComma(profile) === decimalComma),
  }));
  return grouped.flatMap(({ decimalComma, profiles }) =>
    advise(
      'numeric_from_text',
      names(profiles),
      { decimal_comma: decimalComma },
      `The values of ${columnsThat(profiles.length, 'are numbers', 'are numbers')} with a unit around them, ${[...new Set(profiles.flatMap(({ distinctCount }) => [distinctCount]))].join(', ')} different ones.`,
      'A quantity is learned as one, not as so many categories.',
    ),
  );
}

const numberInText = /[-+]?\d[\d.,]*/;

/** What stands around the number in each of the most frequent values, if it is the same in all of them. */
function unitOf({ type, topValues, distinctCount }: ColumnProfile): string | null {
  if ((type !== 'category' && type !== 'text') || distinctCount < fewestValues || topValues.length < 3)
    return null;
  const units = new Set(
    topValues.map(({ value }) => (numberInText.test(value) ? value.replace(numberInText, '#') : '')),
  );
  const [unit = ''] = units;
  return units.size === 1 && isUnit.test(unit) ? unit : null;
}

/** A currency before the number, or a short unit after it. A word before it makes a name: "room 12". */
const isUnit = /^(?:[^\p{L}\d#]{1,3}#|[A-Z]{3}\s?#|#\s?[^\d#]{1,8})$/u;

/** 1.200,50 or 3,5: a comma that cannot group thousands. */
const hasDecimalComma = ({ topValues }: ColumnProfile) =>
  topValues.some(({ value }) => /\d,(\d{1,2}|\d{4,})(?!\d)/.test(value) && !/,\d{3}[,.]/.test(value));
