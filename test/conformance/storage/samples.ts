import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';

export const MiB = 1024 ** 2;
export const unlimited = { maxBytes: 1024 * MiB };

export const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/** In pieces as they come from the network. */
export const from = (bytes: Uint8Array | string, pieceBytes = 60_000) =>
  Readable.from(pieces(bytes, pieceBytes));

/** Cut off by an error after the last piece. */
export const cutAfter = (bytes: Uint8Array | string, pieceBytes = 60_000) =>
  Readable.from(
    (function* () {
      yield* pieces(bytes, pieceBytes);
      throw new Error('the connection was cut');
    })(),
  );

function* pieces(bytes: Uint8Array | string, pieceBytes: number): Generator<Buffer, void> {
  const all = Buffer.from(bytes);
  for (let offset = 0; offset < all.length; offset += pieceBytes)
    yield all.subarray(offset, offset + pieceBytes);
}

/** What no client may be able to make of a name; no adapter takes it as a key. */
export const strangeKeys = [
  ...['', '/', '.', '..', '../up', 'a/../b', 'a/..', 'a/./b', 'a//b', 'a/', '/a', 'a/b/../../../etc/passwd'],
  ...['%2e%2e/up', 'a/%2e%2e/b', 'a%2fb', '%252e%252e/up', 'a/..%2fb', 'a/..;/b', 'a;b', 'a/b;c=d'],
  ...['a\\b', '..\\up', 'a\\..\\b', 'C:\\a', 'c:/a', '\\\\host\\share', '//host/share', 'file:///a', '~/a'],
  ...['a\0b', 'a/b\0.csv', 'a\nb', 'a\n', 'a\r', 'a b', ' a', 'a/b ', 'a\tb', '\ufeffa'],
  ...['a/\u2025/b', 'a/\uff0e\uff0e/b', 'a\u2215b', 'a\uff0fb', 'a\u2044b', 'a/\u202eb', '\u0430/b', 'ａ/b'],
  ...[
    'A/b',
    'a/.b',
    '.incoming/a',
    'a/-b',
    'a?b',
    'a#b',
    'a*b',
    'a$b',
    'a/b/c/d/e/f/g/h/i',
    'é/b',
    'e\u0301',
  ],
];
