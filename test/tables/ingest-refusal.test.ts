import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TableError } from '#tables/errors.ts';
import { errorCode, readTable } from './harness.ts';
import { zipOf } from './zip.ts';

const prose = `It was a bright cold day in April, and the clocks were striking thirteen.
The hallway smelt of boiled cabbage and old rag mats.
At one end of it a coloured poster, too large for indoor display, had been tacked to the wall.
It depicted simply an enormous face, more than a metre wide.
The flat was seven flights up, and he went slowly, resting several times on the way.
`;
const header = 'a,b\n1,2\n';

describe('files that are no table', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'EMPTY_FILE'],
    ['white space', ' \n\n', 'EMPTY_FILE'],
    ['a header alone', 'a,b,c\n', 'NO_DATA_ROWS'],
    ['a PNG', Buffer.from('89504e470d0a1a0a0000', 'hex'), 'BINARY_FILE'],
    ['a PDF', '%PDF-1.7\n1 0 obj', 'BINARY_FILE'],
    ['a program', Buffer.from('7f454c4602010100', 'hex'), 'BINARY_FILE'],
    ['an SQLite database', 'SQLite format 3\0', 'BINARY_FILE'],
    ['an old Excel file', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'UNSUPPORTED_FORMAT'],
    [
      'random bytes',
      Buffer.from(Array.from({ length: 4_000 }, (_, index) => (index * 7_919) % 251)),
      'BINARY_FILE',
    ],
    ['a web page', '<!DOCTYPE html>\n<html><body>Sign in</body></html>', 'NOT_TABULAR'],
    ['running text', prose, 'NOT_TABULAR'],
    ['half a gzip', gzipSync(header.repeat(500)).subarray(0, 30), 'TRUNCATED_ARCHIVE'],
    ['half a zip', zipOf([{ name: 'a.csv', content: header }]).subarray(0, 60), 'TRUNCATED_ARCHIVE'],
    [
      'a zip of two tables',
      zipOf([
        { name: 'a.csv', content: header },
        { name: 'b.csv', content: header },
      ]),
      'AMBIGUOUS_ARCHIVE',
    ],
    ['an empty zip', zipOf([]), 'EMPTY_FILE'],
    ['an archive in an archive', gzipSync(gzipSync(header)), 'UNSUPPORTED_FORMAT'],
    [
      '10,001 columns',
      `${Array.from({ length: 10_001 }, (_, index) => `f${index}`).join(',')}\n${'1,'.repeat(10_000)}1\n`,
      'TOO_MANY_COLUMNS',
    ],
    ['broken Parquet', 'PAR1 and nothing else', 'MALFORMED_FILE'],
    ['broken JSON lines', '{"a": 1}\n{"a": \n', 'MALFORMED_FILE'],
  ])('refuses %s', async (_what, content, code) => {
    expect(await errorCode(readTable(content))).toBe(code);
  });

  it('refuses a gzip bomb before it fills the disk', async () => {
    const bomb = gzipSync(Buffer.alloc(300 * 1024 ** 2));
    expect(await errorCode(readTable(bomb))).toBe('FILE_TOO_LARGE');
  });

  it('says what, where and what to do', async () => {
    const error = await readTable('a,b,c\n').catch((each: unknown) => each);
    expect(error).toBeInstanceOf(TableError);
    expect(error).toMatchObject({
      code: 'NO_DATA_ROWS',
      message:
        'The file has a header with 3 columns and no rows below it. Export the data too, or say that there is no header.',
      where: { line: 1 },
    });
  });

  it('refuses an encoding that does not exist', async () => {
    expect(await errorCode(readTable(header, { dialect: { encoding: 'klingon' } }))).toBe('UNDECODABLE_TEXT');
  });

  it('refuses a type for a column that is not there', async () => {
    expect(await errorCode(readTable(header, { columnTypes: [{ name: 'z', type: 'text' }] }))).toBe(
      'UNKNOWN_COLUMN',
    );
  });
});
