import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { analysisReportSchema } from '#contract/report.ts';
import { TableError } from '#tables/errors.ts';
import { runTableTask } from '#tables/run.ts';
import type { TableProgress } from '#tables/tasks.ts';
import { withDirectory } from './harness.ts';

const mebibyte = 1024 ** 2;

/** Processes that this one started and that still run. */
function children(): number[] {
  const output = execFileSync('ps', ['-o', 'pid=,comm=', '--ppid', String(process.pid)], {
    encoding: 'utf8',
  });
  return output
    .split('\n')
    .filter((line) => /node|MainThread/.test(line))
    .map((line) => Number.parseInt(line, 10));
}

async function writeBigCsv(file: string, bytes: number): Promise<number> {
  const output = createWriteStream(file);
  output.write('id,amount,city,note,when\n');
  let rows = 0;
  for (let written = 0; written < bytes; ) {
    let block = '';
    for (let index = 0; index < 5_000; index += 1, rows += 1) {
      block += `${rows},${(rows * 7_919) % 10_007}.5,City ${rows % 701},"note ${(rows * 31) % 100_003}, with ""quotes"" and some length",2024-01-0${1 + (rows % 9)} 10:00:00\n`;
    }
    written += block.length;
    if (!output.write(block)) await once(output, 'drain');
  }
  output.end();
  await once(output, 'finish');
  return rows;
}

describe('a table task in its own process', () => {
  it('ingests, profiles and leaves nothing behind', () =>
    withDirectory(async (directory) => {
      const source = path.join(directory, 'people.csv');
      const parquet = path.join(directory, 'people.parquet');
      const temporaryDirectory = path.join(directory, 'work');
      await writeFile(
        source,
        `age,sold\n${Array.from({ length: 50 }, (_, index) => `${index % 9},${index % 2 ? 'yes' : 'no'}`).join('\n')}\n`,
      );
      const seen: TableProgress[] = [];
      const options = { temporaryDirectory, onProgress: (progress: TableProgress) => seen.push(progress) };
      const { columns, rowCount } = await runTableTask(
        'ingest',
        { source, fileName: 'people.csv', parquet },
        options,
      );
      expect(rowCount).toBe(50);
      expect(seen.map(({ fraction }) => fraction)).toEqual(
        seen.map(({ fraction }) => fraction).sort((first, second) => first - second),
      );
      expect([...new Set(seen.map(({ stage }) => stage))]).toEqual([
        'open',
        'decode',
        'dialect',
        'read',
        'types',
        'store',
      ]);
      const report = await runTableTask(
        'profile',
        { parquet, datasetSha256: '', columns, target: 'c1' },
        options,
      );
      expect(analysisReportSchema.parse(report)).toEqual(report);
      expect(report.target?.taskType).toBe('BINARY_CLASSIFICATION');
      expect(readdirSync(temporaryDirectory)).toEqual([]);
      expect(children()).toEqual([]);
    }));

  it('carries typed errors over, and leaves no half-written table', () =>
    withDirectory(async (directory) => {
      const source = path.join(directory, 'empty.csv');
      const parquet = path.join(directory, 'empty.parquet');
      await writeFile(source, 'a,b\n');
      const error = await runTableTask(
        'ingest',
        { source, fileName: 'empty.csv', parquet },
        { temporaryDirectory: directory },
      ).catch((each: unknown) => each);
      expect(error).toBeInstanceOf(TableError);
      expect(error).toMatchObject({ code: 'NO_DATA_ROWS', where: { line: 1 } });
      const missing = await runTableTask(
        'ingest',
        { source: `${source}x`, fileName: 'x', parquet },
        { temporaryDirectory: directory },
      ).catch((each: unknown) => each);
      expect(missing).toMatchObject({ code: 'UNREADABLE_FILE' });
      expect(existsSync(parquet)).toBe(false);
    }));

  it(
    'reads 100 MB within 600 MB, stops on cancel, survives a killed or starved child',
    { timeout: 240_000 },
    () =>
      withDirectory(async (directory) => {
        const source = path.join(directory, 'big.csv');
        const parquet = path.join(directory, 'big.parquet');
        const rows = await writeBigCsv(source, 100 * mebibyte);
        const spec = { source, fileName: 'big.csv', parquet };
        const run = (extra: object) =>
          runTableTask('ingest', spec, { temporaryDirectory: path.join(directory, 'work'), ...extra });

        const cancel = new AbortController();
        let canceledAt = 0;
        const canceled = run({
          signal: cancel.signal,
          onProgress: ({ stage }: TableProgress) => {
            if (stage !== 'read' || canceledAt > 0) return;
            canceledAt = performance.now();
            cancel.abort();
          },
        });
        await expect(canceled).rejects.toMatchObject({ code: 'CANCELED' });
        expect(performance.now() - canceledAt).toBeLessThan(10_000);
        await expect(run({ signal: cancel.signal })).rejects.toMatchObject({ code: 'CANCELED' });

        let wasKilled = false;
        const killed = run({
          onProgress: ({ stage }: TableProgress) => {
            if (stage !== 'read' || wasKilled) return;
            wasKilled = true;
            for (const pid of children()) process.kill(pid, 'SIGKILL');
          },
        });
        await expect(killed).rejects.toMatchObject({ code: 'TABLE_ENGINE_CRASHED' });
        await expect(run({ memoryBytes: 150 * mebibyte })).rejects.toMatchObject({ code: 'OUT_OF_MEMORY' });
        expect(existsSync(parquet)).toBe(false);

        let peakKibibytes = 0;
        const watch = setInterval(async () => {
          for (const pid of children()) {
            const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
            peakKibibytes = Math.max(peakKibibytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
          }
        }, 200);
        const result = await run({ memoryBytes: 600 * mebibyte }).finally(() => clearInterval(watch));
        expect(result.rowCount).toBe(rows);
        expect(result.columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
          'id: id',
          'amount: number',
          'city: category',
          'note: text',
          'when: datetime',
        ]);
        expect(peakKibibytes / 1024).toBeLessThan(600);
      }),
  );
});
