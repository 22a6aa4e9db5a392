import { rm, stat } from 'node:fs/promises';
import { DeleteObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import type { Encryption, Storage } from '#ports/storage.ts';
import { checkedKey, isKey } from './key.ts';
import { localCopy, sweepLocalCopies } from './local-copy.ts';
import { refuseMissingBucket, toldOfBucket } from './s3-bucket.ts';
import { directLinks } from './s3-direct.ts';
import { answered, isMissing, translate } from './s3-errors.ts';
import { getStream } from './s3-get.ts';
import { listObjects } from './s3-list.ts';
import { s3Location } from './s3-location.ts';
import { putLocalFile, putStream } from './s3-put.ts';
import { resumableUploads } from './s3-resumable.ts';
import { sweepUploads } from './s3-sweep.ts';

const encryptionBy = { AES256: 'SSE_S3', 'aws:kms': 'SSE_KMS' } satisfies Record<string, Encryption>;

/** Objects below one prefix of a bucket, encrypted by the store; `open` copies them to `workDirectory`. */
export function s3Storage(url: string, { workDirectory }: { workDirectory: string }): Storage {
  const location = s3Location(url);
  const { client, bucket: Bucket, signer } = location;
  const { ServerSideEncryption } = location.encryption;
  const target = (key: string) => ({ Bucket, Key: location.prefix + checkedKey(key) });
  const tellOfBucket = (error: unknown) => toldOfBucket(location, error);

  return {
    kind: 's3:',
    encryption: ServerSideEncryption ? encryptionBy[ServerSideEncryption] : 'NONE',
    resumable: resumableUploads(location, { workDirectory }),
    direct: signer && directLinks(location, signer),
    async put(key, body, options) {
      return putStream(location, checkedKey(key), body, { ...options, workDirectory }).catch(tellOfBucket);
    },
    async putFile(key, path) {
      const { size } = await stat(path);
      const stored = await putLocalFile(location, checkedKey(key), path, size).catch(tellOfBucket);
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
      return localCopy(bytes, workDirectory).catch((error) => {
        throw translate(error);
      });
    },
    async remove(key) {
      await answered(client.send(new DeleteObjectCommand(target(key)))).catch((error) => {
        if (!isMissing(error)) throw error;
      });
    },
    async *list() {
      for await (const { key, byteSize } of listObjects(location, ''))
        if (isKey(key)) yield { key, byteSize };
    },
    async sweep(before) {
      const uploads = await sweepUploads(location, before);
      return uploads + (await sweepLocalCopies(workDirectory, before));
    },
  };
}
