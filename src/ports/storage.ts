import type { Readable } from 'node:stream';

/** Where files live. Keys are made by the server alone; a user's file name never becomes part of one. */
export interface Storage {
  /** `file:` or `s3:`, as shown in `serverInfo`. */
  readonly kind: string;
  /**
   * Stores a stream whole or not at all; an existing object is replaced.
   * @throws StorageError TOO_LARGE when the stream has more than `maxBytes`, STORAGE_FULL, STORAGE_FAILED.
   */
  put(
    key: string,
    body: Readable,
    options: { maxBytes: number; signal?: AbortSignal },
  ): Promise<StoredObject>;
  /** Moves a local file into the store. */
  putFile(key: string, path: string): Promise<StoredObject>;
  /** Bytes of an object, or of `range` (both ends included). @throws StorageError OBJECT_NOT_FOUND. */
  get(key: string, range?: { start: number; end: number }): Promise<Readable>;
  /** Size in bytes, or null when there is no such object. */
  size(key: string): Promise<number | null>;
  /**
   * A path on this machine that holds the object's bytes until `release` is called; not to be written to.
   * @throws StorageError OBJECT_NOT_FOUND.
   */
  open(key: string): Promise<{ path: string; release(): Promise<void> }>;
  /** Removes an object; no error when it is not there. */
  remove(key: string): Promise<void>;
}

/** `sha256` in lower-case hexadecimal. */
export type StoredObject = { byteSize: number; sha256: string };

export type StorageErrorCode = 'TOO_LARGE' | 'STORAGE_FULL' | 'STORAGE_FAILED' | 'OBJECT_NOT_FOUND';

/** A failure of the store; the message holds no path of the host. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}
