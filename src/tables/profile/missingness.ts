import type { AnalysisReport } from '#contract/report.ts';
import type { Engine } from '#tables/engine.ts';
import { share, tidy } from './columns.ts';

type Missingness = AnalysisReport['missingness'];

/** A pattern is one bit a column in one 64-bit word. */
const patternColumns = 60;
const matrixSize = 30;
const pairCount = 100;
const patternCount = 20;

/** Which cells are empty together. The mechanism is judged elsewhere, on the sample. */
export async function profileMissingness(
  engine: Engine,
  missing: { column: string; missingCount: number }[],
  rowCount: number,
): Promise<Omit<Missingness, 'mechanism' | 'mechanismReason' | 'mechanismTest' | 'mechanismSampleRows'>> {
  const columns = missing.map(({ column, missingCount }) => ({
    column,
    missingCount,
    missingFraction: share(missingCount, rowCount),
  }));
  const gaps = missing
    .filter(({ missingCount }) => missingCount > 0)
    .sort((first, second) => second.missingCount - first.missingCount)
    .slice(0, patternColumns);
  if (gaps.length === 0) {
    const complete = { columns: [], rowCount, fraction: 1 };
    return {
      columns,
      pairs: [],
      matrixColumns: [],
      matrix: [],
      patterns: [complete],
      completeRows: rowCount,
    };
  }
  const bits = gaps.map(
    ({ column }, bit) => `CASE WHEN ${column} IS NULL THEN ${2n ** BigInt(bit)} ELSE 0 END`,
  );
  await engine.run(
    `CREATE OR REPLACE TABLE patterns AS SELECT (${bits.join(' + ')})::BIGINT AS mask, count(*) AS n FROM t GROUP BY mask`,
  );
  const top = await engine.rows(
    `SELECT list_transform(range(0, ${gaps.length}), b -> (mask >> b) & 1), n FROM patterns ORDER BY n DESC, mask LIMIT ${patternCount}`,
  );
  const patterns = top.map(([flags, count]) => ({
    columns: gaps.filter((_, bit) => (flags as number[])[bit] === 1).map(({ column }) => column),
    rowCount: Number(count),
    fraction: share(Number(count), rowCount),
  }));
  const inMatrix = gaps.slice(0, matrixSize);
  const matrix = await countTogether(engine, inMatrix);
  return {
    columns,
    pairs: rankPairs(inMatrix, matrix, rowCount),
    matrixColumns: inMatrix.map(({ column }) => column),
    matrix,
    patterns,
    completeRows: await countComplete(engine, missing),
  };
}

async function countTogether(engine: Engine, gaps: { missingCount: number }[]): Promise<number[][]> {
  const matrix = gaps.map(() => gaps.map(() => 0));
  const pairs = gaps.flatMap((_, first) =>
    gaps.slice(0, first).map((__, second) => [first, second] as const),
  );
  const parts = pairs.map(([first, second]) => {
    const both = 2n ** BigInt(first) + 2n ** BigInt(second);
    return `coalesce(sum(n) FILTER (mask & ${both} = ${both}), 0)::BIGINT`;
  });
  const row = parts.length > 0 ? await engine.row(`SELECT ${parts.join(', ')} FROM patterns`) : [];
  for (const [index, [first, second]] of pairs.entries()) {
    (matrix[first] as number[])[second] = Number(row[index]);
    (matrix[second] as number[])[first] = Number(row[index]);
  }
  for (const [index, { missingCount }] of gaps.entries()) (matrix[index] as number[])[index] = missingCount;
  return matrix;
}

function rankPairs(
  gaps: { column: string; missingCount: number }[],
  matrix: number[][],
  rowCount: number,
): Missingness['pairs'] {
  const pairs: Missingness['pairs'] = [];
  for (const [first, left] of gaps.entries()) {
    for (const [second, right] of gaps.entries()) {
      const bothMissing = matrix[first]?.[second] ?? 0;
      if (second <= first || bothMissing === 0) continue;
      const p = left.missingCount / rowCount;
      const q = right.missingCount / rowCount;
      const spread = Math.sqrt(p * (1 - p) * q * (1 - q));
      const correlation = spread === 0 ? null : tidy((bothMissing / rowCount - p * q) / spread);
      pairs.push({ first: left.column, second: right.column, bothMissing, correlation });
    }
  }
  return pairs.sort((left, right) => right.bothMissing - left.bothMissing).slice(0, pairCount);
}

async function countComplete(
  engine: Engine,
  missing: { column: string; missingCount: number }[],
): Promise<number> {
  const present = missing
    .filter(({ missingCount }) => missingCount > 0)
    .map(({ column }) => `${column} IS NOT NULL`);
  const [count] = await engine.row(`SELECT count_if(${present.join(' AND ')}) FROM t`);
  return Number(count);
}
