import { TableError } from '#tables/errors.ts';
import type { Layout } from './layout.ts';
import { isBlankRow } from './rows.ts';

/** Markup and running text are refused: reading them as a one-column table would only look like success. */
export function refuseProse(
  text: string,
  rows: string[][],
  layout: Layout,
  hasChosenDelimiter: boolean,
): void {
  const start = text.trimStart().slice(0, 200).toLowerCase();
  if (/^<(?:!doctype|html|\?xml|head|body|svg|rss|table)\b/.test(start)) {
    const what = start.startsWith('<?xml') ? 'an XML document' : 'a web page';
    throw new TableError(
      'NOT_TABULAR',
      `The file is ${what}, not a table. If a download link was saved, open it in a browser and export the table as CSV.`,
      { line: 1 },
    );
  }
  if (hasChosenDelimiter || layout.width > 1) return;
  const lines = rows.filter((row) => !isBlankRow(row)).map((row) => (row[0] ?? '').trim());
  const sentences = lines.filter(
    (line) => line.split(/\s+/).length >= 8 && /[.!?,;:]["')]?$|[a-z], [a-z]/.test(line),
  );
  const wasQuoted = text.includes('"');
  if (lines.length >= 3 && !wasQuoted && sentences.length > lines.length * 0.6) {
    throw new TableError(
      'NOT_TABULAR',
      `The file reads like running text: ${sentences.length} of the first ${lines.length} lines are sentences. Upload a CSV, or name the delimiter.`,
      { line: 1 },
    );
  }
}
