import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { Opened } from '../stores.ts';
import { cutAfter, from, MiB, sha256, strangeKeys, unlimited } from './samples.ts';

/** Of the parts that the S3 adapter sends. */
const PART_BYTES = 8 * MiB;

export function askOfObjects(open: () => Promise<Opened>, kind: string): void {
  test('gives back what was stored, in whole and in part', async () => {
    await using made = await open();
    const { storage } = made;
    const bytes = randomBytes(100_000);
    const key = 'datasets/0190/source-1.csv';
    expect(await storage.put(key, from(bytes), unlimited)).toEqual({
      byteSize: bytes.length,
      sha256: sha256(bytes),
    });
    expect(await storage.size(key)).toBe(bytes.length);
    expect(await buffer(await storage.get(key))).toEqual(bytes);
    const part = async (start: number, end: number) => buffer(await storage.get(key, { start, end }));
    expect(await part(0, 0)).toEqual(bytes.subarray(0, 1));
    expect(await part(10, 20_000)).toEqual(bytes.subarray(10, 20_001));
    expect(await part(99_999, 99_999)).toEqual(bytes.subarray(99_999));
    expect(await part(99_990, 200_000)).toEqual(bytes.subarray(99_990));
    expect(await part(100_000, 100_001)).toEqual(Buffer.alloc(0));
    expect(storage.kind).toBe(kind);
  });

  test('opens an object as a file until it is released', async () => {
    await using made = await open();
    const bytes = randomBytes(300_000);
    await made.storage.put('a/b', from(bytes), unlimited);
    const opened = await made.storage.open('a/b');
    expect((await readFile(opened.path)).equals(bytes)).toBe(true);
    expect((await stat(opened.path)).mode & 0o077).toBe(0);
    await opened.release();
    expect(await made.contents()).toEqual(['a/b']);
    expect((await buffer(await made.storage.get('a/b'))).equals(bytes)).toBe(true);
  });

  test('lets a reader stop early', async () => {
    await using made = await open();
    const bytes = randomBytes(20 * MiB);
    await made.storage.put('a/b', from(bytes), unlimited);
    for await (const chunk of await made.storage.get('a/b')) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    (await made.storage.get('a/b')).destroy();
    (await made.storage.get('a/b')).on('error', () => {}).destroy(new Error('the reader failed'));
    expect(sha256(await buffer(await made.storage.get('a/b')))).toBe(sha256(bytes));
  });

  test('takes a local file over', async () => {
    await using made = await open();
    const path = join(made.workDirectory, 'local');
    await writeFile(path, 'content');
    expect(await made.storage.putFile('a/b', path)).toEqual({ byteSize: 7, sha256: sha256('content') });
    expect(await readdir(made.workDirectory)).not.toContain('local');
    expect(String(await buffer(await made.storage.get('a/b')))).toBe('content');
  });

  test('removes, and has nothing against what is not there', async () => {
    await using made = await open();
    await made.storage.put('a/b', from('1'), unlimited);
    await made.storage.remove('a/b');
    await made.storage.remove('a/b');
    expect(await made.contents()).toEqual([]);
  });

  test('tells that there is no such object', async () => {
    await using made = await open();
    const { storage } = made;
    await storage.put('a/b', from('1'), unlimited);
    const missing = { code: 'OBJECT_NOT_FOUND' };
    for (const key of ['a/c', 'a', 'a/b/c']) {
      await expect(storage.get(key), key).rejects.toMatchObject(missing);
      await expect(storage.get(key, { start: 0, end: 1 }), key).rejects.toMatchObject(missing);
      await expect(storage.open(key), key).rejects.toMatchObject(missing);
      expect(await storage.size(key), key).toBeNull();
    }
    expect(await made.contents()).toEqual(['a/b']);
  });

  test('stores nothing when the stream is cut', async () => {
    await using made = await open();
    for (const mebibytes of [0, 1, 20]) {
      const stored = made.storage.put('a/b', cutAfter(Buffer.alloc(mebibytes * MiB)), unlimited);
      await expect(stored).rejects.toThrow('the connection was cut');
    }
    expect(await made.contents()).toEqual([]);
  });

  test('stores nothing when too many bytes come', async () => {
    await using made = await open();
    const refused = { code: 'TOO_LARGE' };
    const many = () => Readable.from(Array.from({ length: 30 }, () => Buffer.alloc(MiB)));
    await expect(made.storage.put('a/b', from('1234'), { maxBytes: 3 })).rejects.toMatchObject(refused);
    await expect(made.storage.put('a/b', many(), { maxBytes: 25 * MiB })).rejects.toMatchObject(refused);
    expect(await made.contents()).toEqual([]);
    expect(await made.storage.put('a/b', from('123'), { maxBytes: 3 })).toMatchObject({ byteSize: 3 });
  });

  test('stores nothing when the caller gives up', async () => {
    await using made = await open();
    const abort = new AbortController();
    const endless = Readable.from(
      (async function* () {
        for (let count = 0; ; count++) {
          if (count === 40) abort.abort();
          yield Buffer.alloc(MiB);
        }
      })(),
    );
    const stored = made.storage.put('a/b', endless, { ...unlimited, signal: abort.signal });
    await expect(stored).rejects.toMatchObject({ name: 'AbortError' });
    expect(endless.destroyed).toBe(true);
    const options = { ...unlimited, signal: AbortSignal.abort() };
    await expect(made.storage.put('a/b', from('1'), options)).rejects.toMatchObject({ name: 'AbortError' });
    expect(await made.contents()).toEqual([]);
  });

  test('keeps the old object when its replacement fails, and replaces it whole', async () => {
    await using made = await open();
    const text = async () => String(await buffer(await made.storage.get('a/b')));
    await made.storage.put('a/b', from('old and long'), unlimited);
    await expect(made.storage.put('a/b', cutAfter(Buffer.alloc(20 * MiB)), unlimited)).rejects.toThrow('cut');
    expect(await text()).toBe('old and long');
    await made.storage.put('a/b', from('new'), unlimited);
    expect(await text()).toBe('new');
    expect(await made.contents()).toEqual(['a/b']);
  });

  test.each([0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES, 4 * PART_BYTES])(
    'stores %i bytes exactly',
    async (byteSize) => {
      await using made = await open();
      const bytes = randomBytes(byteSize);
      const pieces = Array.from({ length: Math.ceil(byteSize / 700_001) }, (_, index) =>
        bytes.subarray(index * 700_001, (index + 1) * 700_001),
      );
      expect(await made.storage.put('a/b', Readable.from(pieces), unlimited)).toEqual({
        byteSize,
        sha256: sha256(bytes),
      });
      expect(await made.storage.size('a/b')).toBe(byteSize);
      expect(sha256(await buffer(await made.storage.get('a/b')))).toBe(sha256(bytes));
      const file = await made.storage.open('a/b');
      expect((await stat(file.path)).size).toBe(byteSize);
      await file.release();
    },
  );

  test('leaves one of many that are stored under one key at once, whole', async () => {
    await using made = await open();
    const bodies = [1, 2, 9 * MiB, 4, 17 * MiB].map((size, index) => Buffer.alloc(size, index));
    await Promise.all(bodies.map((body) => made.storage.put('a/b', from(body), unlimited)));
    const kept = sha256(await buffer(await made.storage.get('a/b')));
    expect(bodies.map(sha256)).toContain(kept);
    expect(await made.contents()).toEqual(['a/b']);
  });

  test('moves 100 MiB there and back in little memory', async () => {
    await using made = await open();
    const mebibyte = randomBytes(MiB);
    const hash = createHash('sha256');
    const body = Readable.from(
      (function* () {
        for (let count = 0; count < 100; count++) {
          hash.update(mebibyte);
          yield mebibyte;
        }
      })(),
    );
    const before = process.memoryUsage();
    const growth = { rss: 0, arrayBuffers: 0 };
    const sampler = setInterval(() => {
      const { rss, arrayBuffers } = process.memoryUsage();
      growth.rss = Math.max(growth.rss, rss - before.rss);
      // memory that earlier tests have taken and freed does not hide these
      growth.arrayBuffers = Math.max(growth.arrayBuffers, arrayBuffers - before.arrayBuffers);
    }, 10);
    try {
      const { sha256: stored } = await made.storage.put('a/b', body, unlimited);
      const read = createHash('sha256');
      for await (const chunk of await made.storage.get('a/b')) read.update(chunk);
      expect([stored, read.digest('hex')]).toEqual(Array(2).fill(hash.digest('hex')));
    } finally {
      clearInterval(sampler);
    }
    expect(growth.rss / 1e6).toBeLessThan(100);
    expect(growth.arrayBuffers / 1e6).toBeLessThan(80);
  });

  test('takes no key but those of the server', async () => {
    await using made = await open();
    const { storage } = made;
    const refused = { code: 'STORAGE_FAILED', message: 'This key was not made by the server.' };
    const local = join(made.workDirectory, 'local');
    for (const key of strangeKeys) {
      const told = JSON.stringify(key);
      await expect(storage.put(key, from('1'), unlimited), told).rejects.toMatchObject(refused);
      await expect(storage.putFile(key, local), told).rejects.toThrow();
      await expect(storage.get(key), told).rejects.toMatchObject(refused);
      await expect(storage.size(key), told).rejects.toMatchObject(refused);
      await expect(storage.open(key), told).rejects.toMatchObject(refused);
      await expect(storage.remove(key), told).rejects.toMatchObject(refused);
    }
    expect(await made.contents()).toEqual([]);
  });
}
