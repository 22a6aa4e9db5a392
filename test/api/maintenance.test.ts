import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { eq } from 'drizzle-orm';
import { PgBoss } from 'pg-boss';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pgBossQueue } from '#adapters/queue/pg-boss.ts';
import { dataset, upload } from '#domains/dataset/table.ts';
import { storedObject } from '#domains/stored-object/table.ts';
import { parseId } from '#ids.ts';
import { createTestApp, type TestApp } from '../harness.ts';

let app: TestApp;
let ownerId: string;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
  ownerId = (await app.services.accounts.localAccount()).accountId;
});
afterAll(() => app.close());

const HOUR = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR);
const rowId = (id: string) => parseId(id)?.id ?? '';
const people = 'name,age\nAda,36\nGrace,85\n';

async function requested(): Promise<{ id: string; url: string }> {
  const input = { fileName: 'people.csv', byteSize: people.length };
  const answer = await app.mutate('requestUpload', input, '{ dataset { id } upload { url } }');
  return { id: answer.dataset.id, url: answer.upload.url };
}

const read = async (id: string) =>
  (
    await app.query(
      `query ($id: ID!) { node(id: $id) { ... on Dataset { status sha256 storageKey rejection { code message } } } }`,
      { id },
    )
  ).data.node;

/** The bytes of a dataset as they come in several requests: begun in the store, so many of them sent. */
async function begun(id: string, sent: string) {
  const { db, storage } = app.ports;
  const storageKey = await app.services.objects.begin(db, ownerId, 'source');
  const uploadId = await storage.resumable.begin(storageKey, people.length);
  await db.insert(upload).values({ datasetId: rowId(id), protocol: 'TUS', storageKey, uploadId });
  await storage.resumable.append(storageKey, uploadId, 0, Readable.from([Buffer.from(sent)]));
  return { storageKey, uploadId };
}

describe('an upload that never ended', () => {
  const expired = {
    code: 'UPLOAD_EXPIRED',
    message: 'The upload never ended, and nothing has come for a long time. Upload the file again.',
  };

  test('is given up after a day of silence: those who follow are told, what came is gone', async () => {
    const { id } = await requested();
    const { storageKey, uploadId } = await begun(id, 'name,');
    await app.maintain(inHours(23));
    expect(await read(id)).toMatchObject({ status: 'UPLOADING' });
    expect(await app.maintain(inHours(25))).toMatchObject({ expiredUploads: 1 });
    expect(await read(id)).toEqual({
      status: 'REJECTED',
      sha256: null,
      storageKey: null,
      rejection: expired,
    });
    const events = await app.collect(
      `subscription ($id: ID!) { datasetEvents(datasetId: $id) { __typename ... on DatasetRejected { failure { code message } } } }`,
      { id },
    );
    expect(events).toEqual([{ __typename: 'DatasetRejected', failure: expired }]);
    const { db, storage } = app.ports;
    await expect(storage.resumable.offset(storageKey, uploadId)).rejects.toMatchObject({
      code: 'UPLOAD_NOT_FOUND',
    });
    expect(
      await db
        .select()
        .from(upload)
        .where(eq(upload.datasetId, rowId(id))),
    ).toEqual([]);
    expect(await db.select().from(storedObject).where(eq(storedObject.key, storageKey))).toEqual([]);
    expect(await app.maintain(inHours(25))).toMatchObject({ expiredUploads: 0 });
  });

  test('is waited for as long as bytes come', async () => {
    const { id } = await requested();
    const { storageKey } = await begun(id, 'name,');
    await app.ports.database
      .sql`update dataset set created_at = now() - interval '3 days' where id = ${rowId(id)}`;
    await app.services.objects.touch(storageKey);
    await app.maintain(inHours(23));
    expect(await read(id)).toMatchObject({ status: 'UPLOADING' });
    await app.maintain(inHours(25));
    expect(await read(id)).toMatchObject({ status: 'REJECTED' });
  });

  test('cannot be gone on with, nor its file be read', async () => {
    const { id, url } = await requested();
    expect((await fetch(url, { method: 'PUT', body: people })).status).toBe(204);
    await app.maintain(inHours(25));
    expect((await fetch(url, { method: 'PUT', body: people })).status).toBe(410);
    expect(
      await app.mutate('updateDataset', { datasetId: id, dialect: { delimiter: ';' } }, '{ dataset { id } }'),
    ).toMatchObject({ __typename: 'ConflictError', code: 'FILE_MISSING' });
    expect(await read(id)).toMatchObject({ status: 'REJECTED', rejection: expired, storageKey: null });
  });

  test('is another matter than a dataset that has been read', async () => {
    const id = await app.dataset('people.csv', people);
    await app.maintain(inHours(1_000));
    expect(await read(id)).toMatchObject({ status: 'READY' });
  });
});

describe('bytes that came in several requests', () => {
  /** As `completeUpload` leaves them: whole, their hash not known yet. */
  async function arrived(content: string, announcedSha256: string | null): Promise<string> {
    const { db, storage } = app.ports;
    const { objects } = app.services;
    const { id } = await requested();
    const storageKey = await objects.begin(db, ownerId, 'source');
    await storage.put(storageKey, Readable.from([Buffer.from(content)]), { maxBytes: 1_000 });
    await db.transaction(async (tx) => {
      await objects.finished(tx, storageKey, { byteSize: content.length, sha256: null });
      const change = {
        status: 'INGESTING' as const,
        storageKey,
        receivedBytes: content.length,
        announcedSha256,
      };
      await tx
        .update(dataset)
        .set(change)
        .where(eq(dataset.id, rowId(id)));
      await app.ports.queue.enqueue(tx, 'dataset.ingest', rowId(id));
    });
    await app.collect('subscription ($id: ID!) { datasetEvents(datasetId: $id) { __typename } }', { id });
    return id;
  }
  const other = '0'.repeat(64);

  test('are known by their hash once they are read, and shared with an earlier file', async () => {
    const earlier = await read(await app.dataset('people.csv', people));
    const later = await read(await arrived(people, earlier.sha256));
    expect(later).toEqual({ ...earlier, status: 'READY', rejection: null });
  });

  test('are refused when they are not those that were announced', async () => {
    expect(await read(await arrived(people, other))).toMatchObject({
      status: 'REJECTED',
      rejection: {
        code: 'UPLOAD_CORRUPTED',
        message:
          'What arrived is not what was sent: its SHA-256 is not the announced one. Send the file again.',
      },
    });
  });
});

describe('what a killed process left at work', () => {
  test('goes after two days', async () => {
    const directory = join(app.directory, 'work', 'ingest-left');
    await mkdir(join(directory, 'deep'), { recursive: true });
    await app.maintain(inHours(47));
    expect(await readdir(join(app.directory, 'work'))).toContain('ingest-left');
    expect(await app.maintain(inHours(49))).toMatchObject({ leftAtWork: 1 });
    expect(await readdir(join(app.directory, 'work'))).not.toContain('ingest-left');
  });
});

describe('a round', () => {
  test('falls to one process of all, every five minutes, one after another', async () => {
    const { url } = app.database;
    const log = app.ports.log;
    const queues = await Promise.all([1, 2].map(() => pgBossQueue({ url, log, monitor: false })));
    const boss = new PgBoss({ connectionString: url, schedule: false, supervise: false });
    await boss.start();
    let running = 0;
    let most = 0;
    let ended = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    try {
      for (const queue of queues) {
        await queue.round('maintenance', async () => {
          running += 1;
          most = Math.max(most, running);
          await held;
          running -= 1;
          ended += 1;
        });
      }
      const rows = await app.ports.database.sql`select name, cron, timezone from pgboss.schedule`;
      expect([...rows]).toEqual([{ name: 'maintenance', cron: '*/5 * * * *', timezone: 'UTC' }]);
      await boss.send('maintenance', {});
      await expect.poll(() => running, { timeout: 90_000 }).toBe(1);
      // one more can wait, a third is none
      expect([typeof (await boss.send('maintenance', {})), await boss.send('maintenance', {})]).toEqual([
        'string',
        null,
      ]);
      release();
      await expect.poll(() => ended, { timeout: 90_000 }).toBe(2);
      expect(most).toBe(1);
    } finally {
      release();
      await boss.stop({ graceful: false, close: true });
      for (const queue of queues) await queue.close({ graceSeconds: 5 });
    }
  });
});
