import type { ColumnProfile } from '#contract/report.ts';
import type { Engine } from '#tables/engine.ts';

type Monotonicity = ColumnProfile['monotonicity'];

/** How often a value is above, below and equal to the one before it in the file, gaps skipped. */
export interface Steps {
  up: number;
  down: number;
  equal: number;
}

export function orderOf({ up, down, equal }: Steps): Monotonicity {
  if (up === 0 && down === 0) return null;
  if (up > 0 && down > 0) return 'none';
  if (up > 0) return equal === 0 ? 'strictly_increasing' : 'increasing';
  return equal === 0 ? 'strictly_decreasing' : 'decreasing';
}

/** Counted by the engine, for values that this language cannot hold exactly. */
export async function readSteps(engine: Engine, column: string): Promise<Steps> {
  const [up, down, equal] = await engine.row(`
    SELECT count_if(x > p), count_if(x < p), count_if(x = p)
    FROM (SELECT ${column} AS x, lag(${column}) OVER () AS p FROM t WHERE ${column} IS NOT NULL)`);
  return { up: Number(up), down: Number(down), equal: Number(equal) };
}
