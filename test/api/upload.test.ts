import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataset } from '#domains/dataset/table.ts';
import { parseId } from '#ids.ts';
import { signedLinks } from '#links.ts';
import { createTestApp, type TestApp } from '../harness.ts';

const MAX_BYTES = 2 * 1024 ** 2;
let app: TestApp;
/** No worker: what is queued stays queued. */
beforeAll(async () => {
  app = await createTestApp({ env: { MAX_UPLOAD_BYTES: String(MAX_BYTES) } });
});
afterAll(() => app.close());

const people = 'name,age\nAda,36\nGrace,85\n';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function ticket(byteSize = people.length): Promise<{ id: string; url: string }> {
  const input = { fileName: 'people.csv', byteSize };
  const { dataset, upload } = await app.mutate('requestUpload', input, '{ dataset { id } upload { url } }');
  return { id: dataset.id, url: upload.url };
}

const put = async (url: string, body: BodyInit, method = 'PUT') => {
  const response = await fetch(url, { method, body });
  const text = await response.text();
  return { status: response.status, code: text ? JSON.parse(text).code : null };
};

/** A body without an announced length. */
const chunked = (url: string, text: string, cutAfter = Number.POSITIVE_INFINITY) =>
  new Promise<{ status: number; code: string | null }>((resolve, reject) => {
    const sent = request(url, { method: 'PUT' }, (response) => {
      let body = '';
      response.on('data', (part) => {
        body += part;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, code: body ? JSON.parse(body).code : null }),
      );
    });
    sent.on('error', reject);
    sent.write(text.slice(0, cutAfter));
    if (cutAfter < text.length) setTimeout(() => sent.destroy(new Error('cut')), 100);
    else sent.end();
  });

const rowOf = async (id: string) => {
  const rows = await app.ports.db
    .select()
    .from(dataset)
    .where(eq(dataset.id, parseId(id)?.id ?? ''));
  return rows[0];
};

const queued = async (id: string) =>
  (
    await app.ports.database
      .sql`select id from pgboss.job where name = 'dataset.ingest' and data ->> 'id' = ${parseId(id)?.id ?? ''}`
  ).length;

/** How many files the store has, once everything that nobody refers to has been swept. */
const stored = async () => {
  await app.services.objects.sweep(new Date(Date.now() + 2 * 3_600_000));
  const all = await readdir(join(app.directory, 'files'), { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).length;
};

const incoming = () => readdir(join(app.directory, 'files', '.incoming')).catch(() => []);

const complete = (datasetId: string) =>
  app.mutate('completeUpload', { datasetId }, '{ dataset { status sha256 byteSize } }');

describe('requestUpload', () => {
  test('tells where and how to send the bytes', async () => {
    const before = Date.now();
    const answer = await app.mutate(
      'requestUpload',
      { fileName: 'people.csv', byteSize: 25, name: ' Famous people ' },
      `{ dataset { name fileName status byteSize sha256 rowCount columns { name } preview }
         upload { protocol method url headers { name value } parts { number } expiresAt } }`,
    );
    expect(answer).toEqual({
      __typename: 'RequestUploadSuccess',
      dataset: {
        ...{ name: 'Famous people', fileName: 'people.csv', status: 'UPLOADING', byteSize: '25' },
        ...{ sha256: null, rowCount: null, columns: null, preview: null },
      },
      upload: {
        ...{ protocol: 'PUT', method: 'PUT', parts: null },
        url: expect.stringMatching(
          `^${app.url}/uploads/[A-Za-z0-9_-]+\\?expires=\\d+&signature=[A-Za-z0-9_-]{43}$`,
        ),
        headers: [{ name: 'content-type', value: 'application/octet-stream' }],
        expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
      },
    });
    const lifetime = Date.parse(answer.upload.expiresAt) - before;
    expect(lifetime).toBeGreaterThan(800_000);
    expect(lifetime).toBeLessThanOrEqual(900_000 + 1_000);
  });

  test('refuses what cannot be, with the place of the fault', async () => {
    const fault = async (change: object) => {
      const input = { fileName: 'people.csv', byteSize: 25, ...change };
      const { __typename, code, path } = await app.mutate('requestUpload', input, '{ dataset { id } }');
      return [__typename, code, path?.join('.')];
    };
    expect({
      noName: await fault({ fileName: '  ' }),
      longName: await fault({ fileName: 'x'.repeat(256) }),
      nul: await fault({ fileName: 'a\0b.csv' }),
      half: await fault({ fileName: '\ud800.csv' }),
      longTitle: await fault({ name: 'x'.repeat(256) }),
      negative: await fault({ byteSize: -1 }),
      tooLarge: await fault({ byteSize: MAX_BYTES + 1 }),
      protocol: await fault({ protocols: ['S3_MULTIPART'] }),
      noProtocol: await fault({ protocols: [] }),
    }).toEqual({
      noName: ['ValidationError', 'FILE_NAME_INVALID', 'input.fileName'],
      longName: ['ValidationError', 'FILE_NAME_INVALID', 'input.fileName'],
      nul: ['ValidationError', 'TEXT_INVALID', 'input.fileName'],
      half: ['ValidationError', 'TEXT_INVALID', 'input.fileName'],
      longTitle: ['ValidationError', 'NAME_INVALID', 'input.name'],
      negative: ['ValidationError', 'BYTE_SIZE_INVALID', 'input.byteSize'],
      tooLarge: ['QuotaError', 'UPLOAD_TOO_LARGE', 'input.byteSize'],
      protocol: ['ValidationError', 'UPLOAD_PROTOCOL_NOT_SUPPORTED', 'input.protocols'],
      noProtocol: ['ValidationError', 'UPLOAD_PROTOCOL_NOT_SUPPORTED', 'input.protocols'],
    });
  });
});

describe('a PUT whose size is not the announced one', () => {
  test.each([
    ['shorter', people.slice(0, -1)],
    ['longer', `${people}x`],
  ])('is refused and leaves no bytes: %s, and says so', async (_what, body) => {
    const before = await stored();
    const { url } = await ticket();
    expect(await put(url, body)).toEqual({ status: 400, code: 'UPLOAD_SIZE_MISMATCH' });
    expect({ files: await stored(), incoming: await incoming() }).toEqual({ files: before, incoming: [] });
  });

  test('is refused without an announced length too: shorter', async () => {
    const before = await stored();
    const { url } = await ticket();
    expect(await chunked(url, people.slice(0, -1))).toEqual({ status: 400, code: 'UPLOAD_SIZE_MISMATCH' });
    expect({ files: await stored(), incoming: await incoming() }).toEqual({ files: before, incoming: [] });
  });

  test('is refused without an announced length too: longer, before all of it has come', async () => {
    const before = await stored();
    const { url } = await ticket();
    expect(await chunked(url, people + 'x'.repeat(200_000))).toEqual({
      status: 413,
      code: 'UPLOAD_TOO_LARGE',
    });
    expect({ files: await stored(), incoming: await incoming() }).toEqual({ files: before, incoming: [] });
  });

  test('cut off in the middle leaves nothing, and the whole file can be sent again', async () => {
    const { id, url } = await ticket();
    await expect(chunked(url, people, 10)).rejects.toThrow('cut');
    await expect.poll(incoming).toEqual([]);
    expect(await complete(id)).toMatchObject({ code: 'UPLOAD_INCOMPLETE', retryable: true });
    expect(await put(url, people)).toEqual({ status: 204, code: null });
    expect(await complete(id)).toMatchObject({ dataset: { status: 'INGESTING', sha256: sha256(people) } });
  });
});

describe('a second PUT', () => {
  test('before completion replaces the first', async () => {
    const before = await stored();
    const { id, url } = await ticket();
    const first = people.replace('Ada', 'Ida');
    const other = people.replace('Ada', 'Uma');
    await put(url, first);
    await put(url, other);
    expect(await complete(id)).toMatchObject({ dataset: { sha256: sha256(other) } });
    expect(await stored()).toBe(before + 1);
  });

  test('after completion is refused and changes nothing', async () => {
    const { id, url } = await ticket();
    await put(url, people);
    await complete(id);
    expect(await put(url, people.replace('Ada', 'Eva'))).toEqual({ status: 410, code: 'UPLOAD_COMPLETED' });
    const row = await rowOf(id);
    expect(await readFile(join(app.directory, 'files', row?.storageKey ?? ''), 'utf8')).toBe(people);
  });

  test('that is under way while the upload is completed does not change the file', async () => {
    const { id, url } = await ticket();
    await put(url, people);
    const before = await stored();
    const other = people.replace('Ada', 'Ava');
    const late = request(url, { method: 'PUT', headers: { 'content-length': other.length } });
    const answered = new Promise<number | undefined>((resolve) =>
      late.on('response', (response) => resolve(response.resume().statusCode)),
    );
    late.write(other.slice(0, 10));
    await expect.poll(incoming).toHaveLength(1);
    await complete(id);
    late.end(other.slice(10));
    expect(await answered).toBe(410);
    const row = await rowOf(id);
    expect({
      content: await readFile(join(app.directory, 'files', row?.storageKey ?? ''), 'utf8'),
      sha256: row?.sha256,
      files: await stored(),
    }).toEqual({ content: people, sha256: sha256(people), files: before });
  });

  test('that is under way while the dataset is deleted leaves no file', async () => {
    const before = await stored();
    const { id, url } = await ticket();
    const late = request(url, { method: 'PUT', headers: { 'content-length': people.length } });
    const answered = new Promise<number | undefined>((resolve) =>
      late.on('response', (response) => resolve(response.resume().statusCode)),
    );
    late.write(people.slice(0, 10));
    await expect.poll(incoming).toHaveLength(1);
    await app.mutate('deleteDataset', { datasetId: id }, '{ deletedDatasetId }');
    late.end(people.slice(10));
    expect(await answered).toBe(410);
    expect({ files: await stored(), incoming: await incoming() }).toEqual({ files: before, incoming: [] });
  });
});

describe('completeUpload', () => {
  test('before the bytes are there says what to do', async () => {
    const { id } = await ticket();
    expect(await complete(id)).toEqual({
      __typename: 'ConflictError',
      code: 'UPLOAD_INCOMPLETE',
      message:
        '0 of 25 bytes have arrived. Send the rest to the upload address first; `resumeUpload` gives a fresh one.',
      path: ['input', 'datasetId'],
      retryable: true,
    });
  });

  test('twice answers the same; the file is read once', async () => {
    const { id, url } = await ticket();
    await put(url, people);
    const once = {
      __typename: 'CompleteUploadSuccess',
      dataset: { status: 'INGESTING', sha256: sha256(people), byteSize: '25' },
    };
    expect([await complete(id), await complete(id)]).toEqual([once, once]);
    expect(await queued(id)).toBe(1);
  });

  test('eight times at the same moment: the file is read once', async () => {
    const { id, url } = await ticket();
    await put(url, people);
    const answers = await Promise.all(Array.from({ length: 8 }, () => complete(id)));
    expect(new Set(answers.map(({ dataset }) => dataset.status))).toEqual(new Set(['INGESTING']));
    expect(await queued(id)).toBe(1);
  });
});

describe('an upload link', () => {
  test('is good for its dataset, its method and its time only', async () => {
    const [mine, other] = [await ticket(), await ticket()];
    const changed = (change: (url: URL) => void) => {
      const url = new URL(mine.url);
      change(url);
      return url.href;
    };
    expect({
      otherDataset: await put(
        changed((url) => (url.search = new URL(other.url).search)),
        people,
      ),
      longer: await put(
        changed((url) => url.searchParams.set('expires', '4102444800')),
        people,
      ),
      unsigned: await put(
        changed((url) => (url.search = '')),
        people,
      ),
      shortened: await put(
        changed((url) => url.searchParams.set('signature', 'AAAA')),
        people,
      ),
      otherMethod: await put(mine.url, people, 'POST'),
      download: await put(
        changed((url) => (url.pathname = `/datasets/${mine.id}/file`)),
        people,
      ),
    }).toEqual({
      otherDataset: { status: 404, code: 'DATASET_NOT_FOUND' },
      longer: { status: 404, code: 'DATASET_NOT_FOUND' },
      unsigned: { status: 404, code: 'DATASET_NOT_FOUND' },
      shortened: { status: 404, code: 'DATASET_NOT_FOUND' },
      otherMethod: { status: 404, code: 'NOT_FOUND' },
      download: { status: 404, code: 'NOT_FOUND' },
    });
    expect(await rowOf(mine.id)).toMatchObject({ status: 'UPLOADING', receivedBytes: null });
  });

  test('that has expired says so', async () => {
    const { id } = await ticket();
    const row = await rowOf(id);
    const expired = new Date(Date.now() - 1_000);
    const links = signedLinks({
      secret: await app.services.accounts.sharedSecret('links'),
      baseUrl: () => app.url,
    });
    const link = links.sign(`/uploads/${id}`, { method: 'PUT', key: row?.id ?? '', expiresAt: expired });
    expect(await put(link.url, people)).toEqual({ status: 410, code: 'LINK_EXPIRED' });
  });
});

describe('uploadDataset', () => {
  async function uploadDataset(file: File, variables: object = {}) {
    const form = new FormData();
    const query = `mutation ($input: UploadDatasetInput!) { uploadDataset(input: $input) { __typename
      ... on UploadDatasetSuccess { dataset { id name fileName status byteSize sha256 } } ... on Error { code path } } }`;
    form.append('operations', JSON.stringify({ query, variables: { input: { file: null, ...variables } } }));
    form.append('map', JSON.stringify({ 0: ['variables.input.file'] }));
    form.append('0', file);
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'x-graphql-yoga-csrf': '1' },
      body: form,
    });
    const body = await response.json();
    return body.data?.uploadDataset ?? { status: response.status, ...body };
  }

  test('takes a small file in one request', async () => {
    expect(await uploadDataset(new File([people], 'people.csv'), { name: 'Famous' })).toEqual({
      __typename: 'UploadDatasetSuccess',
      dataset: {
        id: expect.any(String),
        ...{ name: 'Famous', fileName: 'people.csv', status: 'INGESTING' },
        ...{ byteSize: '25', sha256: sha256(people) },
      },
    });
  });

  test('tells when the file is larger than the server takes', async () => {
    expect(await uploadDataset(new File([Buffer.alloc(MAX_BYTES + 1)], 'large.csv'))).toEqual({
      ...{ __typename: 'QuotaError', code: 'UPLOAD_TOO_LARGE', path: ['input', 'byteSize'] },
    });
  });

  test('is refused before it is read when it is larger than any small file', async () => {
    const before = process.memoryUsage().rss;
    expect(await uploadDataset(new File([Buffer.alloc(22 * 1024 ** 2)], 'huge.csv'))).toEqual({
      ...{ status: 413, code: 'REQUEST_TOO_LARGE' },
      message: 'At most 22020096 bytes are taken here. Send files by requestUpload.',
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 ** 2);
  });

  test('with a key: a replay, even at the same moment, is one dataset; another file is refused', async () => {
    const idempotencyKey = 'upload-1';
    const file = () => new File([people], 'people.csv');
    const answers = await Promise.all([1, 2, 3].map(() => uploadDataset(file(), { idempotencyKey })));
    answers.push(await uploadDataset(file(), { idempotencyKey }));
    const ids = new Set(answers.map((answer) => answer.dataset?.id ?? answer));
    expect(ids.size).toBe(1);
    expect(await queued([...ids][0])).toBe(1);
    expect(await uploadDataset(new File(['a,b\n1,2\n'], 'people.csv'), { idempotencyKey })).toEqual({
      __typename: 'ConflictError',
      code: 'IDEMPOTENCY_KEY_REUSED',
      path: ['input', 'idempotencyKey'],
    });
  });
});
