import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { storageFromUrl } from '#adapters/storage/from-url.ts';
import { type Database, openDatabase } from '#db.ts';
import { accountService } from '#domains/account/service.ts';
import { copyObjects } from '#domains/stored-object/copy.ts';
import { storedObject } from '#domains/stored-object/table.ts';
import { newId } from '#ids.ts';
import type { Storage } from '#ports/storage.ts';
import { testDatabase } from '../harness.ts';
import { fetchObjectStore, type ObjectStore, startObjectStore } from '../object-store.ts';

const COUNT = 20;
const fetched = await fetchObjectStore();

describe.skipIf('reason' in fetched)(
  'aliquot storage migrate (not run without an S3 server)',
  {
    timeout: 150_000,
  },
  () => {
    let store: ObjectStore;
    let directory: string;
    let made: { url: string; drop(): Promise<void> };
    let database: Database;
    let from: Storage;
    const contents = new Map<string, Buffer>();
    const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    const source = () => `file:${join(directory, 'files')}`;
    const openTarget = (url: string) => storageFromUrl(url, { workDirectory: directory });

    beforeAll(async () => {
      if ('program' in fetched) store = await startObjectStore(fetched.program);
    });
    afterAll(() => store?.stop());

    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'aliquot-migrate-'));
      made = await testDatabase();
      database = openDatabase(made.url, { connections: 4 });
      from = await storageFromUrl(source(), { workDirectory: directory });
      const { accountId: ownerId } = await accountService(database).localAccount();
      contents.clear();
      for (let count = 0; count < COUNT; count++) {
        const key = `${ownerId}/source/${newId()}`;
        const bytes = randomBytes(count === 0 ? 0 : 1_000 * count ** 2);
        contents.set(key, bytes);
        const { byteSize } = await from.put(key, Readable.from([bytes]), { maxBytes: bytes.length });
        // what was sent past the server has no checksum until it has been read
        const known = count % 3 === 0 ? null : sha256(bytes);
        await database.db
          .insert(storedObject)
          .values({ key, ownerId, status: 'STORED', byteSize, sha256: known, encryption: 'NONE' });
      }
      return async () => {
        await database.close();
        await made.drop();
        await rm(directory, { recursive: true, force: true });
      };
    });

    const start = (to: string) =>
      spawn(process.execPath, ['bin/aliquot.mjs', 'storage', 'migrate', '--to', to, '--json'], {
        env: { ...process.env, DATABASE_URL: made.url, STORAGE_URL: source(), DATA_DIR: directory },
        stdio: ['ignore', 'pipe', 'inherit'],
      });

    async function migrate(to: string) {
      const child = start(to);
      const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
      return { exitCode, ...JSON.parse(output) };
    }

    async function expectAllIn(url: string): Promise<void> {
      const storage = await openTarget(url);
      for (const [key, bytes] of contents) expect(await buffer(await storage.get(key))).toEqual(bytes);
    }

    test('copies all files to a bucket and back, and says what to do next', async () => {
      const bucket = store.url(`migrated-${newId()}`);
      const bytes = [...contents.values()].reduce((sum, { length }) => sum + length, 0);
      const all = {
        total: COUNT,
        objects: COUNT,
        bytes,
        failures: [],
        unfinished: 0,
        exitCode: 0,
        isDone: true,
      };
      expect(await migrate(bucket)).toEqual({
        ...all,
        copied: COUNT,
        next: expect.stringContaining(`Set STORAGE_URL=${bucket}`),
      });
      await expectAllIn(bucket);
      expect(await migrate(bucket)).toMatchObject({ ...all, copied: 0 });
      await expectAllIn(source());
    });

    test('killed at any moment, goes on where it was', async () => {
      const target = join(directory, 'other');
      const placed = async () =>
        (await readdir(target, { recursive: true, withFileTypes: true }).catch(() => [])).filter((entry) =>
          entry.isFile(),
        ).length;
      for (const enough of [1, COUNT / 2]) {
        const child = start(`file:${target}`);
        const ended = once(child, 'exit');
        while ((await placed()) < enough && child.exitCode === null)
          await new Promise((resolve) => setTimeout(resolve, 2));
        child.kill('SIGKILL');
        await ended;
      }
      expect(await migrate(`file:${target}`)).toMatchObject({ exitCode: 0, objects: COUNT, failures: [] });
      await expectAllIn(`file:${target}`);
    });

    test('tells of files that are not what was stored, and copies the others', async () => {
      const [gone = '', changed = ''] = [...contents.keys()].slice(1, 3);
      await from.remove(gone);
      const path = join(directory, 'files', changed);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, 'other bytes');
      const to = await openTarget(`file:${join(directory, 'other')}`);
      const copied = await copyObjects(database.db, { from, to }, { signal: new AbortController().signal });
      expect(copied).toMatchObject({ total: COUNT, objects: COUNT - 2, copied: COUNT - 2 });
      expect(copied.failures.map(({ key, code }) => [key, code]).sort()).toEqual(
        [
          [gone, 'OBJECT_NOT_FOUND'],
          [changed, 'CORRUPTED'],
        ].sort(),
      );
      expect(await to.size(changed)).toBeNull();
    });

    test('writes anew what is in the other storage with other bytes', async () => {
      const to = await openTarget(`file:${join(directory, 'other')}`);
      const [key = '', bytes] = [...contents].at(-1) ?? [];
      await to.put(key, Readable.from([Buffer.alloc(bytes?.length ?? 0)]), { maxBytes: bytes?.length ?? 0 });
      await copyObjects(database.db, { from, to }, { signal: new AbortController().signal });
      expect(await buffer(await to.get(key))).toEqual(bytes);
    });

    test.each([
      ['the storage in use', () => source(), 'SAME_STORAGE'],
      ['no storage', () => 'ftp://host', 'STORAGE_NOT_USABLE'],
    ])('refuses %s', async (_name, to, code) => {
      const child = spawn(process.execPath, ['bin/aliquot.mjs', 'storage', 'migrate', '--to', to()], {
        env: { ...process.env, DATABASE_URL: made.url, STORAGE_URL: source(), DATA_DIR: directory },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      const [told, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      expect({ told, exitCode }).toEqual({ told: expect.stringContaining(code), exitCode: 1 });
    });
  },
);
