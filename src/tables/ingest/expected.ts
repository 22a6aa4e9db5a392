import type { TableWarning } from '#contract/table.ts';
import { type Engine, inBatches } from '#tables/engine.ts';
import { TableError } from '#tables/errors.ts';
import type { ExpectedSchema } from '#tables/tasks.ts';
import { presentSql, valueSql } from './column-sql.ts';
import type { RawTable } from './read-rows.ts';
import type { TypedColumn, TypedTable } from './type-columns.ts';

/** Place of each expected column in the file: by exact name, else by the name without case and outer spaces. */
export function matchColumns(expected: ExpectedSchema, names: string[]): Map<string, number> {
  const exact = new Map(names.map((name, index) => [name, index]));
  const loose = new Map<string, number>();
  for (const [index, name] of names.entries()) if (!loose.has(fold(name))) loose.set(fold(name), index);
  const matches = new Map<string, number>();
  for (const { name, physicalName } of expected.columns) {
    const index = exact.get(name) ?? loose.get(fold(name));
    if (index !== undefined) matches.set(physicalName, index);
  }
  return matches;
}

function fold(name: string): string {
  return name.trim().toLowerCase();
}

/** True when too few columns were found to read the file by this schema. */
export function lacksMost(expected: ExpectedSchema, matches: Map<string, number>): boolean {
  const features = expected.columns.filter(({ physicalName }) => physicalName !== expected.target);
  const absent = features.filter(({ physicalName }) => !matches.has(physicalName)).length;
  return absent > features.length / 2;
}

/** Reads the raw table by the training schema: same columns, same types, every row kept. */
export async function typeByExpectation(
  engine: Engine,
  table: RawTable,
  expected: ExpectedSchema,
): Promise<TypedTable> {
  const matches = matchColumns(expected, table.names);
  const isFeature = (column: { physicalName: string }) => column.physicalName !== expected.target;
  const absent = expected.columns.filter((column) => isFeature(column) && !matches.has(column.physicalName));
  if (lacksMost(expected, matches)) {
    const names = absent.slice(0, 5).map(({ name }) => `"${name}"`);
    throw new TableError(
      'MISSING_COLUMNS',
      `${absent.length} of the ${expected.columns.filter(isFeature).length} columns that the model needs are not in the file: ${names.join(', ')}${absent.length > 5 ? ', …' : ''}. Name the columns as in the training data.`,
      { line: 1 },
    );
  }
  const warnings: TableWarning[] = absent.map(({ name, physicalName }) => ({
    code: 'COLUMN_MISSING',
    message: `"${name}" is not in the file: its values are taken as missing.`,
    column: physicalName,
    count: table.rowCount,
  }));
  const used = new Set(matches.values());
  const extra = table.names.filter((_, index) => !used.has(index));
  if (extra.length > 0) {
    warnings.push({
      code: 'COLUMNS_IGNORED',
      message: `Columns that the training data did not have were ignored: ${extra
        .slice(0, 5)
        .map((name) => `"${name}"`)
        .join(', ')}${extra.length > 5 ? ', …' : ''}.`,
      count: extra.length,
    });
  }
  const columns: TypedColumn[] = expected.columns.map((column, position) => {
    const index = matches.get(column.physicalName);
    const raw = index === undefined ? 'NULL' : `r${index}`;
    const sql =
      index === undefined
        ? `CAST(NULL AS ${column.physicalType})`
        : valueSql(raw, column.physicalType, column.format);
    return {
      ...column,
      position,
      semanticType: column.type,
      confidence: 1,
      nullCount: table.rowCount,
      raw,
      sql,
    };
  });
  for (const batch of inBatches(
    columns.filter(({ raw }) => raw !== 'NULL'),
    50,
  )) {
    const parts = batch.flatMap(({ raw, sql, physicalType, format }) => [
      `count(${presentSql(raw, physicalType, format)})`,
      `count(${sql})`,
    ]);
    const row = await engine.row(`SELECT ${parts.join(', ')} FROM raw`);
    for (const [place, column] of batch.entries()) {
      const present = Number(row[place * 2]);
      const fitting = Number(row[place * 2 + 1]);
      column.nullCount = table.rowCount - fitting;
      column.confidence = present === 0 ? 1 : fitting / present;
      if (fitting === present) continue;
      warnings.push({
        code: 'UNREADABLE_VALUES',
        message: `${present - fitting} values of "${column.name}" do not fit its type in the training data (${column.type}) and were left empty.`,
        column: column.physicalName,
        count: present - fitting,
      });
    }
  }
  return { columns, repairs: [], warnings };
}
