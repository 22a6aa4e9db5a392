import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataset, upload } from '#domains/dataset/table.ts';
import { parseId } from '#ids.ts';
import { signedLinks } from '#links.ts';
import { createTestApp, type TestApp } from '../harness.ts';
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
  tus,
} from './upload-client.ts';

const MEBIBYTE = 1024 ** 2;
const small = Buffer.from('name,age\nAda,36\nGrace,85\n');
let app: TestApp;
let proxy: Awaited<ReturnType<typeof breakingProxy>>;
/** No worker: what is queued stays queued. */
beforeAll(async () => {
  app = await createTestApp({ env: { ALLOWED_ORIGINS: 'https://app.example' } });
  proxy = await breakingProxy(app.url);
});
afterAll(async () => {
  await proxy.close();
  await app.close();
});

async function stored(id: string): Promise<string> {
  const rows = await app.ports.db
    .select()
    .from(dataset)
    .where(eq(dataset.id, parseId(id)?.id ?? ''));
  return hashOf(await readFile(join(app.directory, 'files', rows[0]?.storageKey ?? 'none')));
}

async function incomingBytes(id: string): Promise<number> {
  const incoming = join(app.directory, 'files', '.incoming');
  const [row] = await app.ports.db
    .select()
    .from(upload)
    .where(eq(upload.datasetId, parseId(id)?.id ?? ''));
  const name = (await readdir(incoming)).find((entry) => entry.startsWith(row?.uploadId ?? 'none'));
  return name === undefined ? 0 : (await stat(join(incoming, name))).size;
}

const spooled = async () =>
  (await readdir(join(app.directory, 'work'))).filter((name) => name.startsWith('patch'));
const codeOf = ({ status, text }: { status: number; text: string }) => [
  status,
  text && JSON.parse(text).code,
];
const ingesting = { __typename: 'CompleteUploadSuccess', dataset: { status: 'INGESTING', rejection: null } };

describe('an upload by tus', () => {
  test('has an address of its own, which exists already', async () => {
    const ticket = await requestUpload(app, 25, { protocols: ['PUT', 'TUS', 'S3_MULTIPART'] });
    expect(ticket).toEqual({
      ...{ id: expect.any(String), protocol: 'TUS', method: 'PATCH', parts: null },
      url: expect.stringMatching(`^${app.url}/uploads/${ticket.id}/tus\\?expires=\\d+&signature=[\\w-]{43}$`),
      headers: [
        { name: 'tus-resumable', value: '1.0.0' },
        { name: 'content-type', value: 'application/offset+octet-stream' },
      ],
      expiresAt: expect.any(String),
    });
    const { status, headers } = await tus(ticket.url, 'HEAD');
    expect({ status, ...Object.fromEntries(headers) }).toMatchObject({
      ...{ status: 200, 'tus-resumable': '1.0.0', 'cache-control': 'no-store' },
      ...{ 'upload-offset': '0', 'upload-length': '25' },
      'upload-expires': new Date(ticket.expiresAt).toUTCString(),
    });
    expect((await app.query('{ serverInfo { uploadProtocols } }')).data).toEqual({
      serverInfo: { uploadProtocols: ['TUS', 'PUT'] },
    });
  });

  test.each([
    ['in one request', Number.POSITIVE_INFINITY],
    ['in chunks of 1 MiB', MEBIBYTE],
  ])('is sent by the official client %s', async (_how, chunkSize) => {
    const content = randomTable(3.5 * MEBIBYTE);
    const { id, url } = await requestUpload(app, content.length);
    expect(await sendByTus(url, content, { chunkSize })).toBe(null);
    expect(await complete(app, id, { sha256: hashOf(content).toUpperCase() })).toEqual(ingesting);
    expect(await stored(id)).toBe(hashOf(content));
  });

  test.each([
    ['in one request', Number.POSITIVE_INFINITY],
    ['in chunks of 1 MiB', MEBIBYTE],
  ])('goes on where its connection was cut, five times, %s', async (_how, chunkSize) => {
    const content = randomTable(6 * MEBIBYTE);
    const { id, url } = await requestUpload(app, content.length);
    proxy.breaks = randomCuts(5, MEBIBYTE);
    const before = proxy.connections;
    const sent: number[] = [];
    const onBeforeRequest = (request: {
      getMethod(): string;
      getHeader(name: string): string | undefined;
    }) => {
      if (request.getMethod() === 'PATCH') sent.push(Number(request.getHeader('Upload-Offset')));
    };
    expect(await sendByTus(proxy.through(url), content, { chunkSize, onBeforeRequest })).toBe(null);
    expect(proxy.connections - before).toBeGreaterThan(5);
    expect(sent).toEqual([...sent].sort((one, other) => one - other));
    expect(await complete(app, id)).toEqual(ingesting);
    expect(await stored(id)).toBe(hashOf(content));
  });

  test('keeps what had arrived when the client goes away, for another one with a fresh address', async () => {
    const content = randomTable(2 * MEBIBYTE);
    const { id, url } = await requestUpload(app, content.length);
    proxy.breaks = [{ after: MEBIBYTE, end: 'CUT' }];
    expect(await sendByTus(proxy.through(url), content, { retryDelays: null })).not.toBe(null);
    const { url: fresh } = await resumeUpload(app, id);
    const offset = Number((await tus(fresh, 'HEAD')).offset);
    expect(offset).toBeGreaterThan(MEBIBYTE / 2);
    expect(offset).toBeLessThan(MEBIBYTE);
    expect(await complete(app, id)).toMatchObject({
      ...{ code: 'UPLOAD_INCOMPLETE', retryable: true },
      message: expect.stringContaining(`${offset} of ${content.length} bytes have arrived`),
    });
    expect((await patch(fresh, offset, content.subarray(offset))).offset).toBe(String(content.length));
    expect(await complete(app, id)).toEqual(ingesting);
    expect(await stored(id)).toBe(hashOf(content));
  });

  test('that nobody completes stays as it is', async () => {
    const { id, url } = await requestUpload(app, small.length);
    expect(await patch(url, 0, small)).toMatchObject({ status: 204, offset: '25' });
    expect(await tus(url, 'HEAD')).toMatchObject({ status: 200, offset: '25' });
    const { data } = await app.query('query ($id: ID!) { node(id: $id) { ... on Dataset { status } } }', {
      id,
    });
    expect(data.node.status).toBe('UPLOADING');
  });

  test('of a file without a byte can be completed at once', async () => {
    const { id, url } = await requestUpload(app, 0);
    expect(await tus(url, 'HEAD')).toMatchObject({ status: 200, offset: '0' });
    expect(await complete(app, id)).toEqual(ingesting);
  });

  test('is the same for a replay of its request, also at the same moment', async () => {
    const request = () => requestUpload(app, small.length, { idempotencyKey: 'tus-1' });
    const tickets = await Promise.all([request(), request(), request()]);
    tickets.push(await request());
    expect(new Set(tickets.map(({ id }) => id)).size).toBe(1);
    const [first, ...others] = tickets;
    await patch(first?.url ?? '', 0, small.subarray(0, 10));
    const offsets = await Promise.all(others.map(async ({ url }) => (await tus(url, 'HEAD')).offset));
    expect(offsets).toEqual(['10', '10', '10']);
  });
});

describe('progress', () => {
  const document = `subscription ($id: ID!) { datasetEvents(datasetId: $id) { __typename
    ... on UploadProgressed { receivedBytes progress { fraction } } } }`;

  test('is told while bytes arrive, however they come, and not after completion', async () => {
    const { id, url } = await requestUpload(app, small.length);
    const events = app.socket().iterate({ query: document, variables: { id } });
    const next = async () => (await events.next()).value?.data?.datasetEvents;
    const progressed = (receivedBytes: string, fraction: number) => ({
      ...{ __typename: 'UploadProgressed', receivedBytes, progress: { fraction } },
    });
    await patch(url, 0, small.subarray(0, 5));
    expect(await next()).toEqual(progressed('5', 0.2));
    await patch(url, 5, small.subarray(5, 10));
    expect(await next()).toEqual(progressed('10', 0.4));
    const whole = await resumeUpload(app, id, ['PUT']);
    await fetch(whole.url, { method: 'PUT', body: new Uint8Array(small) });
    expect(await next()).toEqual(progressed('25', 1));
    await complete(app, id);
    expect(await next()).toEqual({ __typename: 'IngestionStarted' });
    await events.return?.();
  });

  test('is told twice a second at most, whatever the size of the pieces', async () => {
    const content = randomTable(200);
    const { id, url } = await requestUpload(app, content.length);
    const begun = Date.now();
    for (let offset = 0; offset < content.length; offset += 2)
      await patch(url, offset, content.subarray(offset, offset + 2));
    const elapsed = Date.now() - begun;
    const events = app.socket().iterate<{ datasetEvents: { receivedBytes: string } }>({
      ...{ query: document, variables: { id } },
    });
    const told: number[] = [];
    while (told.at(-1) !== content.length)
      told.push(Number((await events.next()).value?.data?.datasetEvents.receivedBytes));
    expect(told.length).toBeLessThanOrEqual(Math.ceil(elapsed / 500) + 1);
    expect(told).toEqual([...new Set(told)].sort((one, other) => one - other));
    await events.return?.();
  });
});

describe('a PATCH', () => {
  test('at another offset changes nothing', async () => {
    const { url } = await requestUpload(app, small.length);
    await patch(url, 0, small.subarray(0, 10));
    expect((await patch(url, 5, small.subarray(5))).status).toBe(409);
    expect((await patch(url, 12, small.subarray(12))).status).toBe(409);
    expect((await tus(url, 'HEAD')).offset).toBe('10');
  });

  test('with more than was announced is refused', async () => {
    const { url } = await requestUpload(app, small.length);
    expect((await patch(url, 0, Buffer.concat([small, small]))).status).toBe(413);
    expect((await tus(url, 'HEAD')).offset).toBe('0');
  });

  test('with more than was announced is refused while it streams, too', async () => {
    const { id, url } = await requestUpload(app, MEBIBYTE);
    const answer = await fetch(url, {
      method: 'PATCH',
      headers: {
        ...{ 'tus-resumable': '1.0.0', 'upload-offset': '0' },
        'content-type': 'application/offset+octet-stream',
      },
      body: new Blob([Buffer.alloc(2 * MEBIBYTE)]).stream(),
      duplex: 'half',
    } as RequestInit).then(
      ({ status }) => status,
      () => 'cut',
    );
    expect([413, 'cut']).toContain(answer);
    const { offset } = await tus((await resumeUpload(app, id)).url, 'HEAD');
    expect(Number(offset)).toBeLessThanOrEqual(MEBIBYTE);
  });

  test.each(['sha1', 'sha256', 'md5'])('with the right checksum is kept: %s', async (algorithm) => {
    const { url } = await requestUpload(app, small.length);
    const checksum = `${algorithm} ${hashOf(small, algorithm, 'base64')}`;
    expect(await patch(url, 0, small, { 'upload-checksum': checksum })).toMatchObject({
      status: 204,
      offset: '25',
    });
    expect(await spooled()).toEqual([]);
  });

  test('with a wrong checksum is not kept, and can be sent again', async () => {
    const content = randomTable(2 * MEBIBYTE);
    const { id, url } = await requestUpload(app, content.length);
    const [head, rest] = [content.subarray(0, MEBIBYTE), content.subarray(MEBIBYTE)];
    await patch(url, 0, head);
    const wrong = { 'upload-checksum': `sha256 ${hashOf(head, 'sha256', 'base64')}` };
    expect((await patch(url, head.length, rest, wrong)).status).toBe(460);
    expect((await tus(url, 'HEAD')).offset).toBe(String(head.length));
    const right = { 'upload-checksum': `sha256 ${hashOf(rest, 'sha256', 'base64')}` };
    expect((await patch(url, head.length, rest, right)).status).toBe(204);
    expect(await complete(app, id)).toEqual(ingesting);
    expect(await stored(id)).toBe(hashOf(content));
  });

  test.each([
    ['an algorithm that is not offered', 'crc32 AAAA'],
    ['no digest', 'sha1'],
    ['what is no Base64', 'sha1 ***'],
  ])('with %s as its checksum is refused', async (_what, checksum) => {
    const { url } = await requestUpload(app, small.length);
    const answer = await patch(url, 0, small, { 'upload-checksum': checksum });
    expect(codeOf(answer)).toEqual([400, 'CHECKSUM_INVALID']);
    expect((await tus(url, 'HEAD')).offset).toBe('0');
  });

  test('that hangs on a dead connection makes way for the next one', async () => {
    const { id, url } = await requestUpload(app, small.length);
    let cut = () => {};
    const hanging = fetch(url, {
      method: 'PATCH',
      headers: {
        ...{ 'tus-resumable': '1.0.0', 'upload-offset': '0' },
        'content-type': 'application/offset+octet-stream',
      },
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(new Uint8Array(small.subarray(0, 10)));
          cut = () => controller.error(new Error('cut'));
        },
      }),
      duplex: 'half',
    } as RequestInit).then(
      ({ status }) => status,
      () => 0,
    );
    // looked up in the store: to ask the server would end the request
    await expect.poll(() => incomingBytes(id)).toBe(10);
    expect(await tus(url, 'HEAD')).toMatchObject({ status: 200, offset: '10' });
    expect(await patch(url, 10, small.subarray(10))).toMatchObject({ status: 204, offset: '25' });
    cut();
    expect(await hanging).not.toBe(500);
  });
});

describe('the address', () => {
  test('says what the server can do, to pages of allowed origins too', async () => {
    const { url } = await requestUpload(app, small.length);
    const origin = 'https://app.example';
    const asked = { origin, 'access-control-request-method': 'PATCH' };
    const { status, headers } = await tus(url, 'OPTIONS', asked);
    expect({ status, ...Object.fromEntries(headers) }).toMatchObject({
      ...{ status: 204, 'tus-version': '1.0.0', 'tus-max-size': String(8 * 1024 ** 3) },
      'tus-extension': 'expiration,checksum,termination',
      'tus-checksum-algorithm': 'sha1,sha256,md5',
      ...{ 'access-control-allow-origin': origin, vary: 'origin' },
      'access-control-allow-methods': expect.stringContaining('PATCH'),
      'access-control-allow-headers': expect.stringMatching(/Upload-Offset.*Upload-Checksum/),
    });
    const read = await tus(url, 'HEAD', { origin });
    expect(read.headers.get('access-control-allow-origin')).toBe(origin);
    expect(read.headers.get('access-control-expose-headers')).toMatch(/Upload-Offset.*Upload-Expires/);
    expect((await tus(url, 'HEAD', { origin: 'https://evil.example' })).status).toBe(403);
  });

  test('is good for its upload, its methods and its time only', async () => {
    const [mine, other] = [await requestUpload(app, small.length), await requestUpload(app, small.length)];
    const put = await requestUpload(app, small.length, { protocols: ['PUT'] });
    const changed = (change: (url: URL) => void) => {
      const url = new URL(mine.url);
      change(url);
      return url.href;
    };
    const headOf = async (url: string) => (await tus(url, 'HEAD')).status;
    const row = await app.ports.database
      .sql`select storage_key from upload where dataset_id = ${parseId(mine.id)?.id ?? ''}`;
    const secret = await app.services.accounts.sharedSecret('links');
    const expired = signedLinks({ secret, baseUrl: () => app.url }).sign(new URL(mine.url).pathname, {
      ...{ method: 'TUS', key: row[0]?.storage_key, expiresAt: new Date(Date.now() - 1_000) },
    });
    expect({
      otherUpload: await headOf(changed((url) => (url.search = new URL(other.url).search))),
      longer: await headOf(changed((url) => url.searchParams.set('expires', '4102444800'))),
      unsigned: await headOf(changed((url) => (url.search = ''))),
      linkOfPut: await headOf(changed((url) => (url.search = new URL(put.url).search))),
      expired: codeOf(await patch(expired.url, 0, small)),
      get: codeOf(await tus(mine.url, 'GET')),
      creation: codeOf(await tus(mine.url, 'POST', { 'upload-length': '25' })),
      asPut: codeOf(
        await tus(
          changed((url) => (url.pathname = url.pathname.replace('/tus', ''))),
          'PUT',
          {},
          small,
        ),
      ),
      version: (await tus(mine.url, 'HEAD', { 'tus-resumable': '0.2.2' })).status,
      below: codeOf(
        await tus(
          changed((url) => (url.pathname += '/more')),
          'PATCH',
        ),
      ),
    }).toEqual({
      ...{ otherUpload: 404, longer: 404, unsigned: 404, linkOfPut: 404 },
      expired: [410, 'LINK_EXPIRED'],
      ...{ get: [404, 'NOT_FOUND'], creation: [404, 'NOT_FOUND'], asPut: [404, 'DATASET_NOT_FOUND'] },
      ...{ version: 412, below: [404, 'NOT_FOUND'] },
    });
    expect(await tus(mine.url, 'HEAD')).toMatchObject({ status: 200, offset: '0' });
  });

  test('of a completed upload is gone', async () => {
    const { id, url } = await requestUpload(app, small.length);
    await patch(url, 0, small);
    await complete(app, id);
    expect((await tus(url, 'HEAD')).status).toBe(410);
    expect(codeOf(await patch(url, 0, small))).toEqual([410, 'UPLOAD_COMPLETED']);
    expect((await tus(url, 'DELETE')).status).toBe(410);
    expect(await stored(id)).toBe(hashOf(small));
    expect(
      await app.mutate('resumeUpload', { datasetId: id, protocols: ['TUS'] }, '{ dataset { id } }'),
    ).toMatchObject({
      ...{ __typename: 'ConflictError', code: 'UPLOAD_COMPLETED', path: ['input', 'datasetId'] },
    });
  });

  test('of a deleted dataset is unknown', async () => {
    const { id, url } = await requestUpload(app, small.length);
    await app.mutate('deleteDataset', { datasetId: id }, '{ deletedDatasetId }');
    expect((await tus(url, 'HEAD')).status).toBe(404);
    expect((await patch(url, 0, small)).status).toBe(404);
  });
});

describe('termination', () => {
  test('drops the bytes; the upload starts over under a fresh address', async () => {
    const { id, url } = await requestUpload(app, small.length);
    await patch(url, 0, small.subarray(0, 10));
    expect((await tus(url, 'DELETE')).status).toBe(204);
    expect((await tus(url, 'HEAD')).status).toBe(404);
    expect(await complete(app, id)).toMatchObject({ code: 'UPLOAD_INCOMPLETE' });
    const { url: fresh } = await resumeUpload(app, id);
    expect((await tus(fresh, 'HEAD')).offset).toBe('0');
    expect((await tus(url, 'HEAD')).status).toBe(404);
    await patch(fresh, 0, small);
    expect(await complete(app, id)).toEqual(ingesting);
  });
});
