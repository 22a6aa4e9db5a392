import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteBucketPolicyCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BucketInspection, inspectBucket } from '#adapters/storage/s3-inspection.ts';
import { bucketFindings } from '#cli/local/bucket-findings.ts';
import { fetchObjectStore, type ObjectStore, startObjectStore } from '../object-store.ts';
import { faultyProxy } from './faulty-proxy.ts';

const fetched = await fetchObjectStore();

const sound: BucketInspection = {
  bucket: 'files',
  encryption: 'AES256',
  isPublic: false,
  blocksPublicAccess: true,
  dropsUnfinishedAfterDays: 7,
  letsBrowsersSend: true,
  offersDirectLinks: true,
  clockAheadSeconds: 0,
};

describe('what is told of a bucket', () => {
  test('is one line, and nothing to do when all is well', () => {
    expect(bucketFindings(sound)).toEqual({
      state: 'ok',
      detail:
        'bucket files: written, read, listed and removed; encrypts (AES256); not public; drops unfinished uploads ' +
        'after 7 days; browsers may send to it; clocks agree',
      remedy: null,
    });
  });

  test.each<[Partial<BucketInspection>, 'ok' | 'warning', string, string | null]>([
    [{ encryption: null }, 'warning', 'does not encrypt', 'sse=none'],
    [{ isPublic: true }, 'warning', 'IS PUBLIC', 'public access'],
    [{ blocksPublicAccess: false }, 'ok', 'not public', 'Advice: Block public access'],
    [{ dropsUnfinishedAfterDays: 0 }, 'ok', 'does not drop', 'Advice: Aliquot sweeps'],
    [{ letsBrowsersSend: false }, 'ok', 'browsers may not', '"AllowedMethods":["PUT","GET"]'],
    [{ letsBrowsersSend: false, offersDirectLinks: false }, 'ok', 'by the server alone', null],
    [{ clockAheadSeconds: 90 }, 'warning', '90 s ahead of', 'NTP'],
    [{ clockAheadSeconds: -90 }, 'warning', '90 s behind', 'NTP'],
    [{ isPublic: null }, 'ok', 'public cannot be told', null],
    [{ blocksPublicAccess: null }, 'ok', 'not public', null],
    [{ dropsUnfinishedAfterDays: null }, 'ok', 'lifecycle rules cannot be told', null],
    [{ letsBrowsersSend: null }, 'ok', 'browsers may send to it cannot be told', null],
    [{ clockAheadSeconds: null }, 'ok', 'its clock cannot be told', null],
  ])('%o', (found, state, detail, remedy) => {
    expect(bucketFindings({ ...sound, ...found })).toEqual({
      state,
      detail: expect.stringContaining(detail),
      remedy: remedy && expect.stringContaining(remedy),
    });
  });
});

if ('reason' in fetched) test.skip(`not run: ${fetched.reason}`, () => {});

describe.skipIf('reason' in fetched)('a bucket is inspected:', () => {
  let store: ObjectStore;
  let workDirectory: string;
  beforeAll(async () => {
    store = await startObjectStore('program' in fetched ? fetched.program : '');
    workDirectory = await mkdtemp(join(tmpdir(), 'aliquot-inspection-'));
  });
  afterAll(async () => {
    await store?.stop();
    await rm(workDirectory, { recursive: true, force: true });
  });

  const inspect = (url: string) => inspectBucket(url, { workDirectory });

  test('how it encrypts, that nobody else reads it, and what cannot be told', async () => {
    expect(await inspect(store.url('inspected'))).toEqual({
      bucket: store.bucket,
      encryption: 'AES256',
      isPublic: false,
      blocksPublicAccess: null,
      dropsUnfinishedAfterDays: 0,
      letsBrowsersSend: false,
      offersDirectLinks: true,
      clockAheadSeconds: expect.any(Number),
    });
    expect(await inspect(store.url('inspected', '&sse=none&direct=off'))).toMatchObject({
      encryption: null,
      offersDirectLinks: false,
    });
    const place = { Bucket: store.bucket, Prefix: 'inspected/' };
    expect((await store.client.send(new ListObjectsV2Command(place))).Contents ?? []).toEqual([]);
    expect((await store.client.send(new ListMultipartUploadsCommand(place))).Uploads ?? []).toEqual([]);
    expect(await readdir(workDirectory)).toEqual([]);
  });

  test('the rules that an operator has set', async () => {
    const place = { Bucket: store.bucket };
    const rule = (Prefix: string, DaysAfterInitiation: number) => ({
      ID: `after-${DaysAfterInitiation}`,
      Status: 'Enabled' as const,
      Filter: { Prefix },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation },
    });
    await store.client.send(
      new PutBucketLifecycleConfigurationCommand({
        ...place,
        LifecycleConfiguration: { Rules: [rule('elsewhere/', 1), rule('', 5)] },
      }),
    );
    const CORSRules = [{ AllowedMethods: ['PUT', 'GET'], AllowedOrigins: ['*'], AllowedHeaders: ['*'] }];
    await store.client.send(new PutBucketCorsCommand({ ...place, CORSConfiguration: { CORSRules } }));
    expect(await inspect(store.url('inspected'))).toMatchObject({
      dropsUnfinishedAfterDays: 5,
      letsBrowsersSend: true,
    });
  });

  test('that everybody reads it', async () => {
    const Resource = `arn:aws:s3:::${store.bucket}/*`;
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource }];
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await store.client.send(new PutBucketPolicyCommand({ Bucket: store.bucket, Policy }));
    try {
      expect(await inspect(store.url('inspected'))).toMatchObject({ isPublic: true });
    } finally {
      await store.client.send(new DeleteBucketPolicyCommand({ Bucket: store.bucket }));
    }
  });

  test('why it cannot be used, and nothing is left there', async () => {
    const proxy = await faultyProxy(store.endpoint);
    const url = `s3://${store.bucket}/refused?endpoint=${encodeURIComponent(proxy.url)}`;
    try {
      proxy.fault = ({ method }) => (method === 'HEAD' ? { status: 403, code: 'AccessDenied' } : null);
      await expect(inspect(url)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
      proxy.fault = ({ method }) => (method === 'POST' ? { status: 403, code: 'AccessDenied' } : null);
      await expect(inspect(url)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    } finally {
      await proxy.close();
    }
    const place = { Bucket: store.bucket, Prefix: 'refused/' };
    expect((await store.client.send(new ListObjectsV2Command(place))).Contents ?? []).toEqual([]);
    await expect(inspect('s3://bucket?endpoint=http://127.0.0.1:9')).rejects.toMatchObject({
      code: 'STORAGE_UNREACHABLE',
    });
  });
});
