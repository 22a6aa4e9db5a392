/**
 * Writes what arrives at its standard input, and tells the code of the failure if there is one:
 * `writing-child.ts work key` puts an object, `writing-child.ts work key uploadId offset` appends to an upload.
 */
import { storageFromUrl, storageUrl } from '#adapters/storage/from-url.ts';
import { readEnv } from '#env.ts';

const [workDirectory = '', key = '', uploadId, offset] = process.argv.slice(2);
const env = readEnv();
const encryptionKeys = env.STORAGE_ENCRYPTION_KEY;
const storage = await storageFromUrl(storageUrl(env), { workDirectory, encryptionKeys });
const written =
  uploadId === undefined
    ? storage.put(key, process.stdin, { maxBytes: Number.POSITIVE_INFINITY })
    : storage.resumable.append(key, uploadId, Number(offset), process.stdin);
await written.catch((error) => process.stdout.write(error.code));
