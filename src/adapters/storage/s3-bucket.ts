import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { StorageError } from '#ports/storage.ts';
import { answered, isMissing, storageError } from './s3-errors.ts';
import type { Location } from './s3-location.ts';

/** For answers that do not tell a missing bucket from a missing object, as those to HEAD, which have no body. */
export async function refuseMissingBucket({ client, bucket }: Location): Promise<void> {
  await answered(client.send(new HeadBucketCommand({ Bucket: bucket }))).catch((error) => {
    if (isMissing(error)) throw storageError('BUCKET_NOT_FOUND');
  });
}

/** Throws the error, or BUCKET_NOT_FOUND where that is its cause: some stores refuse, or fail, to put into no bucket. */
export async function toldOfBucket(location: Location, error: unknown): Promise<never> {
  if (error instanceof StorageError && ['ACCESS_DENIED', 'STORAGE_FAILED'].includes(error.code))
    await refuseMissingBucket(location);
  throw error;
}
