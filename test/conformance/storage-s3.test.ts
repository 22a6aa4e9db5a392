import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { HeadObjectCommand, ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storageFromUrl, storageUrl } from '#adapters/storage/from-url.ts';
import { s3Location } from '#adapters/storage/s3-location.ts';
import { readEnv } from '#env.ts';
import type { StorageError } from '#ports/storage.ts';
import { fetchObjectStore, type ObjectStore, startObjectStore } from '../object-store.ts';
import { type Fault, faultyProxy } from './faulty-proxy.ts';

const fetched = await fetchObjectStore();
const MiB = 1024 ** 2;
const options = { maxBytes: 100 * MiB };
const at = (url: string) => storageFromUrl(url, { workDirectory: tmpdir() });
const text = (content: string) => Readable.from([Buffer.from(content)]);

const failureOf = async (work: Promise<unknown>): Promise<StorageError> =>
  work.then(
    () => expect.unreachable('it did not fail'),
    (error) => error,
  );

describe('the address of a bucket', () => {
  const refusal = (url: string) => {
    try {
      s3Location(url).client.destroy();
      return null;
    } catch (error) {
      return (error as Error).message;
    }
  };

  test.each([
    ['s3://bucket', '', { ServerSideEncryption: 'AES256' }],
    ['s3://bucket/', '', { ServerSideEncryption: 'AES256' }],
    ['s3://bucket/a', 'a/', { ServerSideEncryption: 'AES256' }],
    ['s3://bucket/a/b.c/?sse=AES256', 'a/b.c/', { ServerSideEncryption: 'AES256' }],
    ['s3://bucket?sse=aws:kms', '', { ServerSideEncryption: 'aws:kms' }],
    ['s3://bucket?kmsKeyId=key', '', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'key' }],
    ['s3://bucket?sse=none', '', {}],
  ])('%s is read', (url, prefix, encryption) => {
    expect(s3Location(`${url}`)).toMatchObject({ bucket: 'bucket', prefix, encryption });
  });

  test.each([
    ['s3://key:secret@bucket', 'credentials do not belong'],
    ['s3://b', '3 to 63'],
    ['s3://Bucket_1', '3 to 63'],
    ['s3:bucket', '3 to 63'],
    ['s3://bucket/a//b', 'prefix'],
    ['s3://bucket/%2e%2e%2fb', 'prefix'],
    ['s3://bucket?sse=AES128', 'sse is'],
    ['s3://bucket?sse=none&kmsKeyId=key', 'kmsKeyId'],
    ['s3://bucket?acl=public-read', 'unknown'],
    ['s3://bucket?endpoint=ftp://host', 'http://'],
    ['s3://bucket?endpoint=host', 'no URL'],
    ['s3://bucket?publicEndpoint=javascript:host', 'publicEndpoint begins with http://'],
    ['s3://bucket?direct=maybe', 'direct is on or off'],
  ])('%s is refused', (url, part) => {
    expect(refusal(url)).toContain(part);
    expect(refusal(url)).not.toMatch(/secret|AES128|public-read/);
  });

  test('is made of the shorthands when STORAGE_URL is not set', () => {
    const shorthands = { S3_BUCKET: 'bucket', S3_PREFIX: 'a/b', S3_REGION: 'eu-west-1' };
    const endpoint = { S3_ENDPOINT: 'https://s3.example.org' };
    expect(storageUrl(readEnv(shorthands))).toBe('s3://bucket/a/b?region=eu-west-1');
    expect(storageUrl(readEnv({ ...shorthands, ...endpoint }))).toBe(
      's3://bucket/a/b?region=eu-west-1&endpoint=https%3A%2F%2Fs3.example.org',
    );
    const links = { S3_PUBLIC_ENDPOINT: 'https://files.example.org', S3_DIRECT: 'off' };
    expect(storageUrl(readEnv({ S3_BUCKET: 'bucket', ...links }))).toBe(
      's3://bucket/?publicEndpoint=https%3A%2F%2Ffiles.example.org&direct=off',
    );
    expect(storageUrl(readEnv({ ...shorthands, STORAGE_URL: 'file:/files' }))).toBe('file:/files');
    expect(storageUrl(readEnv({ DATA_DIR: '/data' }))).toBe('file:/data/files');
    expect(() => readEnv({ STORAGE_URL: 'ftp://host' })).toThrow('STORAGE_URL');
  });
});

if ('reason' in fetched) test.skip(`not run: ${fetched.reason}`, () => {});

describe.skipIf('reason' in fetched)('a bucket', () => {
  let store: ObjectStore;
  let proxy: Awaited<ReturnType<typeof faultyProxy>>;
  beforeAll(async () => {
    store = await startObjectStore('program' in fetched ? fetched.program : '');
    proxy = await faultyProxy(store.endpoint);
  });
  afterAll(async () => {
    await proxy?.close();
    await store?.stop();
  });

  const throughProxy = (fault: (method: string) => Fault | null) => {
    proxy.requests = 0;
    proxy.fault = ({ method = '' }) => fault(method);
    return at(`s3://${store.bucket}/proxied?endpoint=${encodeURIComponent(proxy.url)}`);
  };

  test('encrypts unless told not to, small objects and large ones', async () => {
    const encryptionOf = async (prefix: string, more: string, byteSize: number) => {
      const storage = await at(store.url(prefix, more));
      await storage.put('a/b', Readable.from([Buffer.alloc(byteSize)]), options);
      const object = { Bucket: store.bucket, Key: `${prefix}/a/b` };
      return (await store.client.send(new HeadObjectCommand(object))).ServerSideEncryption;
    };
    expect(await encryptionOf('small', '', 10)).toBe('AES256');
    expect(await encryptionOf('large', '', 9 * MiB)).toBe('AES256');
    expect(await encryptionOf('plain', '&sse=none', 10)).toBeUndefined();
  });

  test('tells of a wrong secret by ACCESS_DENIED, without showing it', async () => {
    const { AWS_SECRET_ACCESS_KEY } = process.env;
    process.env.AWS_SECRET_ACCESS_KEY = 'not-the-secret';
    try {
      const storage = await at(store.url());
      for (const work of [
        () => storage.put('a/b', text('1'), options),
        () => storage.put('a/b', Readable.from([randomBytes(9 * MiB)]), options),
        () => storage.get('a/b'),
        () => storage.size('a/b'),
        () => storage.remove('a/b'),
      ]) {
        const failure = await failureOf(work());
        expect(failure).toMatchObject({ name: 'StorageError', code: 'ACCESS_DENIED' });
        const shown = `${failure.stack} ${JSON.stringify(failure)} ${(failure.cause as Error).stack}`;
        expect(shown).not.toContain('not-the-secret');
        expect(shown).not.toContain(String(process.env.AWS_ACCESS_KEY_ID));
      }
    } finally {
      process.env.AWS_SECRET_ACCESS_KEY = AWS_SECRET_ACCESS_KEY;
    }
  });

  test('that does not exist is told of by BUCKET_NOT_FOUND', async () => {
    const storage = await at(`s3://no-such-bucket?endpoint=${encodeURIComponent(store.endpoint)}`);
    const missing = { code: 'BUCKET_NOT_FOUND' };
    await expect(storage.get('a/b')).rejects.toMatchObject(missing);
    await expect(storage.size('a/b')).rejects.toMatchObject(missing);
    await expect(storage.put('a/b', text('1'), options)).rejects.toMatchObject(missing);
    await expect(storage.put('a/b', Readable.from([Buffer.alloc(9 * MiB)]), options)).rejects.toMatchObject(
      missing,
    );
  });

  test('cannot be written to without the work directory, which is told of too', async () => {
    const workDirectory = join(tmpdir(), 'aliquot-no-such-directory');
    const storage = await storageFromUrl(store.url('no-work'), { workDirectory });
    const failed = { name: 'StorageError', code: 'STORAGE_FAILED' };
    await expect(storage.put('a/b', text('1'), options)).rejects.toMatchObject(failed);
    const uploadId = await storage.resumable.begin('a/b', 1);
    await expect(storage.resumable.append('a/b', uploadId, 0, text('1'))).rejects.toMatchObject(failed);
    expect(await storage.resumable.offset('a/b', uploadId)).toBe(0);
    await storage.resumable.abort('a/b', uploadId);
  });

  test('that does not answer is told of by STORAGE_UNREACHABLE', async () => {
    const storage = await at('s3://bucket?endpoint=http://127.0.0.1:9');
    const unreachable = { code: 'STORAGE_UNREACHABLE' };
    await expect(storage.put('a/b', text('1'), options)).rejects.toMatchObject(unreachable);
    await expect(storage.get('a/b')).rejects.toMatchObject(unreachable);
    await expect(storage.resumable.begin('a/b', 1)).rejects.toMatchObject(unreachable);
  });

  test.each([
    [503, 'SlowDown', 'SLOW_DOWN'],
    [403, 'RequestTimeTooSkewed', 'CLOCK_SKEW'],
    [301, 'PermanentRedirect', 'WRONG_REGION'],
    [400, 'AuthorizationHeaderMalformed', 'WRONG_REGION'],
    [400, 'ExpiredToken', 'ACCESS_DENIED'],
    [400, 'KMS.DisabledException', 'ACCESS_DENIED'],
    [507, 'InsufficientStorage', 'STORAGE_FULL'],
    [500, 'InternalError', 'STORAGE_FAILED'],
  ])('that answers %i %s is told of by %s', async (status, code, told) => {
    const storage = await throughProxy(() => ({ status, code }));
    const failure = await failureOf(storage.put('a/b', text('1'), options));
    expect(failure).toMatchObject({ name: 'StorageError', code: told });
    expect(failure.message).not.toContain(store.bucket);
  });

  test('that is slow or fails for a moment is asked again', async () => {
    let left = 2;
    const storage = await throughProxy((method) =>
      method === 'PUT' && left-- > 0 ? { status: 503, code: 'SlowDown' } : null,
    );
    const bytes = randomBytes(18 * MiB);
    await storage.put('a/b', Readable.from([bytes]), options);
    expect((await buffer(await storage.get('a/b'))).equals(bytes)).toBe(true);
    expect(left).toBeLessThan(0);
  });

  test('whose connection is cut is read on from there', async () => {
    const bytes = randomBytes(5 * MiB);
    let cuts = 0;
    const storage = await throughProxy((method) =>
      method === 'GET' && cuts++ < 3 ? { cutAfter: MiB + 1 } : null,
    );
    await storage.put('a/b', Readable.from([bytes]), options);
    expect((await buffer(await storage.get('a/b'))).equals(bytes)).toBe(true);
    expect(cuts).toBe(4);
    cuts = 0;
    const part = await buffer(await storage.get('a/b', { start: 7, end: 4 * MiB }));
    expect(part.equals(bytes.subarray(7, 4 * MiB + 1))).toBe(true);
  });

  test('that cuts every connection leaves no half file', async () => {
    const workDirectory = await mkdtemp(join(tmpdir(), 'aliquot-storage-'));
    let gets = 0;
    proxy.fault = ({ method }) => (method === 'GET' ? { cutAfter: gets++ === 0 ? 3 : 0 } : null);
    const url = `s3://${store.bucket}/cut?endpoint=${encodeURIComponent(proxy.url)}`;
    const storage = await storageFromUrl(url, { workDirectory });
    await storage.put('a/b', Readable.from([randomBytes(100)]), options);
    await expect(storage.open('a/b')).rejects.toMatchObject({ code: 'STORAGE_UNREACHABLE' });
    expect(gets).toBeGreaterThan(4);
    expect(await readdir(workDirectory)).toEqual([]);
    await rm(workDirectory, { recursive: true });
  });

  test('that refuses a part in the middle keeps nothing of the upload', async () => {
    let puts = 0;
    proxy.fault = ({ method }) =>
      method === 'PUT' && ++puts > 2 ? { status: 403, code: 'AccessDenied' } : null;
    const storage = await at(`s3://${store.bucket}/refused?endpoint=${encodeURIComponent(proxy.url)}`);
    const body = Readable.from(Array.from({ length: 60 }, () => Buffer.alloc(MiB)));
    await expect(storage.put('a/b', body, options)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect(body.destroyed).toBe(true);
    const place = { Bucket: store.bucket, Prefix: 'refused/' };
    expect((await store.client.send(new ListObjectsV2Command(place))).Contents ?? []).toEqual([]);
    expect((await store.client.send(new ListMultipartUploadsCommand(place))).Uploads ?? []).toEqual([]);
  });

  test('whose answer to the completion is lost has the object nevertheless', async () => {
    let lost = false;
    const storage = await throughProxy(() => null);
    proxy.fault = ({ method, url = '' }) => {
      if (lost || method !== 'POST' || !url.includes('uploadId=')) return null;
      lost = true;
      return { cutAfter: 0 };
    };
    const bytes = randomBytes(9 * MiB);
    expect(await storage.put('lost/b', Readable.from([bytes]), options)).toMatchObject({ byteSize: 9 * MiB });
    expect(lost).toBe(true);
    expect((await buffer(await storage.get('lost/b'))).equals(bytes)).toBe(true);
  });
});
