import { AbortMultipartUploadCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { newId } from '#ids.ts';
import { type ResumableUploads, StorageError } from '#ports/storage.ts';
import { intake } from './intake.ts';
import { checkedKey } from './key.ts';
import { toldOfBucket } from './s3-bucket.ts';
import { answered, isMissing, isUploadGone, storageError } from './s3-errors.ts';
import { listParts } from './s3-list.ts';
import type { Location } from './s3-location.ts';
import { type Piece, readPiece, spooled } from './s3-pieces.ts';
import { createUpload, PART_BYTES } from './s3-put.ts';
import {
  chain,
  dropObjects,
  dropRemainders,
  findRemainders,
  joined,
  keepRemainder,
  type Remainder,
} from './s3-remainders.ts';
import { complete, partSender, type Upload } from './s3-send.ts';

/** One page of every store's listing. */
const MAX_PARTS = 1_000;
/** The announced size, the mark in the metadata of the object to be, and the id that the store gave. */
const ID = /^(\d{1,15})\.([0-9a-f-]{36})\.((?:[0-9a-f]{2})+)$/;

export type Begun = { upload: Upload; byteSize: number; mark: string };
export type PartPlan = { number: number; offset: number; byteSize: number };

/** How an upload is cut into parts: as many mebibytes each as it takes for 1,000, 8 at the least. */
export function partPlan(byteSize: number): { partBytes: number; parts: PartPlan[] } {
  const mebibyte = 1024 ** 2;
  const partBytes = Math.max(PART_BYTES, Math.ceil(byteSize / MAX_PARTS / mebibyte) * mebibyte);
  const parts = Array.from({ length: Math.ceil(byteSize / partBytes) }, (_, index) => ({
    number: index + 1,
    offset: index * partBytes,
    byteSize: Math.min(partBytes, byteSize - index * partBytes),
  }));
  return { partBytes, parts };
}

/** The id holds all that is to be known of an upload. @throws StorageError UPLOAD_NOT_FOUND when it is none. */
export function readUploadId({ bucket, prefix }: Location, key: string, uploadId: string): Begun {
  const target = { Bucket: bucket, Key: prefix + checkedKey(key) };
  const [, byteSize, mark = '', encoded] = ID.exec(uploadId) ?? [];
  if (!encoded) throw storageError('UPLOAD_NOT_FOUND');
  const UploadId = Buffer.from(encoded, 'hex').toString();
  return { upload: { ...target, UploadId }, byteSize: Number(byteSize), mark };
}

/** The ETags of the parts that are stored at their full length, by number. */
export async function storedParts(
  location: Location,
  { upload, byteSize }: Begun,
): Promise<Map<number, string>> {
  const { parts } = partPlan(byteSize);
  const stored = await listParts(location, upload);
  const isWhole = (number: number, size?: number) => parts[number - 1]?.byteSize === size;
  return new Map(
    stored
      .filter(({ PartNumber = 0, Size }) => PartNumber > 0 && isWhole(PartNumber, Size))
      .map(({ PartNumber = 0, ETag = '' }) => [PartNumber, ETag]),
  );
}

/** Multipart uploads; whichever process comes next reads from the store how far one has got. */
export function resumableUploads(
  location: Location,
  { workDirectory }: { workDirectory: string },
): ResumableUploads {
  const { client } = location;

  async function progress(begun: Begun): Promise<{ position: number; remainders: Remainder[] }> {
    const [stored, found] = await Promise.all([
      storedParts(location, begun),
      findRemainders(location, begun.upload.UploadId),
    ]);
    const { parts } = partPlan(begun.byteSize);
    const firstMissing = parts.find(({ number }) => !stored.has(number));
    return firstMissing ? chain(found, firstMissing.offset) : { position: begun.byteSize, remainders: [] };
  }

  /** Sends what fills a part and keeps what is left over. Returns how much is kept then. */
  async function receive(begun: Begun, offset: number, chunks: AsyncIterable<Buffer>): Promise<number> {
    const { byteSize, upload } = begun;
    const { partBytes, parts } = partPlan(byteSize);
    let { position, remainders } = await progress(begun);
    if (position !== offset)
      throw new StorageError(
        'OFFSET_MISMATCH',
        `${position} bytes are kept; these would begin at ${offset}.`,
      );
    const used = remainders.map(({ key }) => key);
    const sender = partSender(location, upload);
    const pieces = spooled(chunks, {
      workDirectory,
      maxBytes: byteSize - offset,
      roomAt: (received) => partBytes - ((offset + received) % partBytes),
    });
    try {
      for await (const piece of pieces) {
        const start = position;
        position += piece.byteSize;
        const part = parts[Math.ceil(position / partBytes) - 1];
        if (part && part.offset + part.byteSize === position) {
          await sender.add(part.number, await completed(remainders, piece, part.byteSize));
          remainders = [];
        } else {
          await keepRemainder(location, upload.UploadId, start, piece).finally(piece.release);
        }
      }
      await sender.all();
    } finally {
      await sender.stop();
    }
    if (remainders.length === 0) await dropObjects(location, used);
    return position;
  }

  /** The piece with what was kept of its part before it; both are used up. */
  async function completed(remainders: Remainder[], piece: Piece, byteSize: number): Promise<Piece> {
    if (remainders.length === 0) return piece;
    try {
      const source = joined(location, remainders, readPiece(piece));
      const whole = spooled(source, { workDirectory, maxBytes: byteSize, roomAt: () => byteSize });
      const { value } = await whole.next();
      if (value?.byteSize !== byteSize) throw storageError('OFFSET_MISMATCH');
      return value;
    } catch (error) {
      // another request has completed the part
      throw isMissing(error) ? storageError('OFFSET_MISMATCH') : error;
    } finally {
      await piece.release();
    }
  }

  return {
    async begin(key, byteSize) {
      const mark = newId();
      const target = { Bucket: location.bucket, Key: location.prefix + checkedKey(key) };
      const { UploadId } = await createUpload(location, target, mark).catch((error) =>
        toldOfBucket(location, error),
      );
      return `${byteSize}.${mark}.${Buffer.from(UploadId).toString('hex')}`;
    },

    async offset(key, uploadId) {
      return (await progress(readUploadId(location, key, uploadId))).position;
    },

    async append(key, uploadId, offset, body, { signal } = {}) {
      const { chunks, drop } = intake(body, signal);
      const incoming = untilCut(chunks);
      try {
        const position = await receive(readUploadId(location, key, uploadId), offset, incoming.chunks());
        if (incoming.failure !== undefined) throw incoming.failure;
        return position;
      } finally {
        drop();
      }
    },

    async finish(key, uploadId) {
      const begun = readUploadId(location, key, uploadId);
      const { upload, byteSize, mark } = begun;
      const stored = await storedParts(location, begun);
      const { parts } = partPlan(byteSize);
      if (stored.size < parts.length) {
        const missing = parts.filter(({ number }) => !stored.has(number));
        throw new StorageError(
          'UPLOAD_INCOMPLETE',
          `${missing.length} of ${parts.length} parts are missing.`,
        );
      }
      // an upload without any part cannot be completed
      if (byteSize === 0) stored.set(1, await putEmptyPart(upload));
      const listed = [...stored].map(([PartNumber, ETag]) => ({ PartNumber, ETag }));
      await complete(
        location,
        upload,
        listed.sort((one, other) => one.PartNumber - other.PartNumber),
        mark,
      );
      await dropRemainders(location, upload.UploadId);
    },

    async abort(key, uploadId) {
      if (ID.test(uploadId)) await abortUpload(location, readUploadId(location, key, uploadId).upload);
    },
  };

  async function putEmptyPart(upload: Upload): Promise<string> {
    const part = { ...upload, PartNumber: 1, Body: '', ContentLength: 0 };
    return (await answered(client.send(new UploadPartCommand(part)))).ETag ?? '';
  }
}

/** Drops an upload and all that is kept of it; no error when it is not there. */
export async function abortUpload(location: Location, upload: Upload): Promise<void> {
  await answered(location.client.send(new AbortMultipartUploadCommand(upload))).catch((error) => {
    if (!isUploadGone(error)) throw error;
  });
  await dropRemainders(location, upload.UploadId);
}

/** Chunks that end where they are cut; `failure` then tells by what. */
function untilCut(source: AsyncIterable<Buffer>) {
  const incoming = {
    failure: undefined as unknown,
    async *chunks(): AsyncGenerator<Buffer, void> {
      try {
        yield* source;
      } catch (error) {
        incoming.failure = error;
      }
    },
  };
  return incoming;
}
