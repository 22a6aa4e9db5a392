import type { Readable } from 'node:stream';

/**
 * Where files live. Keys are made by the server alone; a user's file name never becomes part of one. Every verb may
 * throw any StorageError that tells of the store as a whole.
 */
export interface Storage {
  /** `file:` or `s3:`, as shown in `serverInfo`. */
  readonly kind: string;
  /** How objects that are written now are encrypted at rest. */
  readonly encryption: Encryption;
  /** Writing one object over several requests, going on where a cut one stopped. */
  readonly resumable: ResumableUploads;
  /** Links by which clients reach single objects past this server; null where only the server can. */
  readonly direct: DirectLinks | null;
  /**
   * Stores a stream whole or not at all; an existing object is replaced. Where it is known that `byteSize` bytes will
   * come, a store without room for them may refuse at once.
   * @throws StorageError TOO_LARGE when the stream has more than `maxBytes`.
   */
  put(
    key: string,
    body: Readable,
    options: { maxBytes: number; byteSize?: number; signal?: AbortSignal },
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
  /** Every object of the store, in no order; those of unfinished uploads are not among them. */
  list(): AsyncIterable<{ key: string; byteSize: number }>;
  /**
   * Frees what crashed processes left behind: unfinished uploads that were begun, and local copies that were made,
   * before `before`. Returns how many.
   */
  sweep(before: Date): Promise<number>;
}

/**
 * An upload is known by its key and the id that `begin` gave; its state is in the store alone, so any server process can
 * go on with it after a crash. Verbs on one that is finished, aborted or swept throw StorageError UPLOAD_NOT_FOUND.
 */
export interface ResumableUploads {
  /** Begins an object of just `byteSize` bytes. Returns the upload's id. */
  begin(key: string, byteSize: number): Promise<string>;
  /** How many bytes from the start are kept. */
  offset(key: string, uploadId: string): Promise<number>;
  /**
   * Adds what arrives, from `offset` on, in bounded memory; returns the bytes that are then kept. When the body is cut
   * off or `signal` aborts, what had arrived is kept, and the failure is thrown.
   * @throws StorageError OFFSET_MISMATCH when another number of bytes is kept; TOO_LARGE beyond the announced size.
   */
  append(
    key: string,
    uploadId: string,
    offset: number,
    body: Readable,
    options?: { signal?: AbortSignal },
  ): Promise<number>;
  /** Makes the object of what was sent, by `append` or by direct links. @throws StorageError UPLOAD_INCOMPLETE. */
  finish(key: string, uploadId: string): Promise<void>;
  /** Drops the upload and its bytes; no error when it is not there. */
  abort(key: string, uploadId: string): Promise<void>;
}

/** Presigned links: each for one key and one method, until `expiresAt`. */
export interface DirectLinks {
  /** The parts of a resumable upload that is sent directly: the client PUTs each part whole, in any order. */
  parts(
    key: string,
    uploadId: string,
    expiresAt: Date,
  ): Promise<{ number: number; offset: number; byteSize: number; url: string; isStored: boolean }[]>;
  /** A download that is offered for saving under `fileName`. */
  get(key: string, options: { fileName: string; mediaType: string; expiresAt: Date }): Promise<string>;
}

/** At rest: by this server (AES-256-GCM), by the object store with its own keys or with one of a key service, or not. */
export const encryptions = ['NONE', 'AES_256_GCM', 'SSE_S3', 'SSE_KMS'] as const;
export type Encryption = (typeof encryptions)[number];

/** `sha256` in lower-case hexadecimal. */
export type StoredObject = { byteSize: number; sha256: string };

/**
 * About one file: TOO_LARGE, OBJECT_NOT_FOUND, CORRUPTED (its bytes are not those that were stored), UPLOAD_NOT_FOUND,
 * UPLOAD_INCOMPLETE, OFFSET_MISMATCH. About the store, for the operator to mend: ACCESS_DENIED (credentials or
 * their rights), BUCKET_NOT_FOUND, WRONG_REGION, CLOCK_SKEW, STORAGE_UNREACHABLE (network, address, certificate),
 * STORAGE_FULL, KEY_MISSING (the file is encrypted by a key that is not in the settings). SLOW_DOWN passes by itself.
 * STORAGE_FAILED: anything else.
 */
export type StorageErrorCode =
  | 'TOO_LARGE'
  | 'OBJECT_NOT_FOUND'
  | 'CORRUPTED'
  | 'UPLOAD_NOT_FOUND'
  | 'UPLOAD_INCOMPLETE'
  | 'OFFSET_MISMATCH'
  | 'ACCESS_DENIED'
  | 'BUCKET_NOT_FOUND'
  | 'WRONG_REGION'
  | 'CLOCK_SKEW'
  | 'STORAGE_UNREACHABLE'
  | 'SLOW_DOWN'
  | 'STORAGE_FULL'
  | 'KEY_MISSING'
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
