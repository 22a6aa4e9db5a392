import type { Engine } from '#tables/engine.ts';

const sampleCells = 2_000_000;

/** Cells that are not empty, spread over the whole file. */
export async function sampleColumns(
  engine: Engine,
  batch: number[],
  rowCount: number,
  width: number,
): Promise<Map<number, string[]>> {
  const wanted = Math.max(200, Math.min(5_000, Math.floor(sampleCells / width)));
  const step = Math.max(1, Math.floor(rowCount / wanted));
  const list = batch.map((index) => `r${index}`).join(', ');
  const rows = await engine.rows(`SELECT ${list} FROM raw WHERE rowid % ${step} = 0`);
  const samples = new Map<number, string[]>();
  for (const [place, index] of batch.entries()) {
    let values = rows
      .map((row) => row[place])
      .filter((value) => value !== null && value !== undefined) as string[];
    if (values.length < 50 && step > 1) {
      const sparse = await engine.rows(`SELECT r${index} FROM raw WHERE r${index} IS NOT NULL LIMIT 2000`);
      values = sparse.map(([value]) => String(value));
    }
    samples.set(index, values);
  }
  return samples;
}
