import { StorageError } from '#ports/storage.ts';

const KEY = /^[a-z0-9][a-z0-9_-]*(\/[a-z0-9][a-z0-9_.-]*){0,7}$/;

export const isKey = (text: string): boolean => KEY.test(text) && !text.includes('..');

/** The key itself. Only what the server makes is let through: no encoding, no step upwards, no other alphabet. */
export function checkedKey(key: string): string {
  if (!isKey(key)) throw new StorageError('STORAGE_FAILED', 'This key was not made by the server.');
  return key;
}
