import { listObjects, listUploads } from './s3-list.ts';
import type { Location } from './s3-location.ts';
import { dropObjects, REMAINDERS } from './s3-remainders.ts';
import { abortUpload } from './s3-resumable.ts';

/** Aborts the uploads that were begun before a moment, and what is kept of uploads that are gone. Returns how many. */
export async function sweepUploads(location: Location, before: Date): Promise<number> {
  let count = 0;
  for await (const { begunAt, ...upload } of listUploads(location)) {
    if (begunAt >= before) continue;
    await abortUpload(location, upload);
    count++;
  }
  const keys: string[] = [];
  for await (const { key, modifiedAt } of listObjects(location, REMAINDERS))
    if (modifiedAt < before) keys.push(key);
  await dropObjects(location, keys);
  return count;
}
