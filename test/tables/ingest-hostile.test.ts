import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runTableTask } from '#tables/run.ts';
import { withDirectory } from './harness.ts';
import { zipOf } from './zip.ts';

const mebibyte = 1024 ** 2;
/** Far below the sizes that the files stand for, far above what a child takes at rest. */
const memoryBytes = 700 * mebibyte;

async function writePieces(file: string, pieces: Iterable<string>): Promise<void> {
  const output = createWriteStream(file);
  for (const piece of pieces) if (!output.write(piece)) await once(output, 'drain');
  output.end();
  await once(output, 'finish');
}

function* repeated(piece: string, times: number, before: string, after: string): Iterable<string> {
  yield before;
  for (let index = 0; index < times; index += 1) yield piece;
  yield after;
}

/** What comes of the file in a child of its own, which ends with OUT_OF_MEMORY as soon as it holds more than the limit. */
async function outcome(directory: string, source: string): Promise<string> {
  const parquet = path.join(directory, 'table.parquet');
  try {
    const { rowCount } = await runTableTask(
      'ingest',
      { source, fileName: path.basename(source), parquet },
      { temporaryDirectory: path.join(directory, 'work'), memoryBytes },
    );
    return `${rowCount} rows`;
  } catch (error) {
    await expect(stat(parquet)).rejects.toMatchObject({ code: 'ENOENT' });
    return (error as { code: string }).code;
  }
}

const digits = '0123456789abcdef'.repeat(65_536);
const names = (count: number) => Array.from({ length: count }, (_, index) => `f${index}`).join(',');

describe('a hostile file', () => {
  it.each<[string, string, (file: string) => Promise<void>]>([
    [
      'a million columns',
      'TOO_MANY_COLUMNS',
      (file) => writeFile(file, `${names(1_000_000)}\n${'1,'.repeat(999_999)}1\n`),
    ],
    [
      'a line of cells without end',
      'TOO_MANY_COLUMNS',
      (file) => writePieces(file, repeated('1,'.repeat(mebibyte / 2), 8, '', '')),
    ],
    [
      'a quoted field of 40 MiB',
      'CELL_TOO_LONG',
      (file) => writePieces(file, repeated(digits, 40, 'a,b\n1,2\n3,"', '"\n')),
    ],
    [
      'a field of 40 MiB without quotes',
      'CELL_TOO_LONG',
      (file) => writePieces(file, repeated(digits, 40, 'a,b\n1,2\n3,', '\n')),
    ],
    ['one word of 110 MiB', 'NOT_TABULAR', (file) => writePieces(file, repeated(digits, 110, '', ''))],
    [
      'nothing but NUL',
      'BINARY_FILE',
      (file) => writePieces(file, repeated('\0'.repeat(mebibyte), 16, '', '')),
    ],
    [
      'bytes of a program in a .csv',
      'BINARY_FILE',
      (file) =>
        writeFile(
          file,
          Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * index * 31 + index * 7) % 256)),
        ),
    ],
    ['a gzip bomb', 'FILE_TOO_LARGE', (file) => writeFile(file, gzipSync(Buffer.alloc(300 * mebibyte)))],
    [
      'a zip bomb',
      'FILE_TOO_LARGE',
      (file) => writeFile(file, zipOf([{ name: 'a.csv', content: '0'.repeat(300 * mebibyte) }])),
    ],
    [
      'a zip of two tables',
      'AMBIGUOUS_ARCHIVE',
      (file) => writeFile(file, zipOf(['a.csv', 'b.csv'].map((name) => ({ name, content: 'a,b\n1,2\n' })))),
    ],
  ])(
    '%s is refused with %s',
    async (_what, code, write) => {
      await withDirectory(async (directory) => {
        const source = path.join(directory, 'table.csv');
        await write(source);
        expect(await outcome(directory, source)).toBe(code);
      });
    },
    240_000,
  );

  it('does not keep the next one from being read', async () => {
    await withDirectory(async (directory) => {
      const source = path.join(directory, 'table.csv');
      await writeFile(source, `${names(3)}\n1,2,3\n4,5,6\n`);
      expect(await outcome(directory, source)).toBe('2 rows');
    });
  }, 120_000);
});
