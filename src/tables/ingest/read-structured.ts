import { type Engine, quoteIdentifier, quoteText } from '#tables/engine.ts';
import { TableError } from '#tables/errors.ts';
import { nameColumns } from './names.ts';
import type { RawTable, ReadingRules } from './read-rows.ts';

/** Parquet and JSON carry their own columns; their values go through the same typing as text. */
export async function readStructured(
  engine: Engine,
  file: { kind: 'parquet' | 'json'; path: string },
  { maximumColumns }: ReadingRules,
): Promise<RawTable> {
  const isJson = file.kind === 'json';
  const source = isJson
    ? `read_json(${quoteText(file.path)}, format='auto', maximum_depth=1, sample_size=-1, map_inference_threshold=-1)`
    : `read_parquet(${quoteText(file.path)})`;
  try {
    const described = await engine.rows(`DESCRIBE SELECT * FROM ${source}`);
    const given = described.map(([name]) => String(name));
    if (given.length > maximumColumns) {
      throw new TableError(
        'TOO_MANY_COLUMNS',
        `The table has ${given.length} columns; at most ${maximumColumns} are read.`,
      );
    }
    const list = given.map((name, index) => `${textOf(name, isJson)} AS r${index}`);
    await engine.run('DROP TABLE IF EXISTS raw');
    await engine.run(`CREATE TABLE raw AS SELECT ${list.join(', ')} FROM ${source}`);
    const [rowCount] = await engine.row('SELECT count(*) FROM raw');
    if (Number(rowCount) === 0) {
      throw new TableError(
        'NO_DATA_ROWS',
        `The file has ${given.length} columns and no rows. Export the data too.`,
      );
    }
    const { names } = nameColumns(given, given.length);
    return { names, rowCount: Number(rowCount), dialect: null, warnings: [], noteCells: [] };
  } catch (error) {
    if (error instanceof TableError) throw error;
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    const where = /line (\d+)/i.exec(reason)?.[1];
    throw new TableError(
      'MALFORMED_FILE',
      `The ${isJson ? 'JSON' : 'Parquet'} file is damaged or not a table of records${where ? ` (line ${where})` : ''}. Export it again.`,
      where ? { line: Number(where) } : undefined,
    );
  }
}

/** With depth 1 every JSON value is of type JSON: a string is unwrapped, anything nested stays as its text. */
function textOf(name: string, isJson: boolean): string {
  const column = quoteIdentifier(name);
  return isJson ? `${column} ->> '$'` : `CAST(${column} AS VARCHAR)`;
}
