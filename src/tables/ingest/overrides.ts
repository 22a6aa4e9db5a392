import type { Dialect } from '#contract/table.ts';
import { TableError } from '#tables/errors.ts';

const longestDelimiter = 4;
const mostSkippedRows = 1_000_000;

export interface DialectFault {
  field: keyof Dialect;
  message: string;
}

/** What cannot be used of a dialect that was told; encoding and sheet are looked up where they are used. */
export function faultOfDialect(dialect: Partial<Record<keyof Dialect, unknown>>): DialectFault | undefined {
  const {
    delimiter,
    quote,
    escape: escapeCharacter,
    hasHeader,
    skipRows,
    decimal,
    encoding,
    sheet,
  } = dialect;
  const faults: [keyof Dialect, boolean, string][] = [
    [
      'delimiter',
      delimiter !== undefined && !isPiece(delimiter, 1, longestDelimiter),
      `Use one to ${longestDelimiter} characters, none of them a line end.`,
    ],
    [
      'quote',
      quote !== undefined && !isPiece(quote, 0, 1),
      'Use one character, or none when cells are not quoted.',
    ],
    [
      'escape',
      escapeCharacter !== undefined && !isPiece(escapeCharacter, quote === '' ? 0 : 1, 1),
      'Use one character: the quote itself, or a backslash.',
    ],
    [
      'delimiter',
      typeof quote === 'string' && quote !== '' && typeof delimiter === 'string' && delimiter.includes(quote),
      'It is the quote too: use two different characters.',
    ],
    ['hasHeader', hasHeader !== undefined && typeof hasHeader !== 'boolean', 'Use true or false.'],
    [
      'skipRows',
      skipRows !== undefined && !(Number.isInteger(skipRows) && isWithin(Number(skipRows))),
      `Use a whole number from 0 to ${mostSkippedRows}.`,
    ],
    ['decimal', decimal !== undefined && decimal !== '.' && decimal !== ',', 'Use a point or a comma.'],
    ['encoding', encoding !== undefined && typeof encoding !== 'string', 'Use a name such as utf-8.'],
    ['sheet', sheet !== undefined && typeof sheet !== 'string', 'Use the name of a sheet.'],
  ];
  const fault = faults.find(([, isWrong]) => isWrong);
  return fault && { field: fault[0], message: fault[2] };
}

/** @throws TableError INVALID_DIALECT */
export function refuseInvalid(dialect: Partial<Dialect>): void {
  const fault = faultOfDialect(dialect);
  if (!fault) return;
  const { field, message } = fault;
  throw new TableError(
    'INVALID_DIALECT',
    `The ${field} ${JSON.stringify(dialect[field])} cannot be used. ${message}`,
  );
}

function isPiece(text: unknown, shortest: number, longest: number): boolean {
  return (
    typeof text === 'string' && text.length >= shortest && text.length <= longest && !/[\r\n]/.test(text)
  );
}

function isWithin(rows: number): boolean {
  return rows >= 0 && rows <= mostSkippedRows;
}
