import { createReadStream, createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { DeleteObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { newId } from '#ids.ts';
import type { Storage } from '#ports/storage.ts';
import { checkedKey } from './key.ts';
import { refuseMissingBucket, toldOfBucket } from './s3-bucket.ts';
import { answered, isMissing, translate } from './s3-errors.ts';
import { getStream } from './s3-get.ts';
import { s3Location } from './s3-location.ts';
import { putStream } from './s3-put.ts';

/** Objects below one prefix of a bucket, encrypted by the store; `open` copies them to `workDirectory`. */
export function s3Storage(url: string, { workDirectory }: { workDirectory: string }): Storage {
  const location = s3Location(url);
  const { client, bucket: Bucket } = location;
  const target = (key: string) => ({ Bucket, Key: location.prefix + checkedKey(key) });

  const store: Storage['put'] = (key, body, options) =>
    putStream(location, key, body, options).catch((error) => toldOfBucket(location, error));

  return {
    kind: 's3:',
    put: async (key, body, options) => store(checkedKey(key), body, options),
    async putFile(key, path) {
      const { size } = await stat(path);
      const stored = await store(checkedKey(key), createReadStream(path), { maxBytes: size });
      await rm(path, { force: true });
      return stored;
    },
    get: async (key, range) => getStream(location, checkedKey(key), range),
    async size(key) {
      try {
        const { ContentLength } = await answered(client.send(new HeadObjectCommand(target(key))));
        return ContentLength ?? null;
      } catch (error) {
        if (!isMissing(error)) throw error;
        await refuseMissingBucket(location);
        return null;
      }
    },
    async open(key) {
      const bytes = await getStream(location, checkedKey(key));
      const path = join(workDirectory, `object-${newId()}`);
      try {
        await pipeline(bytes, createWriteStream(path, { mode: 0o600 }));
      } catch (error) {
        await rm(path, { force: true });
        throw translate(error);
      }
      return { path, release: () => rm(path, { force: true }) };
    },
    async remove(key) {
      await answered(client.send(new DeleteObjectCommand(target(key)))).catch((error) => {
        if (!isMissing(error)) throw error;
      });
    },
  };
}
