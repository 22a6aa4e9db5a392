/** Appends what arrives at its standard input to an upload, until it is killed: `append-child.ts key uploadId offset work`. */
import { storageFromUrl, storageUrl } from '#adapters/storage/from-url.ts';
import { readEnv } from '#env.ts';

const [key = '', uploadId = '', offset = '', workDirectory = ''] = process.argv.slice(2);
const env = readEnv();
const encryptionKeys = env.STORAGE_ENCRYPTION_KEY;
const storage = await storageFromUrl(storageUrl(env), { workDirectory, encryptionKeys });
await storage.resumable.append(key, uploadId, Number(offset), process.stdin);
