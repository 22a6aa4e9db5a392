import { GetObjectCommand, type S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { contentDisposition } from '#content-disposition.ts';
import { type DirectLinks, StorageError } from '#ports/storage.ts';
import { checkedKey } from './key.ts';
import { answered } from './s3-errors.ts';
import type { Location } from './s3-location.ts';
import { partPlan, readUploadId, storedParts } from './s3-resumable.ts';

const MAX_SECONDS = 900;

/** Links that the store itself checks: for one key, one method, one length of a part. */
export function directLinks(location: Location, signer: S3Client): DirectLinks {
  /** From now on by the clock of the store, as far as the SDK has learnt it. */
  function until(expiresAt: Date): { expiresIn: number; signingDate: Date } {
    const now = Date.now();
    const expiresIn = Math.floor((expiresAt.getTime() - now) / 1_000);
    if (expiresIn < 1 || expiresIn > MAX_SECONDS)
      throw new StorageError('STORAGE_FAILED', `A link is valid for 1 to ${MAX_SECONDS} seconds.`);
    return { expiresIn, signingDate: new Date(now + location.client.config.systemClockOffset) };
  }

  return {
    async parts(key, uploadId, expiresAt) {
      const validity = until(expiresAt);
      const begun = readUploadId(location, key, uploadId);
      const stored = await storedParts(location, begun);
      const links = partPlan(begun.byteSize).parts.map(async ({ number, offset, byteSize }) => {
        const part = { ...begun.upload, PartNumber: number, ContentLength: byteSize };
        const url = await answered(getSignedUrl(signer, new UploadPartCommand(part), validity));
        return { number, offset, byteSize, url, isStored: stored.has(number) };
      });
      return Promise.all(links);
    },

    async get(key, { fileName, mediaType, expiresAt }) {
      const object = { Bucket: location.bucket, Key: location.prefix + checkedKey(key) };
      const ResponseContentDisposition = contentDisposition(fileName);
      const command = new GetObjectCommand({
        ...{ ...object, ResponseContentDisposition },
        ResponseContentType: mediaType,
      });
      return answered(getSignedUrl(signer, command, until(expiresAt)));
    },
  };
}
