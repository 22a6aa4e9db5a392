import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { CreateMultipartUploadCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { storageFromUrl } from '#adapters/storage/from-url.ts';
import type { Storage, StorageErrorCode } from '#ports/storage.ts';
import { fetchObjectStore, type ObjectStore, startObjectStore } from '../object-store.ts';
import { type Fault, faultyProxy } from './faulty-proxy.ts';
import { openBucket } from './stores.ts';

const fetched = await fetchObjectStore();
const MiB = 1024 ** 2;
const key = 'a/b';
const soon = () => new Date(Date.now() + 600_000);
const later = () => new Date(Date.now() + 60_000);
const body = (bytes: Buffer) =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
      bytes.subarray(index * 65_536, (index + 1) * 65_536),
    ),
  );

const isPart = ({ method, url = '' }: IncomingMessage) => method === 'PUT' && url.includes('partNumber=');
const isCompletion = ({ method, url = '' }: IncomingMessage) =>
  method === 'POST' && url.includes('uploadId=');

if ('reason' in fetched) test.skip(`not run: ${fetched.reason}`, () => {});

describe.skipIf('reason' in fetched)('an upload to S3', () => {
  let store: ObjectStore;
  let proxy: Awaited<ReturnType<typeof faultyProxy>>;
  let storage: Storage;
  let directUrl: string;
  let workDirectory: string;
  let contents: () => Promise<string[]>;
  beforeAll(async () => {
    store = await startObjectStore('program' in fetched ? fetched.program : '');
    proxy = await faultyProxy(store.endpoint);
  });
  afterAll(async () => {
    await proxy?.close();
    await store?.stop();
  });
  beforeEach(async () => {
    // the same place twice: through the proxy for the work, past it to look what lies there
    const opened = await openBucket(store);
    workDirectory = opened.workDirectory;
    contents = opened.contents;
    directUrl = opened.settings.STORAGE_URL ?? '';
    const url = new URL(directUrl);
    url.searchParams.set('endpoint', proxy.url);
    storage = await storageFromUrl(url.href, { workDirectory });
  });
  afterEach(async () => {
    proxy.fault = () => null;
    await rm(workDirectory, { recursive: true });
  });

  const openAnew = () => storageFromUrl(directUrl, { workDirectory });
  const readWhole = async () => buffer(await storage.get(key));

  /** A fault in the first `times` of the requests that are `meant`. */
  function faultIn(
    meant: (request: IncomingMessage) => boolean,
    fault: Fault,
    times = Number.POSITIVE_INFINITY,
  ) {
    const seen = { count: 0 };
    proxy.fault = (request) => (meant(request) && seen.count++ < times ? fault : null);
    return seen;
  }

  test.each<[string, Fault]>([
    ['asks for fewer requests', { status: 503, code: 'SlowDown' }],
    ['fails inside', { status: 500, code: 'InternalError' }],
    ['is cut off in the middle of a part', { cutRequestAfter: 3 * MiB }],
    ['is cut off before it answers', { cutAfter: 0 }],
    ['gets other bytes than were sent', { flipByte: 5 * MiB }],
  ])('sends a part again when the store %s', async (_, fault) => {
    const bytes = randomBytes(20 * MiB);
    const uploadId = await storage.resumable.begin(key, bytes.length);
    const seen = faultIn(isPart, fault, 2);
    expect(await storage.resumable.append(key, uploadId, 0, body(bytes))).toBe(bytes.length);
    expect(seen.count).toBeGreaterThanOrEqual(5);
    await storage.resumable.finish(key, uploadId);
    expect((await readWhole()).equals(bytes)).toBe(true);
    expect(await contents()).toEqual([key]);
  });

  test.each<[Fault, StorageErrorCode]>([
    [{ status: 503, code: 'SlowDown' }, 'SLOW_DOWN'],
    [{ status: 403, code: 'AccessDenied' }, 'ACCESS_DENIED'],
    [{ status: 301, code: 'PermanentRedirect' }, 'WRONG_REGION'],
    [{ status: 403, code: 'RequestTimeTooSkewed' }, 'CLOCK_SKEW'],
    [{ status: 507, code: 'InsufficientStorage' }, 'STORAGE_FULL'],
    [{ flipByte: 0 }, 'CORRUPTED'],
    [{ cutRequestAfter: 1 }, 'STORAGE_UNREACHABLE'],
  ])('goes on when %o in its parts is over', async (fault, code) => {
    const bytes = randomBytes(18 * MiB);
    const { resumable } = storage;
    const uploadId = await resumable.begin(key, bytes.length);
    await resumable.append(key, uploadId, 0, body(bytes.subarray(0, MiB)));
    faultIn(isPart, fault);
    const appended = resumable.append(key, uploadId, MiB, body(bytes.subarray(MiB)));
    await expect(appended).rejects.toMatchObject({ name: 'StorageError', code });
    expect(await readdir(workDirectory)).toEqual([]);
    proxy.fault = () => null;
    expect(await resumable.offset(key, uploadId)).toBe(MiB);
    await resumable.append(key, uploadId, MiB, body(bytes.subarray(MiB)));
    await resumable.finish(key, uploadId);
    expect((await readWhole()).equals(bytes)).toBe(true);
    expect(await contents()).toEqual([key]);
  });

  test.each<[Fault, StorageErrorCode]>([
    [{ status: 503, code: 'SlowDown' }, 'SLOW_DOWN'],
    [{ status: 403, code: 'AccessDenied' }, 'ACCESS_DENIED'],
    [{ status: 301, code: 'PermanentRedirect' }, 'WRONG_REGION'],
    [{ status: 404, code: 'NoSuchBucket' }, 'BUCKET_NOT_FOUND'],
  ])('tells by every verb of %o', async (fault, code) => {
    const { resumable, direct } = storage;
    const uploadId = await resumable.begin(key, 3);
    proxy.fault = () => fault;
    const works: Promise<unknown>[] = [
      resumable.begin(key, 3),
      resumable.offset(key, uploadId),
      resumable.append(key, uploadId, 0, body(Buffer.from('123'))),
      resumable.finish(key, uploadId),
      resumable.abort(key, uploadId),
      direct?.parts(key, uploadId, soon()) ?? Promise.resolve(),
      storage.list()[Symbol.asyncIterator]().next(),
      storage.sweep(later()),
    ];
    for (const { status, reason } of (await Promise.allSettled(works)) as PromiseRejectedResult[])
      expect({ status, reason }).toMatchObject({
        status: 'rejected',
        reason: { name: 'StorageError', code },
      });
  });

  test('is finished although the answer was lost', async () => {
    const uploadId = await storage.resumable.begin(key, 3);
    await storage.resumable.append(key, uploadId, 0, body(Buffer.from('123')));
    const seen = faultIn(isCompletion, { cutAfter: 0 }, 1);
    await storage.resumable.finish(key, uploadId);
    expect(seen.count).toBeGreaterThan(0);
    expect(String(await readWhole())).toBe('123');
  });

  test('is finished although the store, asked again, knows it no more', async () => {
    const uploadId = await storage.resumable.begin(key, 3);
    await storage.resumable.append(key, uploadId, 0, body(Buffer.from('123')));
    let count = 0;
    proxy.fault = (request) => {
      if (!isCompletion(request)) return null;
      return count++ === 0 ? { cutAfter: 0 } : { status: 404, code: 'NoSuchUpload' };
    };
    await storage.resumable.finish(key, uploadId);
    expect(count).toBe(2);
    expect(String(await readWhole())).toBe('123');
  });

  test('is not taken for finished when another has made the object', async () => {
    await storage.put(key, body(Buffer.from('other')), { maxBytes: 10 });
    const uploadId = await storage.resumable.begin(key, 3);
    await storage.resumable.append(key, uploadId, 0, body(Buffer.from('123')));
    faultIn(isCompletion, { status: 404, code: 'NoSuchUpload' });
    await expect(storage.resumable.finish(key, uploadId)).rejects.toMatchObject({ code: 'UPLOAD_NOT_FOUND' });
    expect(String(await readWhole())).toBe('other');
  });

  test('is right where what was kept of a part outlives it', async () => {
    const bytes = randomBytes(12 * MiB);
    const { resumable } = storage;
    const uploadId = await resumable.begin(key, bytes.length);
    await resumable.append(key, uploadId, 0, body(bytes.subarray(0, 3 * MiB)));
    await resumable.append(key, uploadId, 3 * MiB, body(bytes.subarray(3 * MiB, 5 * MiB)));
    faultIn(({ method }) => method === 'DELETE', { status: 500, code: 'InternalError' });
    await resumable.append(key, uploadId, 5 * MiB, body(bytes.subarray(5 * MiB, 9 * MiB)));
    expect(await resumable.offset(key, uploadId)).toBe(9 * MiB);
    await resumable.append(key, uploadId, 9 * MiB, body(bytes.subarray(9 * MiB)));
    await resumable.finish(key, uploadId);
    expect((await readWhole()).equals(bytes)).toBe(true);
    const left = (await contents()).filter((name) => name.startsWith('.remainders/'));
    expect(left).toHaveLength(3);
    const listed: string[] = [];
    for await (const object of storage.list()) listed.push(object.key);
    expect(listed).toEqual([key]);
    proxy.fault = () => null;
    await storage.sweep(later());
    expect(await contents()).toEqual([key]);
  });

  test('works with a clock that is an hour wrong, and so do its links', async () => {
    const bytes = randomBytes(9 * MiB);
    for (const minutes of [-60, 60]) {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 });
      try {
        const { resumable, direct } = await openAnew();
        const uploadId = await resumable.begin(key, bytes.length);
        await resumable.append(key, uploadId, 0, body(bytes.subarray(0, 5)));
        const parts = (await direct?.parts(key, uploadId, soon())) ?? [];
        for (const { url, offset, byteSize } of parts) {
          const answer = await fetch(url, { method: 'PUT', body: bytes.subarray(offset, offset + byteSize) });
          expect(answer.status, `${minutes} minutes`).toBe(200);
        }
        await resumable.finish(key, uploadId);
        const read = { fileName: 'b', mediaType: 'text/plain', expiresAt: soon() };
        const answer = await fetch((await direct?.get(key, read)) ?? '');
        expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
      } finally {
        vi.useRealTimers();
      }
    }
  });

  test('stores a stream first of all with a clock that is an hour wrong', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    try {
      await (await openAnew()).put(key, body(Buffer.from('123')), { maxBytes: 10 });
    } finally {
      vi.useRealTimers();
    }
    expect(String(await readWhole())).toBe('123');
  });

  test('is found among more than a page of others, and swept', async () => {
    const prefix = new URL(directUrl).pathname.slice(1);
    const many = await openAnew();
    const send = async (index: number) => {
      const place = { Bucket: store.bucket, Key: `${prefix}/many/${index}` };
      await store.client.send(new PutObjectCommand({ ...place, Body: '1' }));
      await store.client.send(new CreateMultipartUploadCommand(place));
    };
    const indices = Array.from({ length: 1_005 }, (_, index) => index).values();
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        for (const index of indices) await send(index);
      }),
    );
    const listed = new Set<string>();
    for await (const object of many.list()) listed.add(object.key);
    expect(listed.size).toBe(1_005);
    expect(await many.sweep(later())).toBe(1_005);
    expect(await many.sweep(later())).toBe(0);
  }, 180_000);
});
