import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Env } from '#env.ts';
import type { Storage } from '#ports/storage.ts';
import { type FileStorageOptions, fileStorage } from './file.ts';

/** The setting STORAGE_URL, or what the shorthands S3_… amount to, or files below DATA_DIR. */
export function storageUrl(env: Env): string {
  if (env.STORAGE_URL) return env.STORAGE_URL;
  if (!env.S3_BUCKET) return `file:${join(env.DATA_DIR, 'files')}`;
  const url = new URL(`s3://${env.S3_BUCKET}/${env.S3_PREFIX ?? ''}`);
  if (env.S3_REGION) url.searchParams.set('region', env.S3_REGION);
  if (env.S3_ENDPOINT) url.searchParams.set('endpoint', env.S3_ENDPOINT);
  if (env.S3_PUBLIC_ENDPOINT) url.searchParams.set('publicEndpoint', env.S3_PUBLIC_ENDPOINT);
  if (env.S3_DIRECT === 'off') url.searchParams.set('direct', 'off');
  return url.href;
}

/** The directory of a `file:` URL, which may be relative; null for another kind. */
export function directoryOf(url: string): string | null {
  if (!url.startsWith('file:')) return null;
  return url.startsWith('file://') ? fileURLToPath(url) : url.slice('file:'.length);
}

/**
 * The storage behind a URL: `file:DIRECTORY` or `s3://BUCKET/PREFIX?region=&endpoint=&publicEndpoint=&direct=&sse=`.
 * @throws Error when it is neither.
 */
export async function storageFromUrl(url: string, options: FileStorageOptions): Promise<Storage> {
  const directory = directoryOf(url);
  if (directory !== null) return fileStorage(directory, options);
  if (!url.startsWith('s3:')) {
    const kind = url.split(':')[0];
    throw new Error(`STORAGE_URL: “${kind}:” is not a kind of storage; use file:DIRECTORY or s3://BUCKET.`);
  }
  // the SDK costs some 20 MB and 0.1 s that a server with files does not need
  const { s3Storage } = await import('./s3.ts');
  return s3Storage(url, options);
}
