import type { ColumnProfile } from '#contract/report.ts';
import { share, type TextProfile } from './columns.ts';
import type { ValueCount } from './frequencies.ts';

type Kind = TextProfile['kinds'][number]['kind'];
type PersonalData = ColumnProfile['personalData'][number];

const shownExamples = 3;
const longestExample = 80;

const integerPattern = /^[+-]?\d+$/;
const numberPattern = /^[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:[eE][+-]?\d+)?$/;
const datePattern =
  /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})(?:[T ]\d{1,2}:\d{2}.*)?$/;
const booleanPattern = /^(?:true|false|yes|no)$/i;

export function kindOf(value: string): Kind {
  const trimmed = value.trim();
  if (trimmed === '') return 'BLANK';
  if (integerPattern.test(trimmed)) return 'INTEGER';
  if (numberPattern.test(trimmed)) return 'NUMBER';
  if (datePattern.test(trimmed)) return 'DATE';
  return booleanPattern.test(trimmed) ? 'BOOLEAN' : 'TEXT';
}

/** What the values look like one by one, the most frequent kind first, with examples. */
export function kindsOf(pairs: readonly ValueCount[]): TextProfile['kinds'] {
  const kinds = new Map<Kind, { count: number; examples: string[] }>();
  for (const { value, count } of pairs) {
    const kind = kindOf(value);
    const seen = kinds.get(kind) ?? { count: 0, examples: [] };
    seen.count += count;
    if (seen.examples.length < shownExamples) seen.examples.push(value.slice(0, longestExample));
    kinds.set(kind, seen);
  }
  return [...kinds]
    .map(([kind, seen]) => ({ kind, ...seen }))
    .sort((first, second) => second.count - first.count || first.kind.localeCompare(second.kind));
}

const patterns: { kind: PersonalData['kind']; fewestShare: number; test: (value: string) => boolean }[] = [
  // an address may stand within a text
  { kind: 'EMAIL', fewestShare: 0, test: (value) => /[^\s@<>,;]@[^\s@<>,;]+\.[A-Za-z]{2,}/.test(value) },
  { kind: 'PHONE', fewestShare: 0.05, test: (value) => /^\+\d[\d\s().-]{6,17}\d$/.test(value) },
  { kind: 'PAYMENT_CARD', fewestShare: 0.5, test: isPaymentCard },
  { kind: 'IBAN', fewestShare: 0.05, test: isIban },
  {
    kind: 'IP_ADDRESS',
    fewestShare: 0.05,
    test: (value) => /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(value),
  },
  {
    kind: 'SOCIAL_SECURITY_NUMBER',
    fewestShare: 0.5,
    test: (value) => /^(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$/.test(value),
  },
];

const names: { kind: PersonalData['kind']; pattern: RegExp }[] = [
  {
    kind: 'PERSON_NAME',
    pattern:
      /^(?:first|last|full|middle|maiden|family|given|sur)[ _-]?name$|^(?:vor|nach)name$|^(?:customer|patient|employee|user|passenger)[ _-]?name$/i,
  },
  { kind: 'BIRTH_DATE', pattern: /^(?:dob|birth[ _-]?da(?:te|y)|date[ _-]?of[ _-]?birth|geburtsdatum)$/i },
  {
    kind: 'POSTAL_ADDRESS',
    pattern:
      /^(?:(?:street|home|postal|billing|shipping)[ _-]?address|street|address(?:[ _-]?line)?[ _-]?\d?)$/i,
  },
  { kind: 'SOCIAL_SECURITY_NUMBER', pattern: /^(?:ssn|social[ _-]?security(?:[ _-]?(?:no|number))?)$/i },
  {
    kind: 'IDENTITY_DOCUMENT',
    pattern:
      /^(?:passport|national[ _-]?id|tax[ _-]?id|driv(?:er|ing)s?[ _-]?licen[cs]e)(?:[ _-]?(?:no|number))?$/i,
  },
  { kind: 'PHONE', pattern: /^(?:phone|mobile|cell|telephone|fax)(?:[ _-]?(?:no|number))?$/i },
];

/** What a column seems to tell of persons, by its values and by its name. */
export function personalDataOf(name: string, pairs: readonly ValueCount[]): PersonalData[] {
  const rows = pairs.reduce((sum, { count }) => sum + count, 0);
  const found: PersonalData[] = [];
  for (const { kind, fewestShare, test } of patterns) {
    let count = 0;
    for (const pair of pairs) if (test(pair.value.trim())) count += pair.count;
    if (count > 0 && count >= rows * fewestShare) {
      found.push({ kind, evidence: 'VALUES', count, fraction: share(count, rows) });
    }
  }
  for (const { kind, pattern } of names) {
    if (pattern.test(name.trim()) && !found.some((each) => each.kind === kind))
      found.push({ kind, evidence: 'NAME', count: null, fraction: null });
  }
  return found;
}

function isPaymentCard(value: string): boolean {
  const digits = value.replaceAll(/[ -]/g, '');
  if (!/^[3-6]\d{12,18}$/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function isIban(value: string): boolean {
  const text = value.replaceAll(' ', '').toUpperCase();
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)) return false;
  const digits = [...text.slice(4), ...text.slice(0, 4)].map((sign) => Number.parseInt(sign, 36)).join('');
  return BigInt(digits) % 97n === 1n;
}
