import type { Dialect } from '#contract/table.ts';
import { TableError } from '#tables/errors.ts';

const longestDelimiter = 4;
const mostSkippedRows = 1_000_000;

/** What is told about a dialect comes from outside; the encoding and the sheet are looked up where they are used. */
export function refuseInvalid(dialect: Partial<Dialect>): void {
  const { delimiter, quote, escape: escapeCharacter, hasHeader, skipRows, decimal } = dialect;
  const wrong = (what: string, use: string): TableError =>
    new TableError(
      'INVALID_DIALECT',
      `The ${what} ${JSON.stringify(dialect[what as keyof Dialect])} cannot be used. ${use}`,
    );
  if (delimiter !== undefined && !isPiece(delimiter, 1, longestDelimiter))
    throw wrong('delimiter', `Use one to ${longestDelimiter} characters, none of them a line end.`);
  if (quote !== undefined && !isPiece(quote, 0, 1))
    throw wrong('quote', 'Use one character, or none when cells are not quoted.');
  if (escapeCharacter !== undefined && !isPiece(escapeCharacter, 0, 1))
    throw wrong('escape', 'Use one character: the quote itself, or a backslash.');
  if (delimiter !== undefined && quote !== undefined && quote !== '' && delimiter.includes(quote))
    throw wrong('delimiter', 'It is the quote too: use two different characters.');
  if (hasHeader !== undefined && typeof hasHeader !== 'boolean')
    throw wrong('hasHeader', 'Use true or false.');
  if (skipRows !== undefined && !(Number.isInteger(skipRows) && skipRows >= 0 && skipRows <= mostSkippedRows))
    throw wrong('skipRows', `Use a whole number from 0 to ${mostSkippedRows}.`);
  if (decimal !== undefined && decimal !== '.' && decimal !== ',')
    throw wrong('decimal', 'Use a point or a comma.');
}

function isPiece(text: unknown, shortest: number, longest: number): boolean {
  return (
    typeof text === 'string' && text.length >= shortest && text.length <= longest && !/[\r\n\0]/.test(text)
  );
}
