import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { fileError } from './file-errors.ts';

/*
 * A sealed file is a header and frames. Every frame but the last holds FRAME_BYTES of the object, the last one fewer, none
 * at times; each is nonce, ciphertext and tag of AES-256-GCM. What a frame is bound to (the file, its key in the store,
 * its place, whether it is the last) is in the key of the file or authenticated beside the frame.
 */

export const FRAME_BYTES = 65_536;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
export const SEALED_FRAME_BYTES = NONCE_BYTES + FRAME_BYTES + TAG_BYTES;
export const SEAL_BYTES = NONCE_BYTES + TAG_BYTES;

/** The letters and the version of the format. */
const MAGIC = Buffer.from('aliquot\x01', 'latin1');
const KEY_ID_BYTES = 8;
const FILE_ID_BYTES = 16;
export const HEADER_BYTES = MAGIC.length + KEY_ID_BYTES + FILE_ID_BYTES;

const CIPHER = 'aes-256-gcm';

/** What stands at an index: a full frame, the last one, or what an unfinished file keeps of one. */
export type FrameKind = 'FULL' | 'LAST' | 'TAIL';
const marks: Record<FrameKind, number> = { FULL: 0, LAST: 1, TAIL: 2 };

/** Tells one key from another and nothing about it. */
const idOf = (key: Buffer) =>
  createHash('sha256').update('aliquot key id\0').update(key).digest().subarray(0, KEY_ID_BYTES);

/** The header of a new file. */
export const newHeader = (encryptionKey: Buffer): Buffer =>
  Buffer.concat([MAGIC, idOf(encryptionKey), randomBytes(FILE_ID_BYTES)]);

export type Frames = ReturnType<typeof framesOf>;

/**
 * Seals and opens the frames of the file that has this header.
 * @throws StorageError CORRUPTED, KEY_MISSING.
 */
export function framesOf(header: Buffer, key: string, encryptionKeys: readonly Buffer[]) {
  if (header.length !== HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC))
    throw fileError('CORRUPTED');
  const keyId = header.subarray(MAGIC.length, MAGIC.length + KEY_ID_BYTES);
  const encryptionKey = encryptionKeys.find((candidate) => idOf(candidate).equals(keyId));
  if (!encryptionKey) throw fileError('KEY_MISSING');
  const fileId = header.subarray(-FILE_ID_BYTES);
  // a key for each file: random nonces stay far from meeting, and a file that is moved to another key does not open
  const fileKey = Buffer.from(hkdfSync('sha256', encryptionKey, fileId, `aliquot file ${key}`, 32));

  function bound(index: number, kind: FrameKind): Buffer {
    const place = Buffer.alloc(9);
    place.writeBigUInt64BE(BigInt(index));
    place[8] = marks[kind];
    return Buffer.concat([header, place]);
  }

  return {
    seal(bytes: Buffer, index: number, kind: FrameKind): Buffer {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, fileKey, nonce).setAAD(bound(index, kind));
      const sealed = cipher.update(bytes);
      cipher.final();
      return Buffer.concat([nonce, sealed, cipher.getAuthTag()]);
    },
    /** @throws StorageError CORRUPTED. */
    unseal(frame: Buffer, index: number, kind: FrameKind): Buffer {
      if (frame.length < SEAL_BYTES) throw fileError('CORRUPTED');
      const nonce = frame.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv(CIPHER, fileKey, nonce, { authTagLength: TAG_BYTES })
        .setAAD(bound(index, kind))
        .setAuthTag(frame.subarray(-TAG_BYTES));
      const bytes = decipher.update(frame.subarray(NONCE_BYTES, -TAG_BYTES));
      try {
        decipher.final();
      } catch (error) {
        throw fileError('CORRUPTED', error);
      }
      return bytes;
    },
  };
}
