import { StorageError, type StorageErrorCode } from '#ports/storage.ts';

const notFound = 'The file is not in the store.';

const messages = {
  STORAGE_FULL: 'The server has no room left for this file.',
  OBJECT_NOT_FOUND: notFound,
  UPLOAD_NOT_FOUND: 'There is no such upload; it may be finished or given up.',
  ACCESS_DENIED:
    'The server may not use its directory of files. Give that directory, and all in it, to its user.',
  CORRUPTED: 'The file in the store is damaged: its bytes are not those that were stored. Restore it.',
  KEY_MISSING:
    'The file is encrypted by a key that the server does not have. Add that key to STORAGE_ENCRYPTION_KEY again.',
  STORAGE_FAILED: 'The server could not use its directory of files.',
} satisfies Partial<Record<StorageErrorCode, string>>;

const codes: Record<string, keyof typeof messages> = {
  ENOSPC: 'STORAGE_FULL',
  EDQUOT: 'STORAGE_FULL',
  EFBIG: 'STORAGE_FULL',
  ENOENT: 'OBJECT_NOT_FOUND',
  ENOTDIR: 'OBJECT_NOT_FOUND',
  EACCES: 'ACCESS_DENIED',
  EPERM: 'ACCESS_DENIED',
  EROFS: 'ACCESS_DENIED',
  EIO: 'STORAGE_FAILED',
  EMFILE: 'STORAGE_FAILED',
  ENFILE: 'STORAGE_FAILED',
};

export const fileError = (code: keyof typeof messages, cause?: unknown) =>
  new StorageError(code, messages[code], { cause });

export const linkFound = (cause?: unknown) =>
  new StorageError(
    'STORAGE_FAILED',
    'A symbolic link lies in the directory of files, where the server makes none. Remove it.',
    { cause },
  );

export const isMissing = (error: unknown): boolean =>
  error instanceof StorageError && error.code === 'OBJECT_NOT_FOUND';

/** What the file system threw, as the port tells it; what a stream threw stays as it is. */
export function translate(error: unknown): unknown {
  if (error instanceof StorageError || !(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ELOOP') return linkFound(error);
  const known = codes[code];
  return known ? fileError(known, error) : error;
}

/** Awaits the file system. @throws StorageError. */
export const answered = <Answer>(work: Promise<Answer>): Promise<Answer> =>
  work.catch((error) => {
    throw translate(error);
  });
