import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { storageFromUrl } from '#adapters/storage/from-url.ts';
import type { Storage } from '#ports/storage.ts';
import type { ObjectStore } from '../object-store.ts';

/** A store of its own for a test, and what lies in it: keys, and whatever is unfinished or was left beside them. */
export type Opened = {
  storage: Storage;
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

export async function openFiles(): Promise<Opened> {
  const directory = await mkdtemp(join(tmpdir(), 'aliquot-storage-'));
  const workDirectory = directory;
  const files = join(directory, 'files');
  return {
    storage: await storageFromUrl(`file:${files}`, { workDirectory }),
    workDirectory,
    contents: async () => (await filesBelow(files)).sort(),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

let opened = 0;

export async function openBucket({ client, bucket, url }: ObjectStore): Promise<Opened> {
  const workDirectory = await mkdtemp(join(tmpdir(), 'aliquot-storage-'));
  const prefix = `store-${++opened}`;
  const place = { Bucket: bucket, Prefix: `${prefix}/` };
  return {
    storage: await storageFromUrl(url(prefix), { workDirectory }),
    workDirectory,
    async contents() {
      const { Contents = [] } = await client.send(new ListObjectsV2Command(place));
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand(place));
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
