import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ValidationError } from '#errors.ts';
import { newId } from '#ids.ts';
import { StorageError } from '#ports/storage.ts';

const CIPHER = 'aes-256-ctr';
const PIECE_BYTES = 256 * 1024;

/** With the length of their digests. */
const digestBytes = { sha1: 20, sha256: 32, md5: 16 };
export const checksumAlgorithms = Object.keys(digestBytes) as (keyof typeof digestBytes)[];

/** What a client says of the body that it sends. */
export type Checksum = { algorithm: keyof typeof digestBytes; digest: Buffer };

/** The header `Upload-Checksum`, such as `sha1 Kq5s…`. @throws ValidationError CHECKSUM_INVALID. */
export function parseChecksum(header: string): Checksum {
  const [name, digest = '', ...rest] = header.split(' ');
  const algorithm = checksumAlgorithms.find((known) => known === name);
  const bytes = Buffer.from(digest, 'base64');
  if (!algorithm || rest.length > 0 || bytes.length !== digestBytes[algorithm]) {
    const known = checksumAlgorithms.join(', ');
    throw new ValidationError('CHECKSUM_INVALID', `Send one of ${known}, a space and the digest in Base64.`);
  }
  return { algorithm, digest: bytes };
}

/**
 * Keeps a body aside until all of it has come, so that nothing of a faulty one reaches the store: in a file without a
 * name, under a key that only this process knows. `use` is called with the bytes; null when the digest differs.
 */
export async function withCheckedBody<Result>(
  body: Readable,
  { algorithm, digest }: Checksum,
  directory: string,
  use: (bytes: Readable) => Promise<Result>,
): Promise<Result | null> {
  const [key, vector] = [randomBytes(32), randomBytes(16)];
  const hash = createHash(algorithm);
  const path = join(directory, `patch-${newId()}`);
  const file = await open(path, 'wx+', 0o600);

  async function* conceal() {
    const cipher = createCipheriv(CIPHER, key, vector);
    for await (const chunk of body as AsyncIterable<Buffer>) {
      hash.update(chunk);
      yield cipher.update(chunk);
    }
  }
  async function* reveal() {
    const decipher = createDecipheriv(CIPHER, key, vector);
    const piece = Buffer.alloc(PIECE_BYTES);
    for (let position = 0; ; ) {
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield decipher.update(piece.subarray(0, bytesRead));
    }
  }
  try {
    await rm(path);
    await writeFile(file, conceal());
    if (!hash.digest().equals(digest)) return null;
    return await use(Readable.from(reveal(), { objectMode: false }));
  } catch (error) {
    throw isDiskFull(error) ? new StorageError('STORAGE_FULL', 'The disk of the server is full.') : error;
  } finally {
    await file.close();
  }
}

const isDiskFull = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOSPC';
