import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataset, upload } from '#domains/dataset/table.ts';
import { artifact } from '#domains/model-run/table.ts';
import type { StoredObjects } from '#domains/stored-object/service.ts';
import { type StoredObjectRow, storedObject } from '#domains/stored-object/table.ts';
import { newId, parseId } from '#ids.ts';
import { createTestApp, type TestApp } from '../harness.ts';
import { seeds } from './seed.ts';

let app: TestApp;
let objects: StoredObjects;
let ownerId: string;
let otherId: string;
beforeAll(async () => {
  app = await createTestApp();
  objects = app.services.objects;
  ownerId = (await app.services.accounts.localAccount()).accountId;
  otherId = (await app.services.accounts.createAccount('Other')).accountId;
});
afterAll(() => app.close());

const HOUR = 3_600_000;
const unlimited = { maxBytes: Number.MAX_SAFE_INTEGER };
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR);
const from = (text: string) => Readable.from([Buffer.from(text)]);

/** The keys of all files in the store, whatever the rows say. */
async function files(): Promise<string[]> {
  const store = join(app.directory, 'files');
  const found = await readdir(store, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.map((path) => relative(store, path)).filter((key) => !key.startsWith('.'));
}
const rowOf = async (key: string): Promise<StoredObjectRow | undefined> =>
  (await objects.rows([key])).get(key);
/** Whether an object has a row and whether it has bytes. */
const stateOf = async (key: string) => ({
  row: (await rowOf(key))?.status ?? null,
  bytes: (await app.ports.storage.size(key)) !== null,
});

/** An object as a crash may leave it, untouched for some hours. */
async function left(status: StoredObjectRow['status'], hours: number, bytes = true): Promise<string> {
  const key = `${ownerId}/source/${newId()}`;
  const touchedAt = new Date(Date.now() - hours * HOUR);
  if (bytes) await app.ports.storage.put(key, from('left'), unlimited);
  await app.ports.db.insert(storedObject).values({ key, ownerId, status, encryption: 'NONE', touchedAt });
  return key;
}

/** A dataset that refers to an object, in the transaction that shares it. */
async function refer(key: string): Promise<string> {
  const id = await seeds(app.ports.db, ownerId).dataset({ storageKey: null });
  return app.ports.db.transaction(async (tx) => {
    const storageKey = await objects.share(tx, key);
    await tx.update(dataset).set({ storageKey }).where(eq(dataset.id, id));
    return storageKey;
  });
}

describe('an object', () => {
  test('has a row that tells what is in the store, under a key made of owner and kind', async () => {
    const stored = await objects.put(ownerId, 'source', from('hello'), unlimited);
    expect(stored.key).toMatch(new RegExp(`^${ownerId}/source/[0-9a-f-]{36}$`));
    expect(await rowOf(stored.key)).toEqual({
      ...{ key: stored.key, ownerId, status: 'STORED', byteSize: 5, encryption: 'NONE' },
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
      ...{ createdAt: expect.any(Date), touchedAt: expect.any(Date) },
    });
    expect(await files()).toContain(stored.key);
  });

  test('has its row before its first byte', async () => {
    const key: string[] = [];
    const body = Readable.from(
      (async function* () {
        const rows = await app.ports.db.select().from(storedObject).where(eq(storedObject.status, 'WRITING'));
        key.push(...rows.map((row) => row.key));
        yield Buffer.from('late');
      })(),
    );
    const stored = await objects.put(ownerId, 'source', body, unlimited);
    expect(key).toEqual([stored.key]);
  });

  test('that cannot be written leaves neither a row nor bytes', async () => {
    const before = [(await app.ports.db.select().from(storedObject)).length, await files()];
    const cut = Readable.from(
      (async function* () {
        yield randomBytes(100_000);
        throw new Error('cut');
      })(),
    );
    await expect(objects.put(ownerId, 'source', cut, unlimited)).rejects.toThrow('cut');
    await expect(objects.put(ownerId, 'source', from('too long'), { maxBytes: 3 })).rejects.toMatchObject({
      code: 'TOO_LARGE',
    });
    await expect(objects.putFile(ownerId, 'table', join(app.directory, 'nowhere'))).rejects.toThrow();
    expect([(await app.ports.db.select().from(storedObject)).length, await files()]).toEqual(before);
  });

  test('that was given up while it was written is not kept', async () => {
    const body = Readable.from(
      (async function* () {
        yield Buffer.from('slow');
        await objects.sweep(inHours(25));
      })(),
    );
    await expect(objects.put(ownerId, 'source', body, unlimited)).rejects.toMatchObject({
      code: 'UPLOAD_NOT_FOUND',
    });
    // what the tests above had left went with it
    expect(await files()).toEqual([]);
  });
});

describe('the sweep', () => {
  test.each([
    ['was being written a while ago', 'WRITING', 23, { row: 'WRITING', bytes: true }],
    ['was being written a day ago', 'WRITING', 25, { row: null, bytes: false }],
    ['was stored a moment ago, and nobody refers to it yet', 'STORED', 0.9, { row: 'STORED', bytes: true }],
    ['nobody has referred to for an hour', 'STORED', 1.1, { row: null, bytes: false }],
    ['an earlier sweep had begun to remove', 'REMOVING', 0, { row: null, bytes: false }],
  ] as const)('finds what %s', async (_what, status, hours, expected) => {
    const [whole, empty] = [await left(status, hours), await left(status, hours, false)];
    await objects.sweep(new Date());
    expect(await stateOf(whole)).toEqual(expected);
    expect(await stateOf(empty)).toEqual({ ...expected, bytes: false });
  });

  test('leaves what a row refers to, by any column, however old it is', async () => {
    const { db } = app.ports;
    const seed = seeds(db, ownerId);
    const old = () => left('STORED', 1_000);
    const [source, table, sending, file] = [
      await old(),
      await old(),
      await left('WRITING', 1_000),
      await old(),
    ];
    const datasetId = await seed.dataset({ storageKey: source, parquetKey: table });
    await db.insert(upload).values({ datasetId, protocol: 'TUS', storageKey: sending, uploadId: 'x' });
    const experimentId = await seed.experiment(datasetId);
    const modelRunId = await seed.run({ experimentId, datasetId }, 'linear', 1);
    const id = await seed.artifact({ modelRunId });
    await db.update(artifact).set({ storageKey: file }).where(eq(artifact.id, id));
    await objects.sweep(inHours(1_000));
    for (const key of [source, table, sending, file]) expect((await stateOf(key)).bytes).toBe(true);
  });

  test('knows every column by which rows refer to objects', async () => {
    const columns = await app.ports.database.sql`
      select source.relname || '.' || attribute.attname as name from pg_constraint
      join pg_class source on source.oid = conrelid join pg_class target on target.oid = confrelid
      join pg_attribute attribute on attribute.attrelid = conrelid and attribute.attnum = conkey[1]
      where contype = 'f' and target.relname = 'stored_object' order by 1`;
    expect(columns.map(({ name }) => name)).toEqual([
      ...['artifact.storage_key', 'dataset.parquet_key', 'dataset.storage_key', 'upload.storage_key'],
    ]);
  });

  test('goes through any number of objects', async () => {
    const rows = Array.from({ length: 1_203 }, () => ({
      ...{ key: `${otherId}/source/${newId()}`, ownerId: otherId, status: 'STORED' as const },
      ...{ encryption: 'NONE' as const, touchedAt: inHours(-2) },
    }));
    await app.ports.db.insert(storedObject).values(rows);
    expect(await objects.sweep(new Date())).toBe(1_203);
    expect(await objects.sweep(new Date())).toBe(0);
  });

  test('does not take what somebody is about to refer to', async () => {
    const key = await left('STORED', 2);
    const id = await seeds(app.ports.db, ownerId).dataset({ storageKey: null });
    await app.ports.db.transaction(async (tx) => {
      await objects.share(tx, key);
      await objects.sweep(new Date());
      await tx.update(dataset).set({ storageKey: key }).where(eq(dataset.id, id));
    });
    await objects.sweep(new Date());
    expect(await stateOf(key)).toEqual({ row: 'STORED', bytes: true });
  });

  test('and those who refer at the same moment end in one of two ways: kept whole, or told that it is gone', async () => {
    const keys = await Promise.all(Array.from({ length: 40 }, () => left('STORED', 2)));
    const [, ...ends] = await Promise.all([
      (async () => {
        for (let round = 0; round < 5; round++) await objects.sweep(new Date());
      })(),
      ...keys.map((key) =>
        refer(key).then(
          () => 'kept',
          (error) => error.code as string,
        ),
      ),
    ]);
    for (const [index, key] of keys.entries()) {
      const state = await stateOf(key);
      if (ends[index] === 'kept') expect(state).toEqual({ row: 'STORED', bytes: true });
      else expect([ends[index], state]).toEqual(['OBJECT_NOT_FOUND', { row: null, bytes: false }]);
    }
  });
});

describe('identical content', () => {
  const put = (owner: string, text: string) => objects.put(owner, 'source', from(text), unlimited);

  test('of one owner is kept once; the older object is the one', async () => {
    const [first, second] = [await put(ownerId, 'same'), await put(ownerId, 'same')];
    expect(await refer(first.key)).toBe(first.key);
    expect(await refer(second.key)).toBe(first.key);
    await objects.sweep(inHours(2));
    expect([await stateOf(first.key), await stateOf(second.key)]).toEqual([
      { row: 'STORED', bytes: true },
      { row: null, bytes: false },
    ]);
  });

  test('of two owners is kept twice', async () => {
    const [theirs, mine] = [await put(otherId, 'equal'), await put(ownerId, 'equal')];
    expect(mine.sha256).toBe(theirs.sha256);
    expect(await refer(mine.key)).toBe(mine.key);
  });

  test('is not looked for in what is unfinished, being removed or encrypted otherwise', async () => {
    const { db } = app.ports;
    for (const change of [{ status: 'WRITING' }, { status: 'REMOVING' }, { encryption: 'SSE_S3' }] as const) {
      const text = JSON.stringify(change);
      const [other, mine] = [await put(ownerId, text), await put(ownerId, text)];
      await db.update(storedObject).set(change).where(eq(storedObject.key, other.key));
      expect(await refer(mine.key), text).toBe(mine.key);
    }
  });

  test('sent many times at once is whole wherever it is kept, and found by those who come later', async () => {
    const keys = await Promise.all(
      Array.from({ length: 12 }, async () => refer((await put(ownerId, 'crowd')).key)),
    );
    await objects.sweep(inHours(2));
    const kept = [...new Set(keys)];
    for (const key of kept) expect(await stateOf(key)).toEqual({ row: 'STORED', bytes: true });
    const rows = await app.ports.db.select().from(storedObject).where(eq(storedObject.byteSize, 5));
    expect(
      rows
        .filter(({ key }) => keys.includes(key))
        .map(({ key }) => key)
        .sort(),
    ).toEqual(kept.sort());
    const next = await refer((await put(ownerId, 'crowd')).key);
    expect(kept).toContain(next);
  });
});

describe('the owner', () => {
  test('sees where, since when and how encrypted the bytes are, of many datasets by one statement', async () => {
    const text = 'a,b\n1,2\n';
    const ids = [await app.upload('one.csv', text), await app.upload('two.csv', text)];
    const query = (fields: string) =>
      app.query(
        `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Dataset { id ${fields} } } serverInfo { storageEncryption } }`,
        { ids },
      );
    const { data } = await query('storageKey storedAt createdAt encryption');
    const [one, two] = data.nodes;
    expect(one).toEqual({
      id: ids[0],
      storageKey: expect.stringMatching(`^${ownerId}/source/`),
      encryption: 'NONE',
      storedAt: expect.any(String),
      createdAt: expect.any(String),
    });
    expect(two).toEqual({ ...one, id: ids[1], createdAt: expect.any(String) });
    expect(two.storedAt < two.createdAt).toBe(true);
    expect(data.serverInfo).toEqual({ storageEncryption: 'NONE' });

    const counted = async (fields: string) => {
      const before = app.statements.length;
      await query(fields);
      return app.statements.length - before;
    };
    expect((await counted('storedAt encryption')) - (await counted('name'))).toBe(1);
  });

  test('sees nothing of the kind before the bytes have come', async () => {
    const { dataset: made } = await app.mutate(
      'requestUpload',
      { fileName: 'a.csv', byteSize: 3 },
      '{ dataset { id storageKey storedAt encryption } }',
    );
    expect(made).toEqual({ id: made.id, storageKey: null, storedAt: null, encryption: null });
    expect(parseId(made.id)?.type).toBe('Dataset');
  });
});
