import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { assert, asyncProperty, integer, uniqueArray } from 'fast-check';
import { expect, test } from 'vitest';
import { cutAfter, from, MiB, sha256 } from './samples.ts';
import { everyStorage } from './stores.ts';

everyStorage((open) => {
  test('makes an object of bytes that come in several requests', async () => {
    await using made = await open();
    const { resumable, size, get } = made.storage;
    const bytes = randomBytes(300_000);
    const uploadId = await resumable.begin('a/b', bytes.length);
    expect(await resumable.offset('a/b', uploadId)).toBe(0);
    expect(await resumable.append('a/b', uploadId, 0, from(bytes.subarray(0, 100_000)))).toBe(100_000);
    expect(await resumable.append('a/b', uploadId, 100_000, Readable.from([]))).toBe(100_000);
    expect(await resumable.offset('a/b', uploadId)).toBe(100_000);
    expect(await size('a/b')).toBeNull();
    expect(await resumable.append('a/b', uploadId, 100_000, from(bytes.subarray(100_000)))).toBe(300_000);
    await resumable.finish('a/b', uploadId);
    expect((await buffer(await get('a/b'))).equals(bytes)).toBe(true);
    expect(await made.contents()).toEqual(['a/b']);
  });

  test('makes an object of no bytes', async () => {
    await using made = await open();
    const { resumable, size } = made.storage;
    const uploadId = await resumable.begin('a/b', 0);
    expect(await resumable.append('a/b', uploadId, 0, Readable.from([]))).toBe(0);
    await resumable.finish('a/b', uploadId);
    await resumable.finish('a/c', await resumable.begin('a/c', 0));
    expect([await size('a/b'), await size('a/c')]).toEqual([0, 0]);
  });

  test('goes on where a cut stopped it, wherever that was', async () => {
    await using made = await open();
    const { resumable } = made.storage;
    const bytes = randomBytes(20 * MiB);
    const cuts = uniqueArray(integer({ min: 0, max: bytes.length }), { maxLength: 5 });
    const property = asyncProperty(cuts, integer({ min: 50_000, max: MiB }), async (places, pieceBytes) => {
      const uploadId = await resumable.begin('a/b', bytes.length);
      let offset = 0;
      for (const place of places.sort((one, other) => one - other)) {
        const part = cutAfter(bytes.subarray(offset, place), pieceBytes);
        await expect(resumable.append('a/b', uploadId, offset, part)).rejects.toThrow(
          'the connection was cut',
        );
        offset = await resumable.offset('a/b', uploadId);
        expect(offset).toBe(place);
      }
      await resumable.append('a/b', uploadId, offset, from(bytes.subarray(offset), pieceBytes));
      await resumable.finish('a/b', uploadId);
      expect(sha256(await buffer(await made.storage.get('a/b')))).toBe(sha256(bytes));
    });
    await assert(property, { numRuns: 6 });
  });
});
