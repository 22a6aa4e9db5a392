import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { Storage } from '#ports/storage.ts';
import type { Opened } from '../stores.ts';
import { cutAfter, from, MiB, unlimited } from './samples.ts';

async function listed(storage: Storage): Promise<Record<string, number>> {
  const objects: [string, number][] = [];
  for await (const { key, byteSize } of storage.list()) objects.push([key, byteSize]);
  return Object.fromEntries(objects.sort());
}

const inAMinute = () => new Date(Date.now() + 60_000);
const anHourAgo = () => new Date(Date.now() - 3_600_000);

export function askOfListing(open: () => Promise<Opened>): void {
  test('lists every object with its size, and nothing else', async () => {
    await using made = await open();
    const { storage } = made;
    expect(await listed(storage)).toEqual({});
    const sizes = { 'a/b': 1, 'a/b-c': 2, 'a/c/d.csv': 65_536, 'a0/x': 0, b: 70_000, 'c/d/e/f/g/h/i': 3 };
    for (const [key, byteSize] of Object.entries(sizes))
      await storage.put(key, from(Buffer.alloc(byteSize)), unlimited);
    const uploadId = await storage.resumable.begin('a/unfinished', 20 * MiB);
    await storage.resumable.append('a/unfinished', uploadId, 0, from(Buffer.alloc(9 * MiB)));
    expect(await listed(storage)).toEqual(sizes);
    await storage.resumable.abort('a/unfinished', uploadId);
    await storage.remove('b');
    const { b, ...others } = sizes;
    expect(await listed(storage)).toEqual(others);
  });

  test('lists the objects that lie next to and below one another’s names', async () => {
    await using made = await open();
    const keys = Array.from(
      { length: 60 },
      (_, index) => `owner-${index % 3}/kind-${index % 2}/file-${index}`,
    );
    await Promise.all(keys.map((key) => made.storage.put(key, from(key), unlimited)));
    expect(Object.keys(await listed(made.storage))).toEqual(keys.sort());
  });

  test('sweeps the uploads that nobody wrote to since a time, and no other', async () => {
    await using made = await open();
    const { storage } = made;
    const bytes = randomBytes(10 * MiB);
    await storage.put('a/whole', from(bytes), unlimited);
    const [one, other] = [
      await storage.resumable.begin('a/b', bytes.length),
      await storage.resumable.begin('a/c', 10),
    ];
    await storage.resumable.append('a/b', one, 0, from(bytes.subarray(0, 9 * MiB)));
    await storage.resumable.append('a/c', other, 0, from('01234'));
    expect(await storage.sweep(anHourAgo())).toBe(0);
    expect(await storage.resumable.offset('a/b', one)).toBe(9 * MiB);
    await storage.resumable.append('a/b', one, 9 * MiB, from(bytes.subarray(9 * MiB)));
    await storage.resumable.finish('a/b', one);
    expect(await storage.sweep(inAMinute())).toBeGreaterThan(0);
    await expect(storage.resumable.offset('a/c', other)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
    expect(await storage.sweep(inAMinute())).toBe(0);
    expect(await made.contents()).toEqual(['a/b', 'a/whole']);
    expect((await buffer(await storage.get('a/b'))).equals(bytes)).toBe(true);
  });

  test('sweeps the local copies that nobody released', async () => {
    await using made = await open();
    const { storage } = made;
    await storage.put('a/b', from('content'), unlimited);
    await storage.open('a/b');
    const copies = (await readdir(made.workDirectory)).length;
    expect(await storage.sweep(anHourAgo())).toBe(0);
    expect(await readdir(made.workDirectory)).toHaveLength(copies);
    expect(await storage.sweep(inAMinute())).toBe(copies);
    expect(await made.contents()).toEqual(['a/b']);
    const opened = await storage.open('a/b');
    await opened.release();
    await opened.release();
    expect(await made.contents()).toEqual(['a/b']);
  });

  test('leaves nothing for the sweep when a stream is cut', async () => {
    await using made = await open();
    await expect(made.storage.put('a/b', cutAfter(Buffer.alloc(20 * MiB)), unlimited)).rejects.toThrow('cut');
    expect(await made.storage.sweep(inAMinute())).toBe(0);
  });
}
