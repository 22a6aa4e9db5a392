import type { ColumnType } from '#contract/report.ts';

const booleanPairs = [
  'true false',
  'yes no',
  't f',
  'y n',
  'on off',
  'wahr falsch',
  'ja nein',
  'j n',
  'vrai faux',
  'oui non',
  'o n',
  'verdadero falso',
  'sí no',
  'si no',
  's n',
  'sim não',
  'sim nao',
  'vero falso',
  'sì no',
  'ja nee',
  'ja nej',
  'ja nei',
  'kyllä ei',
  'tak nie',
  'ano ne',
  'igen nem',
  'evet hayır',
  'да нет',
  'так ні',
  'истина ложь',
  'はい いいえ',
  '是 否',
  '예 아니오',
  '✓ ✗',
  '✔ ✘',
].map((pair) => pair.split(' '));

/** What a column of text is: one of two opposites, a few kinds, or sentences. */
export function textType(values: string[]): ColumnType {
  if (values.length === 0) return 'category';
  const distinct = new Set(values);
  const folded = [...new Set([...distinct].map((value) => value.toLowerCase()))];
  if (booleanPairs.some((pair) => folded.length === 2 && folded.every((value) => pair.includes(value))))
    return 'boolean';
  const ratio = distinct.size / values.length;
  const words = values.reduce((sum, value) => sum + value.split(/\s+/).length, 0) / values.length;
  const length = values.reduce((sum, value) => sum + value.length, 0) / values.length;
  if (ratio > 0.3 && (words >= 4 || length >= 50)) return 'text';
  if (ratio > 0.9 && values.length >= 50 && words >= 1.5) return 'text';
  return 'category';
}
