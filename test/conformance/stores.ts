import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { storageFromUrl } from '#adapters/storage/from-url.ts';
import type { Storage } from '#ports/storage.ts';
import { fetchObjectStore, type ObjectStore, startObjectStore } from '../object-store.ts';

/** A store of its own for a test, and what lies in it: keys, and whatever is unfinished or was left beside them. */
export type Opened = {
  storage: Storage;
  /** What another process opens the same store by. */
  url: string;
  workDirectory: string;
  contents(): Promise<string[]>;
  [Symbol.asyncDispose](): Promise<void>;
};

const fetched = await fetchObjectStore();

/** Asks the same questions of every storage. */
export function everyStorage(ask: (open: () => Promise<Opened>, name: string) => void): void {
  describe('file:', () => ask(() => openFiles(), 'file:'));
  describe('file:, encrypted', () => ask(() => openFiles({ encryptionKeys: [randomBytes(32)] }), 'file:'));
  if ('reason' in fetched) {
    test.skip(`s3: not run: ${fetched.reason}`, () => {});
    return;
  }
  describe('s3:', () => {
    let store: ObjectStore;
    beforeAll(async () => {
      store = await startObjectStore(fetched.program);
    });
    afterAll(() => store?.stop());
    ask(() => openBucket(store), 's3:');
  });
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

export async function openFiles(options: { encryptionKeys?: Buffer[] } = {}): Promise<Opened> {
  const directory = await mkdtemp(join(tmpdir(), 'aliquot-storage-'));
  const [files, workDirectory] = [join(directory, 'files'), join(directory, 'work')];
  await mkdir(workDirectory);
  const url = `file:${files}`;
  return {
    storage: await storageFromUrl(url, { workDirectory, ...options }),
    ...{ url, workDirectory },
    async contents() {
      const names = (await filesBelow(files)).map((name) => name.replace(/~sealed$/, ''));
      return [...names.sort(), ...(await filesBelow(workDirectory))];
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

let opened = 0;

export async function openBucket(store: ObjectStore): Promise<Opened> {
  const workDirectory = await mkdtemp(join(tmpdir(), 'aliquot-storage-'));
  const prefix = `store-${++opened}`;
  const place = { Bucket: store.bucket, Prefix: `${prefix}/` };
  const url = store.url(prefix);
  return {
    storage: await storageFromUrl(url, { workDirectory }),
    ...{ url, workDirectory },
    async contents() {
      const { Contents = [] } = await store.client.send(new ListObjectsV2Command(place));
      const { Uploads = [] } = await store.client.send(new ListMultipartUploadsCommand(place));
      const keys = Contents.map(({ Key = '' }) => Key.slice(prefix.length + 1));
      return [
        ...keys.sort(),
        ...Uploads.map(({ Key }) => `unfinished ${Key}`),
        ...(await filesBelow(workDirectory)),
      ];
    },
    [Symbol.asyncDispose]: () => rm(workDirectory, { recursive: true, force: true }),
  };
}
