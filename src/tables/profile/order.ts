import type { ColumnProfile } from '#contract/report.ts';
import type { Engine } from '#tables/engine.ts';

type Monotonicity = ColumnProfile['monotonicity'];

/** Compares each value with the one before it in the file, gaps skipped. */
export async function measureOrder(engine: Engine, column: string): Promise<Monotonicity> {
  const [up, down, equal] = (
    await engine.row(`
      SELECT count_if(x > p), count_if(x < p), count_if(x = p)
      FROM (SELECT ${column} AS x, lag(${column}) OVER () AS p FROM t WHERE ${column} IS NOT NULL)`)
  ).map(Number);
  return orderOf(up ?? 0, down ?? 0, equal ?? 0);
}

export function orderOf(up: number, down: number, equal: number): Monotonicity {
  if (up === 0 && down === 0) return null;
  if (up > 0 && down > 0) return 'none';
  if (up > 0) return equal === 0 ? 'strictly_increasing' : 'increasing';
  return equal === 0 ? 'strictly_decreasing' : 'decreasing';
}
