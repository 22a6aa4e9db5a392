import type { Readable } from 'node:stream';

/**
 * Where files live. Keys are made by the server alone; a user's file name never becomes part of one. Every verb may
 * throw any StorageError that tells of the store as a whole.
 */
export interface Storage {
  /** `file:` or `s3:`, as shown in `serverInfo`. */
  readonly kind: string;
  /**
   * Stores a stream whole or not at all; an existing object is replaced.
   * @throws StorageError TOO_LARGE when the stream has more than `maxBytes`.
   */
  put(
    key: string,
    body: Readable,
    options: { maxBytes: number; signal?: AbortSignal },
  ): Promise<StoredObject>;
  /** Moves a local file into the store. */
  putFile(key: string, path: string): Promise<StoredObject>;
  /** Bytes of an object, or of `range` (both ends included; what lies beyond the end is left out). @throws StorageError OBJECT_NOT_FOUND. */
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

/**
 * About one file: TOO_LARGE, OBJECT_NOT_FOUND. About the store, for the operator to mend: ACCESS_DENIED (credentials or
 * their rights), BUCKET_NOT_FOUND, WRONG_REGION, CLOCK_SKEW, STORAGE_UNREACHABLE (network, address, certificate),
 * STORAGE_FULL. SLOW_DOWN passes by itself. STORAGE_FAILED: anything else.
 */
export type StorageErrorCode =
  | 'TOO_LARGE'
  | 'OBJECT_NOT_FOUND'
  | 'ACCESS_DENIED'
  | 'BUCKET_NOT_FOUND'
  | 'WRONG_REGION'
  | 'CLOCK_SKEW'
  | 'STORAGE_UNREACHABLE'
  | 'SLOW_DOWN'
  | 'STORAGE_FULL'
  | 'STORAGE_FAILED';

/** A failure of the store; the message holds no path of the host, no key and no secret. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}
