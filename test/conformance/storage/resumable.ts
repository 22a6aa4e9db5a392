import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { assert, asyncProperty, integer, uniqueArray } from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Opened } from '../stores.ts';
import { cutAfter, from, MiB, sha256, strangeKeys } from './samples.ts';
import { writingProcess } from './writing-process.ts';

const unknown = { code: 'UPLOAD_NOT_FOUND' };
const mismatch = { code: 'OFFSET_MISMATCH' };
const none = () => Readable.from([]);

const stored = async (made: Opened, key: string) => sha256(await buffer(await made.storage.get(key)));

export function askOfResumable(open: () => Promise<Opened>): void {
  test('makes an object of bytes that come in several requests', async () => {
    await using made = await open();
    const { resumable, size } = made.storage;
    const bytes = randomBytes(300_000);
    const uploadId = await resumable.begin('a/b', bytes.length);
    expect(await resumable.offset('a/b', uploadId)).toBe(0);
    expect(await resumable.append('a/b', uploadId, 0, from(bytes.subarray(0, 100_000)))).toBe(100_000);
    expect(await resumable.append('a/b', uploadId, 100_000, none())).toBe(100_000);
    expect(await resumable.offset('a/b', uploadId)).toBe(100_000);
    expect(await size('a/b')).toBeNull();
    expect(await resumable.append('a/b', uploadId, 100_000, from(bytes.subarray(100_000)))).toBe(300_000);
    await resumable.finish('a/b', uploadId);
    expect(await stored(made, 'a/b')).toBe(sha256(bytes));
    expect(await made.contents()).toEqual(['a/b']);
  });

  test('makes an object of no bytes', async () => {
    await using made = await open();
    const { resumable, size } = made.storage;
    const uploadId = await resumable.begin('a/b', 0);
    expect(await resumable.append('a/b', uploadId, 0, none())).toBe(0);
    await resumable.finish('a/b', uploadId);
    await resumable.finish('a/c', await resumable.begin('a/c', 0));
    expect([await size('a/b'), await size('a/c')]).toEqual([0, 0]);
    expect(await made.contents()).toEqual(['a/b', 'a/c']);
  });

  test('goes on where a cut stopped it, wherever that was', async () => {
    await using made = await open();
    const { resumable } = made.storage;
    const bytes = randomBytes(17 * MiB);
    const cuts = uniqueArray(integer({ min: 0, max: bytes.length }), { maxLength: 4 });
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
      expect(await stored(made, 'a/b')).toBe(sha256(bytes));
    });
    await assert(property, { numRuns: 3, endOnFailure: true });
    expect(await made.contents()).toEqual(['a/b']);
  });

  test('keeps what had arrived when the caller gives up', async () => {
    await using made = await open();
    const { resumable } = made.storage;
    const bytes = randomBytes(12 * MiB);
    const uploadId = await resumable.begin('a/b', bytes.length);
    const abort = new AbortController();
    const stalled = Readable.from(
      (async function* () {
        yield bytes.subarray(0, 9 * MiB);
        abort.abort();
        await new Promise(() => {});
      })(),
    );
    const appended = resumable.append('a/b', uploadId, 0, stalled, { signal: abort.signal });
    await expect(appended).rejects.toMatchObject({ name: 'AbortError' });
    expect(await resumable.offset('a/b', uploadId)).toBe(9 * MiB);
    await resumable.append('a/b', uploadId, 9 * MiB, from(bytes.subarray(9 * MiB)));
    await resumable.finish('a/b', uploadId);
    expect(await stored(made, 'a/b')).toBe(sha256(bytes));
  });

  test('goes on after the process was killed that received the bytes', async () => {
    await using made = await open();
    const { resumable } = made.storage;
    const bytes = randomBytes(20 * MiB);
    const uploadId = await resumable.begin('a/b', bytes.length);
    let offset = 0;
    for (const sent of [10 * MiB, 19 * MiB]) {
      const before = offset;
      const child = writingProcess(made, ['a/b', uploadId, String(offset)]);
      try {
        child.stdin.write(bytes.subarray(offset, sent));
        const read = async () => expect(await resumable.offset('a/b', uploadId)).toBeGreaterThan(before);
        await vi.waitFor(read, { timeout: 30_000, interval: 20 });
      } finally {
        const exit = once(child, 'exit');
        child.kill('SIGKILL');
        await exit;
      }
      offset = await resumable.offset('a/b', uploadId);
      expect(offset).toBeLessThanOrEqual(sent);
    }
    await resumable.append('a/b', uploadId, offset, from(bytes.subarray(offset)));
    await resumable.finish('a/b', uploadId);
    expect(await stored(made, 'a/b')).toBe(sha256(bytes));
    await made.storage.sweep(new Date(Date.now() + 60_000));
    expect(await made.contents()).toEqual(['a/b']);
  });

  test('takes bytes at the offset alone where it stopped', async () => {
    await using made = await open();
    const { resumable } = made.storage;
    const uploadId = await resumable.begin('a/b', 10);
    await resumable.append('a/b', uploadId, 0, from('01234'));
    for (const offset of [0, 4, 6, 10, 11]) {
      const appended = resumable.append('a/b', uploadId, offset, from('x'));
      await expect(appended, String(offset)).rejects.toMatchObject(mismatch);
    }
    await resumable.append('a/b', uploadId, 5, from('56789'));
    await expect(resumable.append('a/b', uploadId, 0, from('x'))).rejects.toMatchObject(mismatch);
    await resumable.finish('a/b', uploadId);
    expect(String(await buffer(await made.storage.get('a/b')))).toBe('0123456789');
  });

  test('refuses more bytes than were announced', async () => {
    await using made = await open();
    const { resumable, size } = made.storage;
    const tooLarge = { code: 'TOO_LARGE' };
    const uploadId = await resumable.begin('a/b', 9 * MiB);
    const many = from(Buffer.alloc(10 * MiB));
    await expect(resumable.append('a/b', uploadId, 0, many)).rejects.toMatchObject(tooLarge);
    expect(await resumable.offset('a/b', uploadId)).toBeLessThanOrEqual(9 * MiB);
    await resumable.abort('a/b', uploadId);
    const empty = await resumable.begin('a/b', 0);
    await expect(resumable.append('a/b', empty, 0, from('1'))).rejects.toMatchObject(tooLarge);
    await resumable.abort('a/b', empty);
    expect(await size('a/b')).toBeNull();
    expect(await made.contents()).toEqual([]);
  });

  test('is finished when all is there, and once', async () => {
    await using made = await open();
    const { resumable } = made.storage;
    const bytes = randomBytes(9 * MiB);
    const uploadId = await resumable.begin('a/b', bytes.length);
    for (const [start, end] of [
      [0, 1],
      [1, 9 * MiB - 1],
    ]) {
      await expect(resumable.finish('a/b', uploadId)).rejects.toMatchObject({ code: 'UPLOAD_INCOMPLETE' });
      await resumable.append('a/b', uploadId, start ?? 0, from(bytes.subarray(start, end)));
    }
    await expect(resumable.finish('a/b', uploadId)).rejects.toMatchObject({ code: 'UPLOAD_INCOMPLETE' });
    await resumable.append('a/b', uploadId, 9 * MiB - 1, from(bytes.subarray(-1)));
    await resumable.finish('a/b', uploadId);
    await expect(resumable.finish('a/b', uploadId)).rejects.toMatchObject(unknown);
    await expect(resumable.offset('a/b', uploadId)).rejects.toMatchObject(unknown);
    await expect(resumable.append('a/b', uploadId, bytes.length, none())).rejects.toMatchObject(unknown);
    await resumable.abort('a/b', uploadId);
    expect(await stored(made, 'a/b')).toBe(sha256(bytes));
    expect(await made.contents()).toEqual(['a/b']);
  });

  test('is dropped with its bytes', async () => {
    await using made = await open();
    const { resumable, put } = made.storage;
    await put('a/b', from('the earlier object'), { maxBytes: 100 });
    const uploadId = await resumable.begin('a/b', 20 * MiB);
    await resumable.append('a/b', uploadId, 0, from(Buffer.alloc(9 * MiB)));
    await resumable.abort('a/b', uploadId);
    await resumable.abort('a/b', uploadId);
    await expect(resumable.offset('a/b', uploadId)).rejects.toMatchObject(unknown);
    await expect(resumable.append('a/b', uploadId, 0, from('1'))).rejects.toMatchObject(unknown);
    await expect(resumable.finish('a/b', uploadId)).rejects.toMatchObject(unknown);
    expect(String(await buffer(await made.storage.get('a/b')))).toBe('the earlier object');
    expect(await made.contents()).toEqual(['a/b']);
  });

  test('survives two requests that send the same part at once', async () => {
    await using made = await open();
    const { resumable } = made.storage;
    const bytes = randomBytes(20 * MiB);
    const uploadId = await resumable.begin('a/b', bytes.length);
    const append = () => resumable.append('a/b', uploadId, 0, from(bytes.subarray(0, 9 * MiB)));
    for (const outcome of await Promise.allSettled([append(), append(), append()]))
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(mismatch);
    const offset = await resumable.offset('a/b', uploadId);
    await resumable.append('a/b', uploadId, offset, from(bytes.subarray(offset)));
    await resumable.finish('a/b', uploadId);
    expect(await stored(made, 'a/b')).toBe(sha256(bytes));
    expect(await made.contents()).toEqual(['a/b']);
  });

  test('keeps uploads of the same key apart; the one that is finished last stays', async () => {
    await using made = await open();
    const { resumable } = made.storage;
    const [one, other] = [await resumable.begin('a/b', 9 * MiB), await resumable.begin('a/b', 3)];
    await resumable.append('a/b', one, 0, from(Buffer.alloc(9 * MiB)));
    await resumable.append('a/b', other, 0, from('123'));
    await resumable.finish('a/b', one);
    expect(await made.storage.size('a/b')).toBe(9 * MiB);
    await resumable.finish('a/b', other);
    expect(String(await buffer(await made.storage.get('a/b')))).toBe('123');
    expect(await made.contents()).toEqual(['a/b']);
  });

  test('knows no uploads but its own', async () => {
    await using made = await open();
    const { resumable } = made.storage;
    const uploadId = await resumable.begin('a/b', 3);
    const strangeIds = [
      ...[
        '',
        '.',
        '..',
        '../a',
        '%2e%2e',
        '%2e',
        'a/b',
        '/a',
        'a\\b',
        'a\0b',
        '*',
        ' ',
        uploadId.slice(0, -1),
      ],
      ...[
        `${uploadId}1`,
        `${uploadId}/..`,
        `../${uploadId}`,
        ` ${uploadId}`,
        `${uploadId}\n`,
        `x${uploadId}`,
      ],
    ];
    const strangers = [...strangeIds.map((id) => ['a/b', id]), ['a/c', uploadId], ['a', uploadId]];
    for (const [key = '', id = ''] of strangers) {
      const told = JSON.stringify([key, id]);
      await expect(resumable.offset(key, id), told).rejects.toMatchObject(unknown);
      await expect(resumable.append(key, id, 0, from('123')), told).rejects.toMatchObject(unknown);
      await expect(resumable.finish(key, id), told).rejects.toMatchObject(unknown);
      await resumable.abort(key, id);
    }
    await resumable.append('a/b', uploadId, 0, from('123'));
    await resumable.finish('a/b', uploadId);
    expect(await made.contents()).toEqual(['a/b']);
  });

  test('takes no key but those of the server', async () => {
    await using made = await open();
    const { resumable } = made.storage;
    const refused = { code: 'STORAGE_FAILED', message: 'This key was not made by the server.' };
    const uploadId = await resumable.begin('a/b', 1);
    for (const key of strangeKeys) {
      const told = JSON.stringify(key);
      await expect(resumable.begin(key, 1), told).rejects.toMatchObject(refused);
      await expect(resumable.offset(key, uploadId), told).rejects.toMatchObject(refused);
      await expect(resumable.append(key, uploadId, 0, from('1')), told).rejects.toMatchObject(refused);
      await expect(resumable.finish(key, uploadId), told).rejects.toMatchObject(refused);
      await expect(resumable.abort(key, uploadId), told).rejects.toMatchObject(refused);
    }
    await resumable.abort('a/b', uploadId);
    expect(await made.contents()).toEqual([]);
  });
}
