/** Lexical classes of a cell: enough to tell a delimiter that cuts values from one that cuts sentences. */
export type CellKind = 'empty' | 'number' | 'date' | 'boolean' | 'token' | 'text';

const numberPattern =
  /^[+-]?(?:[$€£¥]\s?)?[+-]?(?:\d{1,3}(?:[,.' \u00a0]\d{3})+|\d+)?(?:[.,]\d+)?(?:[eE][+-]?\d{1,3})?\s?(?:[%$€£¥])?$/;
const datePattern =
  /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4}|\d{1,2}[- ]?[A-Za-z]{3,9}\.?[- ,]*\d{2,4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4})(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s?(?:[AaPp]\.?[Mm]\.?)?\s?(?:Z|UTC|[+-]\d{2}:?\d{2})?)?$/;
const timePattern = /^\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:[AaPp][Mm])?$/;
const booleanPattern = /^(?:true|false|yes|no|t|f|y|n)$/i;
const tokenPattern = /^[\p{L}\p{N}_.#@/:\-+&()'°%]+$/u;

export function cellKind(raw: string): CellKind {
  const cell = raw.trim();
  if (cell === '' || isMissingToken(cell)) return 'empty';
  if (/\d/.test(cell)) {
    if (numberPattern.test(cell)) return 'number';
    if (cell.length < 40 && (datePattern.test(cell) || timePattern.test(cell))) return 'date';
  }
  if (booleanPattern.test(cell)) return 'boolean';
  return tokenPattern.test(cell) ? 'token' : 'text';
}

const missingTokens = new Set([
  'na',
  'n/a',
  '#n/a',
  '#na',
  'null',
  'none',
  'nan',
  '-nan',
  'nil',
  '\\n',
  '?',
  '-',
  '--',
  '.',
  '(null)',
  '<na>',
  'missing',
]);

/** Spellings of "no value" that count as missing in a column of numbers or dates. */
export function isMissingToken(cell: string): boolean {
  return cell.length <= 8 && missingTokens.has(cell.toLowerCase());
}

/** Spellings that mean "no value" in every column, also in text. */
export const standardMissingSpellings = ['NA', 'N/A', '#N/A', 'NULL', 'null', 'NaN', 'nan', '\\N', '<NA>'];
