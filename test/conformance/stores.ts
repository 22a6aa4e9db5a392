import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { storageFromUrl } from '#adapters/storage/from-url.ts';
import type { Storage } from '#ports/storage.ts';
import type { ObjectStore } from '../object-store.ts';

/** A store of its own for a test, and what lies in it: keys, and whatever is unfinished or was left beside them. */
export type Opened = {
  storage: Storage;
  /** The settings by which another process opens the same store. */
  settings: Record<string, string>;
  workDirectory: string;
  contents(): Promise<string[]>;
  [Symbol.asyncDispose](): Promise<void>;
};

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1));
}

export async function openFiles(options: { encryptionKeys?: Buffer[] } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'aliquot-storage-'));
  const [files, workDirectory] = [join(directory, 'files'), join(directory, 'work')];
  await mkdir(workDirectory);
  const { encryptionKeys = [] } = options;
  const url = `file:${files}`;
  const keys = encryptionKeys.map((key) => key.toString('base64')).join();
  const settings = { STORAGE_URL: url, STORAGE_ENCRYPTION_KEY: keys };
  return {
    storage: await storageFromUrl(url, { workDirectory, encryptionKeys }),
    ...{ settings, workDirectory, files },
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
    ...{ settings: { STORAGE_URL: url }, workDirectory },
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
