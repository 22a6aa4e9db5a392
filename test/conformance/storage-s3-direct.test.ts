import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert, integer, property } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storageFromUrl } from '#adapters/storage/from-url.ts';
import { partPlan } from '#adapters/storage/s3-resumable.ts';
import type { DirectLinks, Storage } from '#ports/storage.ts';
import { fetchObjectStore, type ObjectStore, startObjectStore } from '../object-store.ts';
import { faultyProxy } from './faulty-proxy.ts';

const MiB = 1024 ** 2;
const fetched = await fetchObjectStore();
const options = { fileName: 'a.csv', mediaType: 'text/csv' };
const soon = () => new Date(Date.now() + 600_000);

describe('the parts of an upload', () => {
  test('are at most 1,000, of 8 MiB at the least, and hold every byte once', () => {
    const sizes = integer({ min: 0, max: 5 * 1024 ** 4 });
    const holds = property(sizes, (byteSize) => {
      const { parts, partBytes } = partPlan(byteSize);
      expect(parts.length).toBeLessThanOrEqual(1_000);
      expect(partBytes).toBeGreaterThanOrEqual(8 * MiB);
      expect(parts.reduce((end, part) => (part.offset === end ? end + part.byteSize : Number.NaN), 0)).toBe(
        byteSize,
      );
      expect(parts.slice(0, -1).every((part) => part.byteSize === partBytes)).toBe(true);
      expect(parts.map(({ number }) => number)).toEqual(parts.map((_, index) => index + 1));
    });
    assert(holds, { examples: [[0], [1], [8 * MiB], [8_000 * MiB], [8_000 * MiB + 1], [5 * 1024 ** 4]] });
  });
});

if ('reason' in fetched) test.skip(`not run: ${fetched.reason}`, () => {});

describe.skipIf('reason' in fetched)('direct links', () => {
  let store: ObjectStore;
  let storage: Storage;
  let direct: DirectLinks;
  beforeAll(async () => {
    store = await startObjectStore('program' in fetched ? fetched.program : '');
    storage = await storageFromUrl(store.url('direct'), { workDirectory: tmpdir() });
    if (!storage.direct) throw new Error('there are no direct links');
    direct = storage.direct;
  });
  afterAll(() => store?.stop());

  const put = async (url: string, body: Uint8Array<ArrayBuffer>) =>
    (await fetch(url, { method: 'PUT', body })).status;
  const statusOf = async (url: string, method: string) => (await fetch(url, { method })).status;
  const readWhole = async (key: string) => buffer(await storage.get(key));

  async function firstPart(key: string, byteSize = 3) {
    const uploadId = await storage.resumable.begin(key, byteSize);
    const [part] = await direct.parts(key, uploadId, soon());
    return { uploadId, url: part?.url ?? '' };
  }

  test('take the parts of an upload in any order, and tell which are there', async () => {
    const bytes = randomBytes(20 * MiB);
    const uploadId = await storage.resumable.begin('a/parts', bytes.length);
    const stored = async () =>
      (await direct.parts('a/parts', uploadId, soon())).map(({ number, offset, byteSize, isStored }) => ({
        ...{ number, offset, byteSize, isStored },
      }));
    const plan = [
      { number: 1, offset: 0, byteSize: 8 * MiB, isStored: false },
      { number: 2, offset: 8 * MiB, byteSize: 8 * MiB, isStored: false },
      { number: 3, offset: 16 * MiB, byteSize: 4 * MiB, isStored: false },
    ];
    expect(await stored()).toEqual(plan);
    const parts = await direct.parts('a/parts', uploadId, soon());
    const send = async (index: number) => {
      const { url = '', offset = 0, byteSize = 0 } = parts[index] ?? {};
      expect(await put(url, bytes.subarray(offset, offset + byteSize))).toBe(200);
    };
    await send(2);
    await send(0);
    expect((await stored()).map(({ isStored }) => isStored)).toEqual([true, false, true]);
    expect(await storage.resumable.offset('a/parts', uploadId)).toBe(8 * MiB);
    await expect(storage.resumable.finish('a/parts', uploadId)).rejects.toMatchObject({
      code: 'UPLOAD_INCOMPLETE',
    });
    await send(1);
    await storage.resumable.finish('a/parts', uploadId);
    expect((await readWhole('a/parts')).equals(bytes)).toBe(true);
  });

  test('go together with bytes that come through the server', async () => {
    const bytes = randomBytes(17 * MiB);
    const uploadId = await storage.resumable.begin('a/both', bytes.length);
    const [, , third] = await direct.parts('a/both', uploadId, soon());
    expect(await put(third?.url ?? '', bytes.subarray(16 * MiB))).toBe(200);
    const { resumable } = storage;
    await resumable.append('a/both', uploadId, 0, Readable.from([bytes.subarray(0, 5 * MiB)]));
    const rest = Readable.from([bytes.subarray(5 * MiB, 16 * MiB)]);
    await resumable.append('a/both', uploadId, 5 * MiB, rest);
    expect(await resumable.offset('a/both', uploadId)).toBe(bytes.length);
    await resumable.finish('a/both', uploadId);
    expect((await readWhole('a/both')).equals(bytes)).toBe(true);
  });

  test('of an upload without bytes are none', async () => {
    const uploadId = await storage.resumable.begin('a/empty', 0);
    expect(await direct.parts('a/empty', uploadId, soon())).toEqual([]);
    await storage.resumable.finish('a/empty', uploadId);
    expect(await storage.size('a/empty')).toBe(0);
  });

  test('to send are for one part, one key, one method and one length', async () => {
    const { uploadId, url } = await firstPart('a/bound');
    const bytes = Buffer.from('123');
    for (const method of ['GET', 'HEAD', 'POST', 'DELETE'])
      expect(await statusOf(url, method), method).toBe(403);
    expect(await put(url.replace('/bound', '/other'), bytes)).toBe(403);
    expect(await put(url.replace('partNumber=1', 'partNumber=2'), bytes)).toBe(403);
    expect(await put(url.replace('X-Amz-Expires=', 'X-Amz-Expires=1'), bytes)).toBe(403);
    const { url: ofOther } = await firstPart('a/bound');
    const otherId = new URL(ofOther).searchParams.get('uploadId') ?? '';
    expect(await put(url.replace(/uploadId=[^&]+/, `uploadId=${otherId}`), bytes)).toBe(403);
    for (const wrong of ['', '12', '1234']) expect(await put(url, Buffer.from(wrong)), wrong).toBe(403);
    expect(await chunkedPut(url, bytes)).toBeGreaterThanOrEqual(400);
    expect(await storage.resumable.offset('a/bound', uploadId)).toBe(0);
    expect(await put(url, bytes)).toBe(200);
    expect(await storage.resumable.offset('a/bound', uploadId)).toBe(3);
  });

  test('to send are refused after the upload is finished, or dropped', async () => {
    const finished = await firstPart('a/finished');
    expect(await put(finished.url, Buffer.from('old'))).toBe(200);
    await storage.resumable.finish('a/finished', finished.uploadId);
    expect(await put(finished.url, Buffer.from('new'))).toBe(404);
    expect(String(await readWhole('a/finished'))).toBe('old');
    const gone = { code: 'UPLOAD_NOT_FOUND' };
    await expect(direct.parts('a/finished', finished.uploadId, soon())).rejects.toMatchObject(gone);
    const dropped = await firstPart('a/dropped');
    await storage.resumable.abort('a/dropped', dropped.uploadId);
    expect(await put(dropped.url, Buffer.from('new'))).toBe(404);
    expect(await storage.size('a/dropped')).toBeNull();
  });

  test('to read offer the file under any name', async () => {
    await storage.put('a/file', Readable.from([Buffer.from('content')]), { maxBytes: 100 });
    for (const fileName of [
      'täst "1".csv',
      "it's;(1).csv",
      'a\r\nset-cookie: b.csv',
      '../../etc/passwd',
      '🦊.csv',
    ]) {
      const answer = await fetch(await direct.get('a/file', { ...options, fileName, expiresAt: soon() }));
      expect(await answer.text()).toBe('content');
      expect(answer.headers.get('content-type')).toBe('text/csv');
      expect(answer.headers.get('set-cookie')).toBeNull();
      const [, encoded = ''] =
        /^attachment; .*filename\*=UTF-8''(.*)$/.exec(answer.headers.get('content-disposition') ?? '') ?? [];
      expect(decodeURIComponent(encoded)).toBe(fileName);
    }
  });

  test('to read are for one key and one method, and gone with the file', async () => {
    await storage.put('a/read', Readable.from([Buffer.from('content')]), { maxBytes: 100 });
    await storage.put('a/secret', Readable.from([Buffer.from('secret')]), { maxBytes: 100 });
    const url = await direct.get('a/read', { ...options, expiresAt: soon() });
    for (const method of ['HEAD', 'PUT', 'POST', 'DELETE'])
      expect([403, 405], method).toContain(await statusOf(url, method));
    for (const [part, other] of [
      ['/a/read', '/a/secret'],
      ['/a/read', '/a/x/../secret'],
      ['a.csv', 'b.csv'],
      ['text%2Fcsv', 'text%2Fhtml'],
      ['X-Amz-Expires=', 'X-Amz-Expires=1'],
    ]) {
      expect(url).toContain(part);
      expect(await statusOf(url.replace(String(part), String(other)), 'GET'), other).toBe(403);
    }
    expect(await statusOf(url, 'GET')).toBe(200);
    await storage.remove('a/read');
    expect(await statusOf(url, 'GET')).toBe(404);
    expect(String(await readWhole('a/secret'))).toBe('secret');
  });

  test('expire, and last 15 minutes at most', async () => {
    await storage.put('a/expiring', Readable.from([Buffer.from('content')]), { maxBytes: 100 });
    const uploadId = await storage.resumable.begin('a/part', 3);
    const shortly = () => new Date(Date.now() + 2_500);
    const expiresAt = shortly();
    const url = await direct.get('a/expiring', { ...options, expiresAt });
    const [part] = await direct.parts('a/part', uploadId, shortly());
    expect(endOf(url)).toBeLessThanOrEqual(expiresAt.getTime());
    while ((await statusOf(url, 'GET')) === 200) await sleep(100);
    while ((await put(part?.url ?? '', Buffer.from('123'))) === 200) await sleep(100);
    expect(await statusOf(url, 'GET')).toBe(403);
    expect(await put(part?.url ?? '', Buffer.from('123'))).toBe(403);
    for (const seconds of [-1, 0, 960, 86_400]) {
      const wrong = new Date(Date.now() + seconds * 1_000 + 500);
      const refused = { code: 'STORAGE_FAILED', message: expect.stringContaining('900 seconds') };
      await expect(direct.get('a/expiring', { ...options, expiresAt: wrong })).rejects.toMatchObject(refused);
      await expect(direct.parts('a/part', uploadId, wrong)).rejects.toMatchObject(refused);
    }
  });

  test('take no key but those of the server', async () => {
    for (const key of ['../a', 'a/%2e%2e/b', 'a//b', 'a\0b', '.remainders/a']) {
      const refused = { code: 'STORAGE_FAILED', message: 'This key was not made by the server.' };
      await expect(direct.get(key, { ...options, expiresAt: soon() })).rejects.toMatchObject(refused);
      await expect(direct.parts(key, 'id', soon())).rejects.toMatchObject(refused);
    }
  });

  test('lead to the address that clients know', async () => {
    const outside = await faultyProxy(store.endpoint);
    try {
      const more = `&publicEndpoint=${encodeURIComponent(outside.url)}`;
      const inside = await storageFromUrl(store.url('public', more), { workDirectory: tmpdir() });
      await inside.put('a/b', Readable.from([Buffer.from('content')]), { maxBytes: 100 });
      expect(outside.requests).toBe(0);
      const url = (await inside.direct?.get('a/b', { ...options, expiresAt: soon() })) ?? '';
      expect(url.startsWith(outside.url)).toBe(true);
      expect(await (await fetch(url)).text()).toBe('content');
      const uploadId = await inside.resumable.begin('a/c', 3);
      const [part] = (await inside.direct?.parts('a/c', uploadId, soon())) ?? [];
      expect(part?.url.startsWith(outside.url)).toBe(true);
      expect(await put(part?.url ?? '', Buffer.from('123'))).toBe(200);
      expect(outside.requests).toBe(2);
    } finally {
      await outside.close();
    }
  });

  test('are not given where clients do not reach the store', async () => {
    const closed = await storageFromUrl(store.url('closed', '&direct=off'), { workDirectory: tmpdir() });
    expect(closed.direct).toBeNull();
  });
});

/** The moment from which on a link is refused. */
function endOf(url: string): number {
  const { searchParams } = new URL(url);
  const date = (searchParams.get('X-Amz-Date') ?? '').replace(
    /^(....)(..)(..)T(..)(..)(..)Z$/,
    '$1-$2-$3T$4:$5:$6Z',
  );
  return Date.parse(date) + Number(searchParams.get('X-Amz-Expires')) * 1_000;
}

/** Without telling how long it will be. */
async function chunkedPut(url: string, bytes: Uint8Array): Promise<number> {
  const sending = request(url, { method: 'PUT', headers: { 'transfer-encoding': 'chunked' } });
  sending.end(bytes);
  const [answer] = await once(sending, 'response');
  answer.resume();
  return answer.statusCode;
}
