import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { analysisReportSchema, type ColumnProfile, type ColumnType } from '#contract/report.ts';
import type { PhysicalType } from '#contract/table.ts';
import { profileParquet, withDirectory } from './harness.ts';

/** What must hold of any table, however strange. */

type Cell = number | bigint | string | null;
type Column = { name: string; physicalType: PhysicalType; cells: Cell[] };

const hardNumbers = [0, -0, 1, -1, 1e308, -1e308, 5e-324, 2 ** 53, 0.1, 0.2, 0.3, -999, 9999, 77];
const number = fc.oneof(
  fc.double(),
  fc.constantFrom(...hardNumbers, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN),
  fc.integer({ min: -5, max: 5 }),
);
const whole = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -5n, max: 5n }),
  fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, 4111111111111111n, -999n),
);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }).map((value) => value.toWellFormed()),
  fc.constantFrom(
    '',
    ' ',
    'A',
    'a',
    ' a',
    'a\0b',
    '\0',
    'n/a',
    '?',
    'Ã¼',
    'x@y.example',
    '__proto__',
    '1',
    '2024-01-02',
  ),
  fc.constantFrom('constructor', 'toString', "it's", '"quoted"', 'ß', 'ẞ', '👩‍👩‍👧', '\u3000', '1e999'),
);
/** Microseconds since 1970; before 1830 and after 2109 whole milliseconds, from the year 1 to the year 9999. */
const moment = fc.oneof(
  fc.bigInt({ min: -(2n ** 42n) * 1_000n, max: 2n ** 42n * 1_000n }),
  fc
    .bigInt({ min: -62_135_596_800_000n, max: 253_402_300_799_000n })
    .map((milliseconds) => milliseconds * 1_000n),
);
const name = fc.oneof(
  fc.constantFrom('a', 'A', '__proto__', 'constructor', 'c0', '"', "'", 'select', 'closed at', 'y'),
  fc.string({ maxLength: 6 }).map((value) => value.toWellFormed()),
);

const cellsOf: Record<PhysicalType, fc.Arbitrary<Cell>> = {
  DOUBLE: number,
  BIGINT: whole,
  VARCHAR: text,
  TIMESTAMP: moment,
};

const column = (rows: number): fc.Arbitrary<Column> =>
  fc.constantFrom<PhysicalType>('DOUBLE', 'BIGINT', 'VARCHAR', 'TIMESTAMP').chain((physicalType) =>
    fc.record({
      name,
      physicalType: fc.constant(physicalType),
      cells: fc.oneof(
        fc.array(fc.option(cellsOf[physicalType]), { minLength: rows, maxLength: rows }),
        // all missing, constant, few different ones
        fc.constant(new Array<Cell>(rows).fill(null)),
        cellsOf[physicalType].map((cell) => new Array<Cell>(rows).fill(cell)),
        fc
          .array(cellsOf[physicalType], { minLength: 1, maxLength: 3 })
          .chain((few) => fc.array(fc.constantFrom(...few), { minLength: rows, maxLength: rows })),
      ),
    }),
  );

const table = fc
  .integer({ min: 1, max: 60 })
  .chain((rows) => fc.array(column(rows), { minLength: 1, maxLength: 5 }))
  .chain((columns) =>
    fc.record({
      columns: fc.constant(columns),
      target: fc.option(fc.integer({ min: 0, max: columns.length - 1 })),
      repeats: fc.constantFrom(1, 1, 3),
    }),
  );

const typeOf: Record<PhysicalType, ColumnType> = {
  DOUBLE: 'number',
  BIGINT: 'integer',
  VARCHAR: 'category',
  TIMESTAMP: 'datetime',
};

function literal(cell: Cell, physicalType: PhysicalType): string {
  if (cell === null) return 'NULL';
  if (physicalType === 'TIMESTAMP') return `make_timestamp(${cell})`;
  if (physicalType === 'BIGINT') return `'${cell}'::BIGINT`;
  if (physicalType === 'DOUBLE') return `'${cell}'::DOUBLE`;
  const parts = String(cell)
    .split('\0')
    .map((part) => `'${part.replaceAll("'", "''")}'`);
  return `(${parts.join(' || chr(0) || ')})`;
}

async function writeParquet(file: string, columns: Column[], repeats: number): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const rows = columns[0]?.cells.length ?? 0;
  const values = Array.from({ length: rows }, (_, row) => {
    const cells = columns.map(({ cells: own, physicalType }) => literal(own[row] ?? null, physicalType));
    return `(${cells.join(', ')})`;
  });
  const list = columns.map(({ physicalType }, index) => `c${index}::${physicalType} AS c${index}`).join(', ');
  await connection.run(
    `COPY (SELECT ${list} FROM (VALUES ${values.join(', ')}) AS v(${columns.map((_, index) => `c${index}`).join(', ')}), range(${repeats}))
     TO '${file}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
}

const analyse = ({
  columns,
  target,
  repeats,
}: {
  columns: Column[];
  target: number | null;
  repeats: number;
}) =>
  withDirectory(async (directory) => {
    const parquet = join(directory, 'table.parquet');
    await writeParquet(parquet, columns, repeats);
    return profileParquet(
      directory,
      parquet,
      columns.map(({ name: own, physicalType }, position) => ({
        ...{ name: own, physicalName: `c${position}`, position, physicalType },
        ...{ type: typeOf[physicalType], semanticType: 'any', confidence: 1 },
      })),
      target === null ? null : `c${target}`,
    );
  });

/** Equal in the sense of the engine: -0 is 0, NaN is itself. */
const keyOf = (cell: Cell) => (cell === 0 ? '0' : `${typeof cell} ${cell}`);

function expectCounts(own: ColumnProfile, { cells }: Column, repeats: number): void {
  const present = cells.filter((cell) => cell !== null);
  const counts = new Map<string, number>();
  for (const cell of present) counts.set(keyOf(cell), (counts.get(keyOf(cell)) ?? 0) + repeats);
  const sorted = [...counts.values()].sort((first, second) => second - first);
  expect({
    rows: own.rowCount,
    values: own.valueCount,
    missing: own.missingCount,
    distinct: own.distinctCount,
    top: own.topValues.map(({ count }) => count),
    constant: own.isConstant,
    unique: own.isUnique,
  }).toEqual({
    rows: cells.length * repeats,
    values: present.length * repeats,
    missing: (cells.length - present.length) * repeats,
    distinct: counts.size,
    top: sorted.slice(0, 10),
    constant: counts.size <= 1,
    unique: counts.size === cells.length * repeats,
  });
}

function expectNumbers({ numeric, valueCount }: ColumnProfile): void {
  if (!numeric) return;
  const { min, lowerQuartile, median, upperQuartile, max, mean, histogram, infiniteCount } = numeric;
  const order = [min, lowerQuartile, median, upperQuartile, max].filter((value) => value !== null);
  const rounding = 1e-13 * Math.max(...order.map(Math.abs), 0);
  for (const [index, value] of order.slice(1).entries())
    expect(value).toBeGreaterThanOrEqual((order[index] as number) - rounding);
  if (mean !== null && min !== null && max !== null) {
    expect(mean).toBeGreaterThanOrEqual(min - rounding);
    expect(mean).toBeLessThanOrEqual(max + rounding);
  }
  const binned = histogram?.counts.reduce((sum, count) => sum + count, 0);
  if (binned !== undefined) expect(binned).toBe(valueCount - infiniteCount);
}

describe('the analysis of any table', () => {
  test('is sound: it counts right, keeps to its ranges, and is finite', { timeout: 120_000 }, () =>
    fc.assert(
      fc.asyncProperty(table, async (given) => {
        const report = await analyse(given);
        // every range, enum and integer of the contract, and no NaN or infinity: those would not survive JSON
        expect(analysisReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
        const { columns, overview, missingness, target, recommendations } = report;
        for (const [index, own] of columns.entries()) {
          expectCounts(own, given.columns[index] as Column, given.repeats);
          expectNumbers(own);
        }
        const rows = (given.columns[0]?.cells.length ?? 0) * given.repeats;
        expect(overview.duplicateRows).toBeGreaterThanOrEqual(rows - rows / given.repeats);
        expect(missingness.patterns.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBeLessThanOrEqual(
          rows,
        );
        expect(target?.column ?? null).toBe(given.target === null ? null : `c${given.target}`);
        expect(recommendations.map(({ priority }) => priority)).toEqual(
          recommendations.map((_, index) => index + 1),
        );
      }),
      { seed: 23, numRuns: 150, interruptAfterTimeLimit: 12_000, markInterruptAsFailure: false },
    ),
  );

  test('does not depend on the run', { timeout: 60_000 }, () =>
    fc.assert(
      fc.asyncProperty(table, async (given) => {
        expect(await analyse(given)).toEqual(await analyse(given));
      }),
      { seed: 29, numRuns: 10, interruptAfterTimeLimit: 5_000, markInterruptAsFailure: false },
    ),
  );
});
