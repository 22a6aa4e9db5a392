import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';
import { fetchObjectStore, type ObjectStore, startObjectStore } from '../object-store.ts';

const fetched = await fetchObjectStore();
if ('reason' in fetched) test.skip(`not run: ${fetched.reason}`, () => {});

const rows = Array.from({ length: 120 }, (_, index) => `${index % 17},${index % 17 > 8 ? 'yes' : 'no'}`);
const csv = `size,answer\n${rows.join('\n')}\n`;
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

describe.skipIf('reason' in fetched)('with its files in a bucket', () => {
  let store: ObjectStore;
  let app: TestApp;
  beforeAll(async () => {
    store = await startObjectStore('program' in fetched ? fetched.program : '');
    app = await createTestApp({ worker: true, env: { STORAGE_URL: store.url('flow') } });
  });
  afterAll(async () => {
    await app?.close();
    await store?.stop();
  });

  const keys = async () => {
    const place = { Bucket: store.bucket, Prefix: 'flow/' };
    const { Contents = [] } = await store.client.send(new ListObjectsV2Command(place));
    return Contents.map(({ Key = '' }) => Key.replace(/^flow\//, ''));
  };

  test('the way leads from an upload to a model that can be downloaded', async () => {
    const datasetId = await app.dataset('answers.csv', csv);
    const input = {
      ...{ datasetId, target: 'answer', algorithms: ['decision_tree'] },
      ...{ budgetSeconds: 3, tuning: 'NONE', maxTrials: 1 },
    };
    const { experiment } = await app.mutate('runExperiment', input, '{ experiment { id } }');
    await app.collect('subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename } }', {
      id: experiment.id,
    });
    // the portable model is stored after the end of the training
    const portable = `query ($id: ID!) { node(id: $id) { ... on Experiment { bestRun { portableModel { status } } } } }`;
    const exported = async () =>
      String((await app.query(portable, { id: experiment.id })).data.node.bestRun.portableModel?.status);
    await expect.poll(exported).toMatch(/^(SUCCEEDED|FAILED)$/);
    const { data } = await app.query(
      `query ($id: ID!) { serverInfo { storage storageEncryption } node(id: $id) { ... on Experiment { status failure { code message }
        leaderboard { nodes { artifacts { name byteSize sha256 download { url } } } } } } }`,
      { id: experiment.id },
    );
    expect(data.serverInfo).toEqual({ storage: 's3:', storageEncryption: 'SSE_S3' });
    expect(data.node).toMatchObject({ status: 'SUCCEEDED', failure: null });
    const artifacts = data.node.leaderboard.nodes.flatMap((run: { artifacts: object[] }) => run.artifacts);
    expect(artifacts.length).toBeGreaterThan(0);
    for (const { byteSize, sha256: announced, download } of artifacts) {
      const response = await fetch(download.url);
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect([response.status, bytes.length, sha256(bytes)]).toEqual([200, Number(byteSize), announced]);
      const part = await fetch(download.url, { headers: { range: 'bytes=10-19' } });
      expect([part.status, new Uint8Array(await part.arrayBuffer())]).toEqual([206, bytes.slice(10, 20)]);
    }
    expect((await keys()).length).toBe(2 + artifacts.length);
    expect(await readdir(app.env.DATA_DIR)).not.toContain('files');
    expect((await readdir(join(app.env.DATA_DIR, 'work'))).filter((name) => /^object-/.test(name))).toEqual(
      [],
    );
  });

  test('a deleted dataset takes its objects along', async () => {
    const before = await keys();
    const datasetId = await app.dataset('more.csv', csv);
    const afterwards = await keys();
    expect(afterwards.length).toBe(before.length + 2);
    await app.mutate('deleteDataset', { datasetId }, '{ __typename }');
    await app.maintain(new Date(Date.now() + 48 * 3_600_000));
    expect(await keys()).toEqual(before);
  });

  describe('a download', () => {
    const linkOf = async (app: TestApp, id: string) => {
      const query = 'query ($id: ID!) { node(id: $id) { ... on Dataset { download { url } } } }';
      return (await app.query(query, { id })).data.node.download.url as string;
    };

    test('goes past this server: a link for a minute leads to the store', async () => {
      const id = await app.dataset('größe.csv', csv);
      const url = await linkOf(app, id);
      const { status, headers } = await fetch(url, { redirect: 'manual' });
      const location = new URL(headers.get('location') ?? '');
      expect({
        status,
        cached: headers.get('cache-control'),
        isOfStore: location.host !== new URL(app.url).host,
        seconds: Number(location.searchParams.get('X-Amz-Expires')),
      }).toEqual({ status: 307, cached: 'private, no-store', isOfStore: true, seconds: expect.any(Number) });
      expect(Number(location.searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(60);
      const sent = await fetch(url);
      expect({ text: await sent.text(), disposition: sent.headers.get('content-disposition') }).toEqual({
        text: csv,
        disposition: 'attachment; filename="gr__e.csv"; filename*=UTF-8\'\'gr%C3%B6%C3%9Fe.csv',
      });
      const head = await fetch(url, { method: 'HEAD', redirect: 'manual' });
      expect([head.status, head.headers.get('content-length')]).toEqual([200, String(csv.length)]);
    });

    test('is refused after deletion before the store is asked', async () => {
      const id = await app.dataset('gone.csv', csv);
      const url = await linkOf(app, id);
      await app.mutate('deleteDataset', { datasetId: id }, '{ __typename }');
      const response = await fetch(url, { redirect: 'manual' });
      expect([response.status, (await response.json()).code]).toEqual([404, 'LINK_INVALID']);
    });

    test('goes through this server where direct links are off', async () => {
      const hidden = await createTestApp({ env: { STORAGE_URL: `${store.url('hidden')}&direct=off` } });
      try {
        const url = await linkOf(hidden, await hidden.upload('a.csv', csv));
        const response = await fetch(url, { redirect: 'manual' });
        expect([response.status, await response.text()]).toEqual([200, csv]);
      } finally {
        await hidden.close();
      }
    });
  });

  test('pages of the web app may reach the store, and nothing else but this server', async () => {
    const page = await fetch(app.url, { headers: { accept: 'text/html' } });
    const policy = page.headers.get('content-security-policy')?.split('; ');
    expect(policy).toContain(`connect-src 'self' ${new URL(store.endpoint).origin}`);
  });

  test('an upload that is too long leaves nothing', async () => {
    const before = await keys();
    const { upload } = await app.mutate(
      'requestUpload',
      { fileName: 'a.csv', byteSize: 10 },
      '{ upload { url } }',
    );
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(11));
        controller.close();
      },
    });
    const response = await fetch(upload.url, { method: 'PUT', body, duplex: 'half' } as RequestInit);
    expect([response.status, (await response.json()).code]).toEqual([413, 'UPLOAD_TOO_LARGE']);
    expect(await keys()).toEqual(before);
  });
});

describe('when the bucket cannot be reached', () => {
  test('an upload is refused with what the operator can mend', async () => {
    const app = await createTestApp({
      env: { S3_BUCKET: 'bucket', S3_REGION: 'eu-west-1', S3_ENDPOINT: 'http://127.0.0.1:9' },
    });
    try {
      const input = { fileName: 'a.csv', byteSize: 3 };
      const { upload } = await app.mutate('requestUpload', input, '{ upload { url } }');
      const response = await fetch(upload.url, { method: 'PUT', body: 'a\n1' });
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ code: 'STORAGE_UNREACHABLE', retryable: true });
      const resumable = { ...input, protocols: ['TUS'] };
      await expect(app.mutate('requestUpload', resumable, '{ upload { url } }')).rejects.toThrow(
        '"code":"STORAGE_UNREACHABLE"',
      );
    } finally {
      await app.close();
    }
  });
});
