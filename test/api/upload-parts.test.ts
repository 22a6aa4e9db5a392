import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';
import { fetchObjectStore, type ObjectStore, startObjectStore } from '../object-store.ts';
import { spellings } from '../security/spellings.ts';
import {
  breakingProxy,
  complete,
  hashOf,
  patch,
  randomCuts,
  randomTable,
  requestUpload,
  resumeUpload,
  sendByTus,
  type Ticket,
  tus,
} from './upload-client.ts';

const MEBIBYTE = 1024 ** 2;
const fetched = await fetchObjectStore();
if ('reason' in fetched) test.skip(`not run: ${fetched.reason}`, () => {});

describe.skipIf('reason' in fetched)('with its files in a bucket', () => {
  let store: ObjectStore;
  let app: TestApp;
  beforeAll(async () => {
    store = await startObjectStore('program' in fetched ? fetched.program : '');
    app = await createTestApp({ worker: true, env: { STORAGE_URL: store.url('uploads') } });
  });
  afterAll(async () => {
    await app?.close();
    await store?.stop();
  });

  const content = randomTable(20 * MEBIBYTE);
  const protocols = ['PUT', 'TUS', 'S3_MULTIPART'];
  const partsOf = ({ parts }: Ticket) => parts ?? [];
  const ofPart = ({ offset, size }: { offset: string; size: string }) =>
    new Uint8Array(content.subarray(Number(offset), Number(offset) + Number(size)));
  const put = async (url: string, body: Uint8Array<ArrayBuffer>) =>
    (await fetch(url, { method: 'PUT', body })).status;

  async function ended(datasetId: string) {
    const document = 'subscription ($id: ID!) { datasetEvents(datasetId: $id) { __typename } }';
    await app.collect(document, { id: datasetId });
    const { data } = await app.query(
      'query ($id: ID!) { node(id: $id) { ... on Dataset { status sha256 rejection { code } download { url } } } }',
      { id: datasetId },
    );
    return data.node;
  }

  test('offers parts first, each with its place and its own link to the store', async () => {
    const ticket = await requestUpload(app, content.length, { protocols });
    expect(ticket).toMatchObject({ protocol: 'S3_MULTIPART', method: 'PUT', headers: [] });
    expect(partsOf(ticket).map(({ url, ...part }) => ({ ...part, host: new URL(url).origin }))).toEqual(
      [0, 1, 2].map((index) => ({
        ...{ number: index + 1, offset: String(index * 8 * MEBIBYTE), isStored: false, host: store.endpoint },
        size: String(Math.min(8 * MEBIBYTE, content.length - index * 8 * MEBIBYTE)),
      })),
    );
    expect(ticket.url).toBe(partsOf(ticket)[0]?.url);
    expect((await app.query('{ serverInfo { uploadProtocols } }')).data.serverInfo).toEqual({
      uploadProtocols: ['S3_MULTIPART', 'TUS', 'PUT'],
    });
  });

  test('takes parts in any order; what is missing can be asked for, and sent, by another client', async () => {
    const first = await requestUpload(app, content.length, { protocols });
    const [one, two, three] = partsOf(first);
    if (!one || !two || !three) throw new Error('three parts are needed');
    expect(await put(three.url, ofPart(three))).toBe(200);
    expect(await put(one.url, ofPart(one))).toBe(200);
    expect(await complete(app, first.id)).toMatchObject({
      code: 'UPLOAD_INCOMPLETE',
      message: expect.stringContaining(`${Number(one.size) + Number(three.size)} of ${content.length} bytes`),
    });
    const second = await resumeUpload(app, first.id, protocols);
    expect(partsOf(second).map(({ isStored }) => isStored)).toEqual([true, false, true]);
    expect(await put(partsOf(second)[1]?.url ?? '', ofPart(two))).toBe(200);
    expect(await complete(app, first.id, { sha256: hashOf(content) })).toMatchObject({
      dataset: { status: 'INGESTING' },
    });
    expect(await ended(first.id)).toMatchObject({ status: 'READY', sha256: hashOf(content) });
    expect(await put(two.url, ofPart(two))).toBeGreaterThanOrEqual(400);
  });

  test('refuses a part of another length, and completion with another content than was announced', async () => {
    const { id, parts } = await requestUpload(app, content.length, { protocols });
    for (const part of parts ?? []) expect(await put(part.url, ofPart(part))).toBe(200);
    const [part] = parts ?? [];
    if (part) expect(await put(part.url, ofPart(part).slice(1))).toBeGreaterThanOrEqual(400);
    await complete(app, id, { sha256: hashOf(Buffer.from('other')) });
    expect(await ended(id)).toMatchObject({ status: 'REJECTED', rejection: { code: 'UPLOAD_CORRUPTED' } });
  });

  test('goes on by tus with what came in parts', async () => {
    const { id, parts } = await requestUpload(app, content.length, { protocols });
    const [one] = parts ?? [];
    if (one) await put(one.url, ofPart(one));
    const { url } = await resumeUpload(app, id, ['TUS']);
    expect((await tus(url, 'HEAD')).offset).toBe(String(8 * MEBIBYTE));
    expect(await sendByTus(url, content)).toBe(null);
    await complete(app, id, { sha256: hashOf(content) });
    expect(await ended(id)).toMatchObject({ status: 'READY', sha256: hashOf(content) });
  });

  test('keeps by tus what had arrived when the connection was cut', async () => {
    const proxy = await breakingProxy(app.url);
    try {
      const { id, url } = await requestUpload(app, content.length, { protocols: ['TUS'] });
      proxy.breaks = randomCuts(4, 6 * MEBIBYTE);
      expect(await sendByTus(proxy.through(url), content)).toBe(null);
      await complete(app, id, { sha256: hashOf(content) });
      expect(await ended(id)).toMatchObject({ status: 'READY', sha256: hashOf(content) });
    } finally {
      await proxy.close();
    }
  });

  test('rejects at once what is plainly no table, and frees its bytes', async () => {
    const picture = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
    const { id, url } = await requestUpload(app, picture.length);
    await patch(url, 0, picture);
    expect(await complete(app, id)).toMatchObject({
      dataset: { status: 'REJECTED', rejection: { code: 'BINARY_FILE' } },
    });
    const place = { Bucket: store.bucket, Prefix: 'uploads/' };
    const rows = await app.ports.database.sql`select key from stored_object`;
    const { Contents = [] } = await store.client.send(new ListObjectsV2Command(place));
    const known = new Set(rows.map(({ key }) => `uploads/${key}`));
    expect(Contents.filter(({ Key = '' }) => !known.has(Key))).toEqual([]);
  });

  test("links to keys of the server's own, whatever the file is called", async () => {
    for (const fileName of spellings.filter((spelling) => !spelling.includes('\0'))) {
      const { parts } = await requestUpload(app, 10, { protocols, fileName });
      expect(parts?.map(({ url }) => new URL(url).pathname)).toEqual([
        expect.stringMatching(`^/${store.bucket}/uploads/[0-9a-f-]{36}/source/[0-9a-f-]{36}$`),
      ]);
    }
  });

  test('leaves nothing of uploads that were given up', async () => {
    await requestUpload(app, content.length, { protocols });
    await app.maintain(new Date(Date.now() + 48 * 3_600_000));
    const { Uploads = [] } = await store.client.send(
      new ListMultipartUploadsCommand({ Bucket: store.bucket }),
    );
    expect(Uploads).toEqual([]);
  });
});
