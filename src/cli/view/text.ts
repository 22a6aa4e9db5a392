/** Text of others as it may be shown on a terminal: nothing in it moves the cursor or changes colours. */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '�');
}

/** The same on one line, cut where it is too long. */
export function oneLine(text: string, longest = Number.POSITIVE_INFINITY): string {
  const line = plainText(text.replace(/\s*\n\s*/g, ' ').replaceAll('\t', ' '));
  return line.length > longest ? `${line.slice(0, Math.max(0, longest - 1))}…` : line;
}

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

const codes: Record<Style, [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
};

export type Paint = (style: Style, text: string) => string;

export const withColour: Paint = (style, text) =>
  `\u001b[${codes[style][0]}m${text}\u001b[${codes[style][1]}m`;
export const withoutColour: Paint = (_style, text) => text;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of `withColour`
const colourPattern = /(\u001b\[\d+m)/g;

const visibleLength = (text: string) => text.replace(colourPattern, '').length;

/**
 * Columns side by side, as wide as their widest cell; `right` names those that are aligned to the right. The last cell
 * of a row that is shorter than the first one runs on over the columns that it does not have.
 */
export function alignColumns(rows: string[][], right: number[] = []): string[] {
  const columns = rows[0]?.length ?? 0;
  const runsOn = (row: string[], index: number) => index < columns - 1 && index === row.length - 1;
  const widths = Array.from({ length: columns }, (_, index) =>
    Math.max(...rows.map((row) => (runsOn(row, index) ? 0 : visibleLength(row[index] ?? '')))),
  );
  return rows.map((row) =>
    row
      .map((cell, index) => {
        const gap = ' '.repeat(Math.max(0, (widths[index] ?? 0) - visibleLength(cell)));
        return right.includes(index) && !runsOn(row, index) ? gap + cell : cell + gap;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Cuts a line to so many columns; colours stay whole and end with it. */
export function cutLine(line: string, columns: number): string {
  if (visibleLength(line) <= columns) return line;
  let shown = '';
  let left = columns - 1;
  for (const part of line.split(colourPattern)) {
    if (part.startsWith('\u001b[')) shown += part;
    else {
      shown += part.slice(0, Math.max(0, left));
      left -= part.length;
    }
  }
  return `${shown}…`;
}
