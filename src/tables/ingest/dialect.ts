import { cellKind } from './cells.ts';
import { isBlankRow, type RowSyntax, readRows } from './rows.ts';

export interface ScoredSyntax extends RowSyntax {
  score: number;
}

/** How likely a delimiter is before the text was seen. */
const delimiterPriors: [string, number][] = [
  [',', 1],
  [';', 1],
  ['\t', 1],
  ['|', 1],
  [':', 0.75],
  [' ', 0.65],
  ['~', 0.9],
  ['^', 0.9],
  ['\u0001', 1],
  ['\u001f', 1],
  ['¬', 0.8],
  ['§', 0.8],
];
/** Marks put between the cells by those who trust no single one. */
const longDelimiters = ['|~|', '~|~', '^|^', '|^|', '#|#', '@|@', '+|+', '*|*', '<>', '=>'];
const doubled = [...'|:;~^#@$%&*+=!'];
const longPrior = 0.95;
const comparedLines = 200;
const scoredCharacters = 100_000;
const scoredRows = 1_500;
const singleColumnScore = 0.4;

/** `sep=;` on the first line is an instruction of Excel's. */
const separatorLine = /^"?sep=([^\r\n"]{1,4}|")"?(?:\r\n|\n|\r|$)/i;

export function separatorHint(text: string): { delimiter: string; length: number } | undefined {
  const [line, delimiter] = separatorLine.exec(text) ?? [];
  return line !== undefined && delimiter ? { delimiter, length: line.length } : undefined;
}

/**
 * Reads the text in every plausible way and keeps the one that gives the most rectangular table of the most ordinary
 * cells. `text` is the decoded beginning of the file; `isWhole` when it is all of it.
 */
export function detectSyntax(
  text: string,
  isWhole: boolean,
  fixed: Partial<RowSyntax>,
): ScoredSyntax & { confidence: number } {
  const sample = text.slice(0, scoredCharacters);
  const isLast = isWhole && sample.length === text.length;
  const candidates = listCandidates(sample, fixed)
    .map((syntax) => ({ ...syntax, score: scoreSyntax(sample, isLast, syntax) }))
    .sort((first, second) => second.score - first.score);
  const best = candidates[0] ?? { delimiter: ',', quote: '"', escape: '"', score: 0 };
  const rival = candidates.find(({ delimiter }) => delimiter !== best.delimiter);
  const lead = rival && best.score > 0 ? 1 - rival.score / best.score : 1;
  return { ...best, confidence: Math.round(Math.min(1, 0.5 + lead / 2) * 100) / 100 };
}

function listCandidates(sample: string, fixed: Partial<RowSyntax>): RowSyntax[] {
  const delimiters = fixed.delimiter !== undefined ? [fixed.delimiter] : usualDelimiters(sample);
  const present = delimiters.filter(
    (delimiter) =>
      delimiter === ',' ||
      (sample.includes(delimiter) &&
        (fixed.delimiter !== undefined || delimiter !== ':' || !hasClockTimes(sample))),
  );
  const syntaxes: RowSyntax[] = [];
  for (const delimiter of present.length > 0 ? present : delimiters) {
    for (const quote of fixed.quote !== undefined ? [fixed.quote] : ['"', "'"]) {
      if (quote === "'" && fixed.quote === undefined && !quotesCells(sample, delimiter, quote)) continue;
      const escapes =
        fixed.escape !== undefined ? [fixed.escape] : sample.includes(`\\${quote}`) ? [quote, '\\'] : [quote];
      for (const escapeCharacter of escapes) syntaxes.push({ delimiter, quote, escape: escapeCharacter });
    }
  }
  return syntaxes;
}

/** A mark that stands twice on many lines may be a delimiter; one that is never seen alone is none. */
function usualDelimiters(sample: string): string[] {
  const lines = sample.split(/\r\n|\n|\r/, comparedLines).filter((line) => line !== '');
  const isFrequent = (delimiter: string) =>
    lines.filter((line) => line.includes(delimiter)).length > lines.length * 0.4;
  const countOf = (part: string) => sample.split(part).length - 1;
  const pairs = doubled.filter((mark) => isFrequent(mark + mark));
  return [
    ...delimiterPriors
      .map(([delimiter]) => delimiter)
      .filter((mark) => !pairs.includes(mark) || countOf(mark) > 2 * countOf(mark + mark)),
    ...pairs.map((mark) => mark + mark),
    ...longDelimiters.filter(isFrequent),
  ];
}

/** Colons of clock times and addresses are no delimiters. */
function hasClockTimes(sample: string): boolean {
  return /(?:^|[^\d:])\d{1,2}:\d{2}(?::\d{2})?(?=[^\d:]|$)|:\/\//m.test(sample);
}

/** An apostrophe is a quote only where cells both start and end with it. */
function quotesCells(sample: string, delimiter: string, quote: string): boolean {
  return sample.includes(delimiter + quote) && (sample.includes(quote + delimiter) || /'\r?\n/.test(sample));
}

export function scoreSyntax(sample: string, isLast: boolean, syntax: RowSyntax): number {
  const { rows: allRows, notes } = readRows(sample, isLast, syntax, scoredRows);
  const rows = allRows.filter((row) => !isBlankRow(row));
  if (rows.length === 0) return 0;
  const width = commonWidth(rows);
  const prior =
    delimiterPriors.find(([delimiter]) => delimiter === syntax.delimiter)?.[1] ??
    (syntax.delimiter.length > 1 ? longPrior : 0.8);
  const regular = rows.filter((row) => row.length === width);
  // A preamble or a footer is forgiven: only rows inside the table count against it.
  const firstRegular = rows.findIndex((row) => row.length === width);
  const lastRegular = rows.findLastIndex((row) => row.length === width);
  const span = Math.max(1, lastRegular - firstRegular + 1);
  const rectangularity = (regular.length / span) * Math.sqrt(regular.length / rows.length);
  const quotePenalty = 1 - Math.min(0.6, (notes.strayQuotes + 3 * notes.unclosedQuotes) / rows.length);
  const quality = meanCellQuality(regular, syntax) * quotePenalty;
  if (width === 1) return singleColumnScore * quality * rectangularity;
  return prior * rectangularity ** 1.5 * quality * (1 - 0.35 / width);
}

/** The most frequent width; wider ones win ties. */
export function commonWidth(rows: string[][]): number {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  let best = 1;
  let bestCount = 0;
  for (const [width, count] of counts) {
    if (count > bestCount || (count === bestCount && width > best)) {
      best = width;
      bestCount = count;
    }
  }
  return best;
}

const kindQuality = { empty: 0.75, number: 1, date: 1, boolean: 1, token: 0.9, text: 0.8 };

function meanCellQuality(rows: string[][], syntax: RowSyntax): number {
  let total = 0;
  let count = 0;
  const step = Math.max(1, Math.floor(rows.length / 300));
  for (let index = 0; index < rows.length; index += step) {
    for (const cell of rows[index] ?? []) {
      total += cellQuality(cell, syntax);
      count += 1;
    }
  }
  return count === 0 ? 0 : total / count;
}

function cellQuality(cell: string, { quote }: RowSyntax): number {
  const kind = cellKind(cell);
  if (kind !== 'text') return kindQuality[kind];
  const trimmed = cell.trim();
  // Half a pair of quotes means that the cell was cut in two.
  const opens = trimmed.startsWith('"') || (quote === "'" && trimmed.startsWith("'"));
  const closes = trimmed.endsWith('"') || (quote === "'" && trimmed.endsWith("'"));
  if (opens !== closes && quote !== '') return 0.1;
  if (opens && closes && trimmed.length > 1) return 0.3;
  if (/[;|\t~^§¬]|::/.test(cell)) return 0.4;
  return kindQuality.text;
}
