import type { Cleanup } from '#contract/table.ts';
import { quoteText } from '#tables/engine.ts';

/** Ways of writing a negative number other than a leading hyphen; the first that occurs in a column is its way. */
const negatives: { seen: RegExp; cleanup: Cleanup }[] = [
  { seen: /^\(.*\d.*\)$/, cleanup: { pattern: '^\\((.*)\\)$', replacement: '-\\1' } },
  { seen: /^[\u2212\u2013]\s?[^\s]*\d/, cleanup: { pattern: '^[\u2212\u2013]\\s?', replacement: '-' } },
  { seen: /^[^-]*\d[^-]*-$/, cleanup: { pattern: '^([^-]*[0-9][^-]*)-$', replacement: '-\\1' } },
];

const months: [string, string][] = [
  ['Jan', 'jan(?:uary|uar|ner|vier|v|eiro|uari)|jän(?:ner)?|ene(?:ro)?|gen(?:naio)?'],
  ['Feb', 'feb(?:ruary|ruar|rero|braio|ruari)?|fév(?:rier|r)?|fevr?(?:eiro)?'],
  ['Mar', 'mar(?:ch|s|zo|ço)|mär(?:z)?|mrz|maart|mrt'],
  ['Apr', 'apr(?:il|ile)|avr(?:il)?|abr(?:il)?'],
  ['May', 'mai(?:o)?|mayo|mag(?:gio)?|mei'],
  ['Jun', 'jun(?:e|i|io|ho)|juin|giu(?:gno)?'],
  ['Jul', 'jul(?:y|i|io|ho)|juil(?:let)?|lug(?:lio)?'],
  ['Aug', 'aug(?:ust|ustus)|août|ago(?:sto)?'],
  ['Sep', 'sept(?:ember|embre|iembre)?|sep(?:tember|tembre|tiembre)|set(?:tembre|embro)?'],
  ['Oct', 'oct(?:ober|obre|ubre)|okt(?:ober)?|out(?:ubro)?|ott(?:obre)?'],
  ['Nov', 'nov(?:ember|embre|iembre|embro)'],
  ['Dec', 'dec(?:ember|embre)|dez(?:ember|embro)?|déc(?:embre)?|dic(?:iembre|embre)?'],
];
const monthCleanups = months.map(
  ([english, words]): Cleanup => ({
    pattern: `(^|[^A-Za-zÀ-ÿ])(?:${words})\\.?([^A-Za-zÀ-ÿ]|$)`,
    replacement: `\\1${english}\\2`,
  }),
);

/** What stands around the parts of a date in words. */
const dateDecorations: { seen: RegExp; cleanup: Cleanup }[] = [
  { seen: /\d(?:st|nd|rd|th)\b/i, cleanup: { pattern: '([0-9])(?:st|nd|rd|th)', replacement: '\\1' } },
  { seen: /\d [ap]\.m\.$/i, cleanup: { pattern: '([ap])\\.m\\.$', replacement: '\\1m' } },
  { seen: /\d{1,2} de [a-zç]+ de \d/i, cleanup: { pattern: ' de ', replacement: ' ' } },
  { seen: /^\d{1,2}\. ?[A-Za-zÀ-ÿ]/, cleanup: { pattern: '^([0-9]{1,2})\\. ?', replacement: '\\1 ' } },
  {
    seen: /^[A-Za-zÀ-ÿ]{2,10}\.?,? (?=\S*\d)|^[A-Za-zÀ-ÿ]{2,10}\.?, /,
    cleanup: {
      pattern:
        '^(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|mo|di|mi|do|fr|sa|so|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo)\\.?,? ',
      replacement: '',
    },
  },
];

export function numberCleanups(values: string[]): Cleanup[] {
  const found = negatives.find(({ seen }) => values.some((value) => seen.test(value)));
  return found ? [found.cleanup] : [];
}

/** Only for columns with words among the figures: plain dates need none. */
export function dateCleanups(values: string[]): Cleanup[] {
  const worded = values.filter((value) => /[A-Za-zÀ-ÿ]{2}/.test(value));
  if (worded.length === 0) return [];
  const decorations = dateDecorations
    .filter(({ seen }) => worded.some((value) => seen.test(value)))
    .map(({ cleanup }) => cleanup);
  const undecorated = worded.map((value) => cleaned(value, decorations));
  const named = monthCleanups.filter((cleanup) => {
    const pattern = expressionOf(cleanup);
    return undecorated.some((value) => {
      pattern.lastIndex = 0;
      return pattern.test(value);
    });
  });
  // A month that the sample lacks is spelled like the others.
  return [...decorations, ...(named.length > 0 ? monthCleanups : [])];
}

function expressionOf({ pattern }: Cleanup): RegExp {
  return new RegExp(pattern, 'gi');
}

export function cleaned(text: string, cleanups: Cleanup[]): string {
  return cleanups.reduce(
    (each, cleanup) => each.replace(expressionOf(cleanup), cleanup.replacement.replaceAll(/\\(\d)/g, '$$$1')),
    text,
  );
}

export function cleanedSql(sql: string, cleanups: Cleanup[] = []): string {
  return cleanups.reduce(
    (each, { pattern, replacement }) =>
      `regexp_replace(${each}, ${quoteText(pattern)}, ${quoteText(replacement)}, 'gi')`,
    sql,
  );
}
