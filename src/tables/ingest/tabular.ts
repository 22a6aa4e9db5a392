import { TableError } from '#tables/errors.ts';
import type { Layout } from './layout.ts';
import { isBlankRow } from './rows.ts';

const sampledLines = 500;

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
  if (hasChosenDelimiter || text.includes('"')) return;
  const filled = rows.filter((row) => !isBlankRow(row));
  const regular = filled.filter((row) => row.length === layout.width).length;
  // Cells of a real table may hold sentences: then its rows are all alike.
  if (layout.width > 1 && regular > filled.length * 0.9) return;
  const lines = text.split(/\r\n|\n|\r/, sampledLines).filter((line) => line.trim() !== '');
  const sentences = lines.filter(
    (line) => line.trim().split(/\s+/).length >= 8 && /[.!?;:][")'’”]*\s*$/.test(line),
  );
  if (lines.length >= 3 && sentences.length > lines.length * 0.6) {
    throw new TableError(
      'NOT_TABULAR',
      `The file reads like running text: ${sentences.length} of the first ${lines.length} lines are sentences. Upload a CSV, or name the delimiter.`,
      { line: 1 },
    );
  }
}
