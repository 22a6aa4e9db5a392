import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { upload } from '#domains/dataset/table.ts';
import { parseId } from '#ids.ts';
import { createTestApp, type TestApp } from '../harness.ts';
import {
  complete,
  hashOf,
  patch,
  randomTable,
  requestUpload,
  resumeUpload,
  type Ticket,
  tus,
} from './upload-client.ts';

const HOUR = 3_600_000;
const table = Buffer.from('name,age\nAda,36\nGrace,85\n');
let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
});
afterAll(() => app.close());

const put = async ({ url }: Ticket, content: Uint8Array) =>
  (await fetch(url, { method: 'PUT', body: new Uint8Array(content) })).status;
const sendWhole = async (ticket: Ticket, content: Buffer) =>
  ticket.protocol === 'PUT' ? put(ticket, content) : (await patch(ticket.url, 0, content)).status;

async function eventsOf(id: string): Promise<string[]> {
  const document = 'subscription ($id: ID!) { datasetEvents(datasetId: $id) { __typename } }';
  const events = await app.collect<{ __typename: string }>(document, { id });
  return events.map(({ __typename }) => __typename).filter((type) => !/Progressed$/.test(type));
}

async function datasetOf(id: string) {
  const fields = '{ ... on Dataset { status sha256 storageKey rejection { code } } }';
  return (await app.query(`query ($id: ID!) { node(id: $id) ${fields} }`, { id })).data.node;
}

async function openUpload(id: string) {
  const rows = await app.ports.db
    .select()
    .from(upload)
    .where(eq(upload.datasetId, parseId(id)?.id ?? ''));
  return rows[0];
}

/** Files of the store, finished or not. */
const files = async () => {
  const all = await readdir(join(app.directory, 'files'), { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).length;
};

const rejected = (code: string) => ({
  __typename: 'CompleteUploadSuccess',
  dataset: { status: 'REJECTED', rejection: { code } },
});
const ingesting = { __typename: 'CompleteUploadSuccess', dataset: { status: 'INGESTING', rejection: null } };

describe('a file that is plainly no table', () => {
  const pictures: [string, string, string][] = [
    ['a PNG picture', '89504e470d0a1a0a', 'BINARY_FILE'],
    ['a JPEG picture', 'ffd8ffe000104a46', 'BINARY_FILE'],
    ['a PDF document', '255044462d312e37', 'BINARY_FILE'],
    ['a program', '7f454c4602010100', 'BINARY_FILE'],
    ['an xz archive', 'fd377a585a000004', 'UNSUPPORTED_FORMAT'],
  ];

  test.each(pictures)(
    'is rejected as it is completed, and its bytes are freed: %s',
    async (_what, head, code) => {
      const before = await files();
      const content = Buffer.concat([Buffer.from(head, 'hex'), Buffer.alloc(10_000, 1)]);
      for (const protocols of [['PUT'], ['TUS']]) {
        const ticket = await requestUpload(app, content.length, { protocols });
        await sendWhole(ticket, content);
        expect(await complete(app, ticket.id)).toEqual(rejected(code));
        expect(await complete(app, ticket.id)).toEqual(rejected(code));
        expect(await eventsOf(ticket.id)).toEqual(['DatasetRejected']);
        expect(await datasetOf(ticket.id)).toMatchObject({ storageKey: null });
      }
      expect(await files()).toBe(before);
    },
  );

  test('but for what may hold one: an archive is unpacked and read', async () => {
    const content = gzipSync(table);
    const ticket = await requestUpload(app, content.length, { fileName: 'table.csv.gz' });
    await sendWhole(ticket, content);
    expect(await complete(app, ticket.id)).toEqual(ingesting);
    expect(await eventsOf(ticket.id)).toEqual(['IngestionStarted', 'DatasetReady']);
  });
});

describe('the announced SHA-256', () => {
  test.each([['PUT'], ['TUS']])('is held against what arrived by %s', async (protocol) => {
    const content = randomTable(100_000);
    const [right, wrong] = [
      await requestUpload(app, content.length),
      await requestUpload(app, content.length),
    ];
    await sendWhole(await resumeUpload(app, right.id, [protocol]), content);
    await sendWhole(await resumeUpload(app, wrong.id, [protocol]), content);
    await complete(app, right.id, { sha256: hashOf(content) });
    await complete(app, wrong.id, { sha256: hashOf(table) });
    expect(await eventsOf(right.id)).toEqual(['IngestionStarted', 'DatasetReady']);
    expect(await datasetOf(right.id)).toMatchObject({ status: 'READY', sha256: hashOf(content) });
    expect(await eventsOf(wrong.id)).toEqual(['IngestionStarted', 'DatasetRejected']);
    expect(await datasetOf(wrong.id)).toMatchObject({ rejection: { code: 'UPLOAD_CORRUPTED' } });
  });

  test('that is none is refused; the upload can still be completed', async () => {
    const ticket = await requestUpload(app, table.length);
    await sendWhole(ticket, table);
    expect(await complete(app, ticket.id, { sha256: 'abc' })).toMatchObject({
      ...{ __typename: 'ValidationError', code: 'SHA256_INVALID', path: ['input', 'sha256'] },
    });
    expect(await complete(app, ticket.id, { sha256: hashOf(table) })).toEqual(ingesting);
  });
});

describe('completion', () => {
  test.each([['PUT'], ['TUS']])(
    'eight times at the same moment reads the file once: %s',
    async (protocol) => {
      const ticket = await requestUpload(app, table.length, { protocols: [protocol] });
      await sendWhole(ticket, table);
      const answers = await Promise.all(Array.from({ length: 8 }, () => complete(app, ticket.id)));
      expect(new Set(answers.map(({ __typename }) => __typename))).toEqual(
        new Set(['CompleteUploadSuccess']),
      );
      expect(await eventsOf(ticket.id)).toEqual(['IngestionStarted', 'DatasetReady']);
      expect(await openUpload(ticket.id)).toBe(undefined);
    },
  );

  test('while bytes are on their way tells how many have come, and does not stop them', async () => {
    const { id, url } = await requestUpload(app, table.length);
    let finish = () => {};
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(table.subarray(0, 10)));
        finish = () => {
          controller.enqueue(new Uint8Array(table.subarray(10)));
          controller.close();
        };
      },
    });
    const headers = { 'tus-resumable': '1.0.0', 'upload-offset': '0' };
    const type = { 'content-type': 'application/offset+octet-stream' };
    const sending = fetch(url, {
      ...{ method: 'PATCH', headers: { ...headers, ...type }, body, duplex: 'half' },
    } as RequestInit);
    const message = expect.stringMatching(/^10 of 25 bytes have arrived/);
    await expect
      .poll(() => complete(app, id))
      .toMatchObject({ code: 'UPLOAD_INCOMPLETE', message, retryable: true, path: ['input', 'datasetId'] });
    finish();
    expect((await sending).status).toBe(204);
    expect(await complete(app, id)).toEqual(ingesting);
  });

  test('takes the whole file of a PUT rather than what has come in pieces, and frees those', async () => {
    const { id, url } = await requestUpload(app, table.length);
    await patch(url, 0, table.subarray(0, 10));
    const begun = await openUpload(id);
    const other = Buffer.from('name,age\nEva,36\nGrace,85\n');
    expect(await put(await resumeUpload(app, id, ['PUT']), other)).toBe(204);
    expect(await complete(app, id)).toEqual(ingesting);
    await eventsOf(id);
    expect(await datasetOf(id)).toMatchObject({ status: 'READY', sha256: hashOf(other) });
    expect((await tus(url, 'HEAD')).status).toBe(404);
    const incoming = await readdir(join(app.directory, 'files', '.incoming'));
    expect(incoming.filter((name) => name.startsWith(begun?.uploadId ?? ''))).toEqual([]);
  });

  test('goes on after a crash in the middle of it', async () => {
    const { id, url } = await requestUpload(app, table.length);
    await patch(url, 0, table);
    const begun = await openUpload(id);
    await app.ports.storage.resumable.finish(begun?.storageKey ?? '', begun?.uploadId ?? '');
    expect((await tus(url, 'HEAD')).offset).toBe('25');
    expect(await complete(app, id)).toEqual(ingesting);
    expect(await eventsOf(id)).toEqual(['IngestionStarted', 'DatasetReady']);
  });

  test('of an upload that the store has lost says so, and it can be begun anew', async () => {
    const { id, url } = await requestUpload(app, table.length);
    await patch(url, 0, table);
    const begun = await openUpload(id);
    await app.ports.storage.resumable.abort(begun?.storageKey ?? '', begun?.uploadId ?? '');
    expect((await tus(url, 'HEAD')).status).toBe(404);
    expect(await complete(app, id)).toMatchObject({ code: 'UPLOAD_INCOMPLETE' });
    const fresh = await resumeUpload(app, id);
    expect((await tus(fresh.url, 'HEAD')).offset).toBe('0');
    await sendWhole(fresh, table);
    expect(await complete(app, id)).toEqual(ingesting);
  });

  test('of a deleted dataset is refused as for one that never was; restored, it goes on', async () => {
    const { id, url } = await requestUpload(app, table.length);
    await patch(url, 0, table.subarray(0, 10));
    await app.mutate('deleteDataset', { datasetId: id }, '{ deletedDatasetId }');
    expect(await complete(app, id)).toMatchObject({ __typename: 'NotFoundError', code: 'DATASET_NOT_FOUND' });
    expect((await patch(url, 10, table.subarray(10))).status).toBe(404);
    await app.mutate('restoreDataset', { datasetId: id }, '{ dataset { id } }');
    expect((await patch(url, 10, table.subarray(10))).status).toBe(204);
    expect(await complete(app, id)).toEqual(ingesting);
  });

  test('comes too late for an upload that was silent for a day', async () => {
    const { id, url } = await requestUpload(app, table.length);
    await patch(url, 0, table.subarray(0, 10));
    await app.maintain(new Date(Date.now() + 25 * HOUR));
    expect(await complete(app, id)).toEqual(rejected('UPLOAD_EXPIRED'));
    expect((await tus(url, 'HEAD')).status).toBe(404);
    expect(await app.mutate('resumeUpload', { datasetId: id }, '{ dataset { id } }')).toMatchObject({
      code: 'UPLOAD_COMPLETED',
    });
  });
});
