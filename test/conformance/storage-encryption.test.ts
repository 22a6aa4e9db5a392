import { randomBytes } from 'node:crypto';
import {
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { array, assert, asyncProperty, integer, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { fileStorage } from '#adapters/storage/file.ts';
import { readEnv } from '#env.ts';
import type { Storage } from '#ports/storage.ts';
import { cutAfter, from, sha256, unlimited } from './storage/samples.ts';
import { openFiles } from './stores.ts';

const FRAME = 65_536;
/** Nonce and tag. */
const SEALED_FRAME = FRAME + 28;
const HEADER = 32;
const corrupted = { code: 'CORRUPTED' };

const openSealed = () => openFiles({ encryptionKeys: [randomBytes(32)] });

const read = async (storage: Storage, key: string) => buffer(await storage.get(key));

async function listed(storage: Storage): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list()) keys.push(key);
  return keys.sort();
}

/** Around the borders of frames, and anywhere. */
const place = tuple(integer({ min: 0, max: 4 }), integer({ min: -2, max: 2 })).map(([frames, more]) =>
  Math.max(0, frames * FRAME + more),
);
const anywhere = integer({ min: 0, max: 5 * FRAME });

test('gives back any part of any number of bytes, however they came', async () => {
  await using made = await openSealed();
  const { storage } = made;
  const someBytes = randomBytes(5 * FRAME);
  const cuts = array(place, { maxLength: 4 });
  const property = asyncProperty(place, cuts, place, anywhere, async (byteSize, places, start, length) => {
    const bytes = someBytes.subarray(0, byteSize);
    const uploadId = await storage.resumable.begin('a/b', byteSize);
    let offset = 0;
    for (const end of [...places.sort((one, other) => one - other), byteSize]) {
      if (end > byteSize) continue;
      const body = end < byteSize ? cutAfter(bytes.subarray(offset, end)) : from(bytes.subarray(offset));
      await storage.resumable.append('a/b', uploadId, offset, body).catch(() => {});
      offset = await storage.resumable.offset('a/b', uploadId);
      expect(offset).toBe(end);
    }
    await storage.resumable.finish('a/b', uploadId);
    expect(await storage.size('a/b')).toBe(byteSize);
    expect((await read(storage, 'a/b')).equals(bytes)).toBe(true);
    const part = await buffer(await storage.get('a/b', { start, end: start + length }));
    expect(part.equals(bytes.subarray(start, start + length + 1))).toBe(true);
  });
  await assert(property, { numRuns: 60 });
});

test('leaves nothing plain on the disk but opened copies', async () => {
  await using made = await openSealed();
  const { storage } = made;
  const marker = 'MARKER-OF-A-SECRET';
  const bytes = Buffer.from(marker.repeat(20_000));
  const filesWithMarker = async () => {
    const found: string[] = [];
    for (const entry of await readdir(join(made.files, '..'), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile() && (await readFile(path)).includes(marker)) found.push(path);
    }
    return found;
  };
  const looking = Readable.from(
    (async function* () {
      for (let offset = 0; offset < bytes.length; offset += 50_000) {
        expect(await filesWithMarker()).toEqual([]);
        yield bytes.subarray(offset, offset + 50_000);
      }
    })(),
  );
  await storage.put('a/b', looking, unlimited);
  const uploadId = await storage.resumable.begin('a/c', bytes.length);
  await storage.resumable.append('a/c', uploadId, 0, from(bytes.subarray(0, 100_000)));
  expect(await filesWithMarker()).toEqual([]);
  await storage.resumable.append('a/c', uploadId, 100_000, from(bytes.subarray(100_000)));
  await storage.resumable.finish('a/c', uploadId);
  const opened = await storage.open('a/c');
  expect(await filesWithMarker()).toEqual([opened.path]);
  await opened.release();
  expect(await filesWithMarker()).toEqual([]);
  expect((await read(storage, 'a/b')).equals(bytes)).toBe(true);
});

test('finds every change of a file, and gives out none of the changed bytes', async () => {
  await using made = await openSealed();
  const { storage, files } = made;
  const bytes = randomBytes(3 * FRAME + 100);
  const path = join(files, 'a', 'b~sealed');
  const stored = HEADER + 3 * SEALED_FRAME + 128;
  await storage.put('a/b', from(bytes), unlimited);
  const original = await readFile(path);
  expect(original.length).toBe(stored);

  async function refused(told: string): Promise<void> {
    const pieces: Buffer[] = [];
    const all = async () => {
      for await (const piece of await storage.get('a/b')) pieces.push(piece);
    };
    await expect(all(), told).rejects.toMatchObject({
      code: expect.stringMatching(/^(CORRUPTED|KEY_MISSING)$/),
    });
    const given = Buffer.concat(pieces);
    expect(given.equals(bytes.subarray(0, given.length)), told).toBe(true);
    expect(given.length, told).toBeLessThan(bytes.length);
    await expect(storage.open('a/b'), told).rejects.toThrow();
    expect(await readdir(made.workDirectory), told).toEqual([]);
  }

  const flips = tuple(integer({ min: 0, max: stored - 1 }), integer({ min: 0, max: 7 }));
  const flipped = asyncProperty(flips, async ([position, bit]) => {
    const changed = Buffer.from(original);
    changed[position] = (changed[position] ?? 0) ^ (1 << bit);
    await writeFile(path, changed);
    await refused(`bit ${bit} of byte ${position}`);
  });
  const borders = [0, 1, 31, 32, 33, HEADER + SEALED_FRAME, HEADER + 2 * SEALED_FRAME + 28, stored - 1];
  await assert(flipped, { numRuns: 60, examples: borders.slice(0, -1).map((position) => [[position, 0]]) });
  for (const byteSize of [
    ...borders,
    HEADER + SEALED_FRAME + 28,
    HEADER + SEALED_FRAME + 128,
    stored - 128,
  ]) {
    await writeFile(path, original.subarray(0, byteSize));
    await refused(`cut to ${byteSize}`);
  }
  const frame = (index: number) =>
    original.subarray(HEADER + index * SEALED_FRAME, HEADER + (index + 1) * SEALED_FRAME);
  const head = original.subarray(0, HEADER);
  const last = frame(3);
  for (const [told, parts] of Object.entries({
    swapped: [head, frame(1), frame(0), frame(2), last],
    repeated: [head, frame(0), frame(0), frame(2), last],
    shortened: [head, frame(0), frame(1), last],
    prolonged: [head, frame(0), frame(1), frame(2), frame(2), last],
    'with more after it': [original, Buffer.alloc(5)],
  })) {
    await writeFile(path, Buffer.concat(parts));
    await refused(told);
  }
  await storage.put('a/other', from(randomBytes(bytes.length)), unlimited);
  const other = await readFile(join(files, 'a', 'other~sealed'));
  await writeFile(
    path,
    Buffer.concat([original.subarray(0, HEADER + SEALED_FRAME), other.subarray(HEADER + SEALED_FRAME)]),
  );
  await refused('with frames of another file');
  await writeFile(path, other);
  await refused('another file in its place');
  await writeFile(path, original);
  expect((await read(storage, 'a/b')).equals(bytes)).toBe(true);
});

test('takes what an upload had kept for no end of its file', async () => {
  await using made = await openSealed();
  const { resumable } = made.storage;
  const uploadId = await resumable.begin('b', 2_000);
  await resumable.append('b', uploadId, 0, from(randomBytes(1_000)));
  const incoming = join(made.files, '.incoming');
  const names = (await readdir(incoming)).sort();
  const [sealed = Buffer.of(), tail = Buffer.of()] = await Promise.all(
    names.map((name) => readFile(join(incoming, name))),
  );
  await resumable.abort('b', uploadId);
  await writeFile(join(made.files, 'b~sealed'), Buffer.concat([sealed, tail]));
  expect(await made.storage.size('b')).toBe(1_000);
  await expect(made.storage.get('b')).rejects.toMatchObject(corrupted);
});

test('gives out no part of a file that was cut off', async () => {
  await using made = await openSealed();
  await made.storage.put('a/b', from(randomBytes(3 * FRAME)), unlimited);
  await truncate(join(made.files, 'a', 'b~sealed'), HEADER + 2 * SEALED_FRAME + 1_000);
  await expect(made.storage.get('a/b', { start: 0, end: 9 })).rejects.toMatchObject(corrupted);
  await truncate(join(made.files, 'a', 'b~sealed'), HEADER + 2 * SEALED_FRAME);
  await expect(made.storage.size('a/b')).rejects.toMatchObject(corrupted);
  expect(await listed(made.storage)).toEqual(['a/b']);
});

test('sends again what a crash left of an unfinished frame', async () => {
  await using made = await openSealed();
  const { resumable } = made.storage;
  const bytes = randomBytes(2 * FRAME);
  const uploadId = await resumable.begin('a/b', bytes.length);
  const incoming = join(made.files, '.incoming');
  const named = async (ending: RegExp) =>
    join(incoming, (await readdir(incoming)).find((name) => ending.test(name)) ?? 'none');
  await resumable.append('a/b', uploadId, 0, from(bytes.subarray(0, FRAME + 1_000)));
  expect(await resumable.offset('a/b', uploadId)).toBe(FRAME + 1_000);
  const tail = await named(/~tail$/);
  for (const damage of [500, 28, 27, 0]) {
    await truncate(tail, damage);
    expect(await resumable.offset('a/b', uploadId)).toBe(FRAME);
  }
  const sealed = await open(await named(/~sealed$/), 'r+');
  await sealed.write(randomBytes(700), 0, 700, HEADER + SEALED_FRAME);
  await sealed.close();
  expect(await resumable.offset('a/b', uploadId)).toBe(FRAME);
  await resumable.append('a/b', uploadId, FRAME, from(bytes.subarray(FRAME)));
  await resumable.finish('a/b', uploadId);
  expect((await read(made.storage, 'a/b')).equals(bytes)).toBe(true);
});

test('counts as written to when less than a frame came', async () => {
  await using made = await openSealed();
  const { resumable } = made.storage;
  const uploadId = await resumable.begin('a/b', 10);
  const incoming = join(made.files, '.incoming');
  const [sealed = ''] = await readdir(incoming);
  const yesterday = new Date(Date.now() - 86_400_000);
  await utimes(join(incoming, sealed), yesterday, yesterday);
  await resumable.append('a/b', uploadId, 0, from('01234'));
  expect(await made.storage.sweep(new Date(Date.now() - 3_600_000))).toBe(0);
  await resumable.append('a/b', uploadId, 5, from('56789'));
  for (const name of await readdir(incoming)) await utimes(join(incoming, name), yesterday, yesterday);
  expect(await made.storage.sweep(new Date(Date.now() - 3_600_000))).toBe(1);
  expect(await made.contents()).toEqual([]);
});

test('can be finished again after a crash between the last byte and the new name', async () => {
  await using made = await openSealed();
  const { resumable } = made.storage;
  const bytes = randomBytes(FRAME + 1_000);
  const uploadId = await resumable.begin('a/b', bytes.length);
  await resumable.append('a/b', uploadId, 0, from(bytes));
  const incoming = join(made.files, '.incoming');
  const names = await readdir(incoming);
  const kept = join(made.files, '..', 'kept');
  await mkdir(kept);
  for (const name of names) await copyFile(join(incoming, name), join(kept, name));
  await resumable.finish('a/b', uploadId);
  await rename(
    join(made.files, 'a', 'b~sealed'),
    join(kept, names.find((name) => name.endsWith('~sealed')) ?? ''),
  );
  for (const name of names) await rename(join(kept, name), join(incoming, name));
  expect(await resumable.offset('a/b', uploadId)).toBe(bytes.length);
  await resumable.finish('a/b', uploadId);
  expect((await read(made.storage, 'a/b')).equals(bytes)).toBe(true);
  expect(await made.contents()).toEqual(['a/b']);
});

test('takes the first key, knows the others, and names the lack of one', async () => {
  await using made = await openFiles();
  const missing = { code: 'KEY_MISSING', message: expect.stringContaining('STORAGE_ENCRYPTION_KEY') };
  const [older, newer] = [randomBytes(32), randomBytes(32)];
  const withKeys = (...encryptionKeys: Buffer[]) => fileStorage(made.files, { ...made, encryptionKeys });
  const [before, rotated, after] = [
    await withKeys(older),
    await withKeys(newer, older),
    await withKeys(newer),
  ];
  await before.put('a/older', from('older'), unlimited);
  const uploadId = await before.resumable.begin('a/unfinished', 10);
  await before.resumable.append('a/unfinished', uploadId, 0, from('01234'));
  await rotated.put('a/newer', from('newer'), unlimited);
  await rotated.resumable.append('a/unfinished', uploadId, 5, from('56789'));
  await rotated.resumable.finish('a/unfinished', uploadId);
  for (const key of ['older', 'newer']) expect(String(await read(rotated, `a/${key}`))).toBe(key);
  expect(String(await read(rotated, 'a/unfinished'))).toBe('0123456789');
  expect(String(await read(after, 'a/newer'))).toBe('newer');
  for (const storage of [after, made.storage]) {
    await expect(storage.get('a/older')).rejects.toMatchObject(missing);
    await expect(storage.open('a/older')).rejects.toMatchObject(missing);
    expect(await storage.size('a/older')).toBe(5);
    expect(await listed(storage)).toEqual(['a/newer', 'a/older', 'a/unfinished']);
  }
  const begun = await before.resumable.begin('a/b', 1);
  await expect(after.resumable.offset('a/b', begun)).rejects.toMatchObject(missing);
  await expect(after.resumable.append('a/b', begun, 0, from('1'))).rejects.toMatchObject(missing);
  await after.resumable.abort('a/b', begun);
  await after.remove('a/older');
  expect(await listed(after)).toEqual(['a/newer', 'a/unfinished']);
});

test('leaves plain files readable, and replaces one form by the other', async () => {
  await using made = await openFiles();
  const plain = made.storage;
  const sealed = await fileStorage(made.files, { ...made, encryptionKeys: [randomBytes(32)] });
  expect([plain.encryption, sealed.encryption]).toEqual(['NONE', 'AES_256_GCM']);
  const files = async () => (await readdir(join(made.files, 'a'))).sort();
  const uploadId = await plain.resumable.begin('a/d', 4);
  await plain.resumable.append('a/d', uploadId, 0, from('12'));
  for (const key of ['a/b', 'a/c']) await plain.put(key, from('plain'), unlimited);
  expect(String(await read(sealed, 'a/b'))).toBe('plain');
  expect(String(await readFile((await sealed.open('a/b')).path))).toBe('plain');
  await sealed.put('a/b', from('sealed'), unlimited);
  expect(await files()).toEqual(['b~sealed', 'c']);
  // a crash in the middle of the replacement
  await writeFile(join(made.files, 'a', 'b'), 'outdated');
  expect(String(await read(sealed, 'a/b'))).toBe('sealed');
  expect(await listed(sealed)).toEqual(['a/b', 'a/c']);
  await sealed.resumable.append('a/d', uploadId, 2, from('34'));
  await sealed.resumable.finish('a/d', uploadId);
  expect(String(await read(sealed, 'a/d'))).toBe('1234');
  await plain.put('a/b', from('plain again'), unlimited);
  expect(await files()).toEqual(['b', 'c', 'd']);
  await sealed.put('a/c', from('sealed'), unlimited);
  await sealed.remove('a/c');
  expect(await files()).toEqual(['b', 'd']);
});

test('the same bytes are never the same file twice', async () => {
  await using made = await openSealed();
  for (const key of ['a', 'b']) await made.storage.put(key, from('same'), unlimited);
  const [one, other] = await Promise.all(
    ['a', 'b'].map((key) => readFile(join(made.files, `${key}~sealed`))),
  );
  expect(sha256(one ?? '')).not.toBe(sha256(other ?? ''));
});

test('keys are 32 bytes in base64 or hexadecimal; a message does not repeat them', () => {
  const [one, other] = [randomBytes(32), randomBytes(32)];
  const keysOf = (text: string) => readEnv({ STORAGE_ENCRYPTION_KEY: text }).STORAGE_ENCRYPTION_KEY;
  expect(keysOf(`${one.toString('base64')}, ${other.toString('hex')}`)).toEqual([one, other]);
  expect(keysOf('')).toEqual([]);
  for (const text of [
    one.toString('base64').slice(4),
    `${one.toString('hex')}00`,
    'secret!',
    `${'a'.repeat(43)}==`,
  ]) {
    expect(() => keysOf(`${one.toString('base64')},${text}`)).toThrow(
      /STORAGE_ENCRYPTION_KEY: key 2 is not 32 bytes/,
    );
    expect(() => keysOf(text)).not.toThrow(text);
  }
});
