import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine } from '#tables/engine.ts';
import { runTableTask } from '#tables/run.ts';

let directory: string;
let parquet: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'aliquot-cuts-'));
  const source = join(directory, 'table.csv');
  parquet = join(directory, 'table.parquet');
  writeFileSync(source, 'size,city,day\n1.5,Basel,2024-01-01\n2.5,Lyon,2024-01-02\n3.5,Graz,2024-01-03\n');
  await runTableTask('ingest', { source, fileName: 'table.csv', parquet }, { temporaryDirectory: directory });
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function read(path: string) {
  const { signal } = new AbortController();
  const engine = await openEngine({ memoryBytes: 2 ** 30, temporaryDirectory: directory, signal });
  try {
    return await engine.rows(`SELECT * FROM read_parquet('${path}')`);
  } finally {
    engine.close();
  }
}

test('rows are cut in any order, and a column may take the values of other rows', async () => {
  const rows = join(directory, 'rows');
  writeFileSync(rows, '0,2,0\n1,0,1\n2,2,2\n');
  const cut = { rows, columns: ['c1', 'c0'], parquet: join(directory, 'cut.parquet'), swapped: 'c1' };
  const { rowCounts } = await runTableTask(
    'cut',
    { parquet, cuts: [cut] },
    { temporaryDirectory: directory },
  );
  expect(rowCounts).toEqual([3]);
  expect(await read(cut.parquet)).toEqual([
    ['Basel', 3.5],
    ['Lyon', 1.5],
    ['Graz', 3.5],
  ]);
});

test('probes have no values, unseen ones, and each of both in one column alone', async () => {
  const probes = join(directory, 'probes.parquet');
  const columns = ['c0', 'c1', 'c2'];
  const result = await runTableTask('probe', { parquet, columns, probes }, { temporaryDirectory: directory });
  expect(result).toEqual({ rowCount: 8 });
  const [size, city, day] = (await read(probes))[3] ?? [];
  const unseen = (await read(probes))[1]?.[1];
  expect([size, city]).toEqual([0, 'Basel']);
  expect(unseen).toEqual(expect.stringContaining('not in the table'));
  expect(await read(probes)).toEqual([
    [null, null, null],
    [0, unseen, null],
    [null, 'Basel', day],
    [0, 'Basel', day],
    [1.5, null, day],
    [1.5, unseen, day],
    [1.5, 'Basel', null],
    [1.5, 'Basel', null],
  ]);
});
