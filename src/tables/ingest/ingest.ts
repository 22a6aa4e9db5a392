import { rename, rm, stat } from 'node:fs/promises';
import type { Dialect } from '#contract/table.ts';
import { type Engine, inBatches, openEngine, quoteText } from '#tables/engine.ts';
import { TableError } from '#tables/errors.ts';
import type { ExpectedSchema, IngestResult, IngestSpec, TableTaskContext } from '#tables/tasks.ts';
import { type OpenedFile, openContainer } from './container.ts';
import { lacksMost, matchColumns, typeByExpectation } from './expected.ts';
import { refuseInvalid } from './overrides.ts';
import type { RawTable } from './read-rows.ts';
import { readStructured } from './read-structured.ts';
import { readText } from './read-text.ts';
import { readWorkbook } from './read-workbook.ts';
import { type TypedColumn, type TypedTable, typeColumns } from './type-columns.ts';

/** Reads an uploaded file, finds its columns' types and leaves a canonical Parquet copy. */
export async function ingest(spec: IngestSpec, context: TableTaskContext): Promise<IngestResult> {
  const { onProgress, signal, temporaryDirectory } = context;
  refuseInvalid(spec.overrides?.dialect ?? {});
  onProgress({ fraction: 0.01, stage: 'open', message: `Opening ${spec.fileName}` });
  const file = await openContainer(spec.source, temporaryDirectory, signal);
  const engine = await openEngine(context);
  try {
    const table = await readRaw(engine, file, spec, context);
    onProgress({
      fraction: 0.55,
      stage: 'types',
      message: `Finding the types of ${table.names.length} columns`,
    });
    const expected = spec.overrides?.expected;
    const typed = expected
      ? await typeByExpectation(engine, table, expected)
      : await detectTypes(engine, table, spec.overrides ?? {}, (fraction) =>
          onProgress({ fraction: 0.55 + 0.2 * fraction, stage: 'types', message: 'Checking the types' }),
        );
    onProgress({ fraction: 0.75, stage: 'store', message: 'Writing the table' });
    const byteSize = await storeParquet(engine, typed.columns, spec.parquet);
    onProgress({ fraction: 1, stage: 'store', message: `${table.rowCount} rows stored` });
    return {
      rowCount: table.rowCount,
      columns: typed.columns.map(({ raw: _raw, sql: _sql, ...column }) => column),
      dialect: describeDialect(table, typed),
      format: file.kind === 'text' ? 'csv' : file.kind,
      warnings: [...table.warnings, ...typed.warnings],
      byteSize,
    };
  } finally {
    engine.close();
  }
}

const defaultMaximumColumns = 10_000;

async function readRaw(
  engine: Engine,
  file: OpenedFile,
  { overrides, maximumColumns = defaultMaximumColumns }: IngestSpec,
  context: TableTaskContext,
): Promise<RawTable> {
  const expected = overrides?.expected;
  const rules = { maximumColumns, keepsEmptyRows: expected !== undefined };
  const { kind } = file;
  if (kind === 'parquet' || kind === 'json') return readStructured(engine, { kind, path: file.path }, rules);
  const read = (dialect: Partial<Dialect>) =>
    kind === 'text'
      ? readText(engine, file, dialect, rules, context)
      : readWorkbook(engine, { kind, path: file.path }, dialect, rules, context);
  if (!expected) return read(overrides?.dialect ?? {});
  const table = await read({ ...trainingReading(expected), ...overrides?.dialect });
  if (!lacksMost(expected, matchColumns(expected, table.names))) return table;
  // The file may be cut by other characters than the training file; its header is then found by our own detection.
  const { hasHeader } = trainingReading(expected);
  return read({ ...(hasHeader === undefined ? {} : { hasHeader }), ...overrides?.dialect });
}

/** Encoding, sheet and the lines above the table belong to one file; the cutting of cells is shared. */
function trainingReading({ dialect }: ExpectedSchema): Partial<Dialect> {
  if (!dialect) return {};
  const { skipRows: _lines, encoding: _encoding, newline: _newline, sheet: _sheet, ...shared } = dialect;
  return shared;
}

async function detectTypes(
  engine: Engine,
  table: RawTable,
  { dialect: { decimal: told } = {}, columnTypes = [] }: NonNullable<IngestSpec['overrides']>,
  onProgress: (fraction: number) => void,
): Promise<TypedTable> {
  const forced = new Map(columnTypes.map(({ name, type }) => [name, type]));
  const unknown = columnTypes.find(({ name }) => !table.names.includes(name));
  if (unknown) {
    throw new TableError(
      'UNKNOWN_COLUMN',
      `There is no column "${unknown.name}" to give a type to. Use a name as shown in the table.`,
      {
        column: unknown.name,
      },
    );
  }
  const { dialect } = table;
  // Semicolons part the cells where the comma is the decimal mark.
  const decimal = told ?? (dialect?.delimiter === ';' ? ',' : undefined);
  return typeColumns(engine, table, { decimal, isDecimalCertain: told !== undefined, forced }, onProgress);
}

/** Planning many expressions in one statement takes time that grows with their square. */
const expressionsTogether = 200;

async function storeParquet(engine: Engine, columns: TypedColumn[], parquet: string): Promise<number> {
  const partial = `${parquet}.partial`;
  const batches = inBatches(columns, expressionsTogether).map((batch) => {
    const list = batch.map(({ sql, physicalName }) => `${sql} AS ${physicalName}`).join(', ');
    return `SELECT ${list} FROM raw`;
  });
  let query = batches[0] ?? '';
  if (batches.length > 1) {
    // Each part keeps the order of the rows, so that they can be laid side by side again.
    for (const [index, select] of batches.entries())
      await engine.run(`CREATE TABLE part${index} AS ${select}`);
    await engine.run('DROP TABLE raw');
    query = `SELECT * FROM ${batches.map((_, index) => `part${index}`).join(' POSITIONAL JOIN ')}`;
  }
  try {
    await engine.run(`COPY (${query}) TO ${quoteText(partial)} (FORMAT parquet, COMPRESSION zstd)`);
    await rename(partial, parquet);
  } finally {
    await rm(partial, { force: true });
  }
  return (await stat(parquet)).size;
}

function describeDialect({ dialect }: RawTable, typed: TypedTable): IngestResult['dialect'] {
  if (!dialect) return null;
  const usesComma = typed.columns.some(
    ({ physicalType, format }) => physicalType === 'DOUBLE' && format.decimal === ',',
  );
  return {
    ...dialect,
    decimal: usesComma ? ',' : dialect.decimal,
    repairs: [...dialect.repairs, ...typed.repairs],
  };
}
