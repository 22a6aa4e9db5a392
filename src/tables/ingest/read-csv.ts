import { type Engine, quoteText } from '#tables/engine.ts';
import type { RowSyntax } from './rows.ts';

export interface CsvSource {
  path: string;
  syntax: RowSyntax;
  hasHeader: boolean;
  width: number;
  longestRowBytes: number;
}

const defaultLineBytes = 2_000_000;

/** Statement that reads the file as text columns `r0`…; nothing is guessed. */
export function readCsvSql({ path, syntax, hasHeader, width, longestRowBytes }: CsvSource): string {
  const columns = Array.from({ length: width }, (_, index) => `'r${index}': 'VARCHAR'`).join(', ');
  const options = [
    'auto_detect=false',
    `columns={${columns}}`,
    `delim=${quoteText(syntax.delimiter)}`,
    `quote=${quoteText(syntax.quote)}`,
    `escape=${quoteText(syntax.quote === '' ? '' : syntax.escape)}`,
    `header=${hasHeader}`,
    'null_padding=false',
    'compression=none',
    "encoding='utf-8'",
  ];
  // Larger than needed costs a buffer of sixteen times the size.
  if (longestRowBytes > defaultLineBytes * 0.9)
    options.push(`max_line_size=${Math.ceil(longestRowBytes * 1.1)}`);
  return `SELECT * FROM read_csv(${quoteText(path)}, ${options.join(', ')})`;
}

/** Loads the file into the table `raw`, in file order. False when the engine refuses it or counts other rows than we did. */
export async function loadRaw(engine: Engine, source: CsvSource, expectedRows: number): Promise<boolean> {
  await engine.run('DROP TABLE IF EXISTS raw');
  try {
    await engine.run(`CREATE TABLE raw AS ${readCsvSql(source)}`);
  } catch (error) {
    // The engine's own complaints carry its name in front; limits and cancellation are typed and go up.
    if (error instanceof Error && /^(Invalid Input|Conversion|Binder|Parser|IO) Error/.test(error.message))
      return false;
    throw error;
  }
  const [count] = await engine.row('SELECT count(*) FROM raw');
  return count === expectedRows;
}
