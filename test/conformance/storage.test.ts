import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { fetchObjectStore, type ObjectStore, startObjectStore } from '../object-store.ts';
import { askOfListing } from './storage/listing.ts';
import { askOfObjects } from './storage/objects.ts';
import { askOfResumable } from './storage/resumable.ts';
import { type Opened, openBucket, openFiles } from './stores.ts';

const fetched = await fetchObjectStore();

/** The questions that every storage answers alike. */
function ask(open: () => Promise<Opened>, kind: string): void {
  askOfObjects(open, kind);
  askOfResumable(open);
  askOfListing(open);
}

describe('file:', () => ask(() => openFiles(), 'file:'));

describe('file:, encrypted', () => ask(() => openFiles({ encryptionKeys: [randomBytes(32)] }), 'file:'));

if ('reason' in fetched) {
  test.skip(`s3: not run: ${fetched.reason}`, () => {});
} else {
  describe('s3:', () => {
    let store: ObjectStore;
    beforeAll(async () => {
      store = await startObjectStore(fetched.program);
    });
    afterAll(() => store?.stop());
    ask(() => openBucket(store), 's3:');
  });
}
