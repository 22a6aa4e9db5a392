import { builder } from '#builder.ts';
import { type Context, loadBatched } from '#context.ts';
import { described } from '#enums.ts';
import type { Encryption } from '#ports/storage.ts';
import type { StoredObjectRow } from './table.ts';

export const StorageEncryption = builder.enumType('StorageEncryption', {
  description: 'How bytes are encrypted where they are stored.',
  values: described<Encryption>({
    NONE: 'Not at all.',
    AES_256_GCM: 'By this server, with a key of its operator.',
    SSE_S3: 'By the object store, with a key of its own.',
    SSE_KMS: 'By the object store, with a key of a key service.',
  }),
});

/** What is known of an object, loaded together for all parents; null without a key. */
export async function objectOf(context: Context, key: string | null): Promise<StoredObjectRow | null> {
  if (key === null) return null;
  return loadBatched<StoredObjectRow>(context, 'StoredObject', key, (keys) =>
    context.services.objects.rows(keys),
  );
}
