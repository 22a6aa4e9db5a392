import type { Engine } from '#tables/engine.ts';

const sampleCells = 2_000_000;
const fewestRows = 200;
const mostRows = 1_500;
const fewValues = 50;
const sparseValues = 1_000;

/** Copies rows spread over the whole file into the engine's table `sample`: one pass for all that is asked of them. */
export async function takeSample(engine: Engine, rowCount: number, width: number): Promise<void> {
  const wanted = Math.max(fewestRows, Math.min(mostRows, Math.floor(sampleCells / width)));
  const step = Math.max(1, Math.floor(rowCount / wanted));
  await engine.run(`CREATE OR REPLACE TEMP TABLE sample AS SELECT * FROM raw WHERE rowid % ${step} = 0`);
}

/** Cells that are not empty; of a column with many gaps those from the beginning of the file. */
export async function sampleColumns(
  engine: Engine,
  batch: number[],
  rowCount: number,
): Promise<Map<number, string[]>> {
  const list = batch.map((index) => `r${index}`).join(', ');
  const rows = await engine.rows(`SELECT ${list} FROM sample`);
  const samples = new Map<number, string[]>();
  for (const [place, index] of batch.entries()) {
    let values = rows
      .map((row) => row[place])
      .filter((value) => value !== null && value !== undefined) as string[];
    if (values.length < fewValues && rows.length < rowCount) {
      const sparse = await engine.rows(
        `SELECT r${index} FROM raw WHERE r${index} IS NOT NULL LIMIT ${sparseValues}`,
      );
      values = sparse.map(([value]) => String(value));
    }
    samples.set(index, values);
  }
  return samples;
}
