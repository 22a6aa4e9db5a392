import type { TableWarning } from '#contract/table.ts';
import { type Engine, inBatches, quoteIdentifier, quoteText } from '#tables/engine.ts';
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
    if (!isJson) refuseNested(described.map(([name, type]) => ({ name: String(name), type: String(type) })));
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
    const nested = isJson ? await findNested(engine, names) : [];
    if (Number(rowCount) === 1 && nested.some(({ isList }) => isList)) throw wrapped(nested);
    return {
      names,
      rowCount: Number(rowCount),
      dialect: null,
      warnings: nestedWarning(nested),
      noteCells: [],
    };
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

/** Lists, structures and bytes are no values of a cell; their text would only look like some. */
function refuseNested(columns: { name: string; type: string }[]): void {
  const nested = columns.filter(({ type }) => /\[\d*\]$|^(?:STRUCT|MAP|UNION|BLOB|VARIANT)\b/.test(type));
  if (nested.length === 0) return;
  const shown = nested.slice(0, 3).map(({ name, type }) => `"${name}" (${type.slice(0, 40)})`);
  throw new TableError(
    'UNSUPPORTED_FORMAT',
    `${nested.length} columns of the Parquet file hold no plain values: ${shown.join(', ')}${nested.length > 3 ? ', …' : ''}. Flatten or drop them.`,
    { column: nested[0]?.name ?? '' },
  );
}

interface NestedColumn {
  name: string;
  isList: boolean;
}

/** Columns of a JSON file with values that are objects or lists themselves. */
async function findNested(engine: Engine, names: string[]): Promise<NestedColumn[]> {
  const found: NestedColumn[] = [];
  for (const batch of inBatches([...names.keys()], columnsTogether)) {
    const parts = batch.flatMap((index) => [
      `bool_or(r${index} LIKE '[%]' AND json_valid(r${index}))`,
      `bool_or(r${index} LIKE '{%}' AND json_valid(r${index}))`,
    ]);
    const row = await engine.row(`SELECT ${parts.join(', ')} FROM raw`);
    for (const [place, index] of batch.entries()) {
      const isList = row[place * 2] === true;
      if (isList || row[place * 2 + 1] === true) found.push({ name: names[index] ?? '', isList });
    }
  }
  return found;
}

function wrapped(nested: NestedColumn[]): TableError {
  const name = nested.find(({ isList }) => isList)?.name ?? '';
  return new TableError(
    'NOT_TABULAR',
    `The JSON file is one object, and its rows are inside of "${name}". Upload that list by itself, as an array of objects or one object a line.`,
    { column: name },
  );
}

function nestedWarning(nested: NestedColumn[]): TableWarning[] {
  if (nested.length === 0) return [];
  const shown = nested.slice(0, 5).map(({ name }) => `"${name}"`);
  return [
    {
      code: 'NESTED_VALUES',
      message: `Objects and lists inside of ${shown.join(', ')}${nested.length > 5 ? ', …' : ''} were kept as text.`,
      count: nested.length,
    },
  ];
}

const columnsTogether = 200;

/** With depth 1 every JSON value is of type JSON: a string is unwrapped, anything nested stays as its text. */
function textOf(name: string, isJson: boolean): string {
  const column = quoteIdentifier(name);
  return isJson ? `${column} ->> '$'` : `CAST(${column} AS VARCHAR)`;
}
