import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { newId } from '#ids.ts';
import { StorageError, type StoredObject } from '#ports/storage.ts';
import { intake } from './intake.ts';
import { answered } from './s3-errors.ts';
import type { Location } from './s3-location.ts';
import { type Piece, sliced, spooled } from './s3-pieces.ts';
import { complete, partSender, putPiece, type Target, type Upload } from './s3-send.ts';

export const PART_BYTES = 8 * 1024 ** 2;
/** S3 takes no more. */
const MAX_PARTS = 10_000;

const partBytesFor = (maxBytes: number) =>
  Math.max(PART_BYTES, Number.isFinite(maxBytes) ? Math.ceil(maxBytes / MAX_PARTS) : 0);

/** Stores a stream by way of the local disk. */
export async function putStream(
  location: Location,
  key: string,
  body: Readable,
  options: { workDirectory: string; maxBytes: number; signal?: AbortSignal },
): Promise<StoredObject> {
  const { workDirectory, maxBytes, signal } = options;
  const meter = byteMeter();
  const { chunks, drop } = intake(body, signal);
  const partBytes = partBytesFor(maxBytes);
  const spool = { workDirectory, maxBytes, roomAt: () => partBytes };
  await putPieces(location, key, spooled(meter.measuring(chunks), spool)).finally(drop);
  return meter.measured();
}

/** Stores a local file, which stays. */
export async function putLocalFile(
  location: Location,
  key: string,
  path: string,
  byteSize: number,
): Promise<StoredObject> {
  const meter = byteMeter();
  await putPieces(location, key, sliced(path, byteSize, partBytesFor(byteSize), meter.observe));
  return meter.measured();
}

/** What is one piece goes by one request, else by a multipart upload that is aborted on any failure. */
async function putPieces(location: Location, key: string, pieces: AsyncIterable<Piece>): Promise<void> {
  const target = { Bucket: location.bucket, Key: location.prefix + key };
  let begun: Multipart | null = null;
  // a piece is sent when the next is there: only then it is known to be one of several
  let last: Piece | null = null;
  try {
    for await (const piece of pieces) {
      const former: Piece | null = last;
      last = piece;
      if (!former) continue;
      begun ??= await beginMultipart(location, target).catch(async (error) => {
        await former.release();
        throw error;
      });
      await begun.add(former);
    }
    if (last && begun) await begun.finish(last);
    else if (last) await putPiece(location, target, last);
    else await putEmpty(location, target);
  } catch (error) {
    await begun?.abort();
    throw error;
  } finally {
    await last?.release();
  }
}

const putEmpty = ({ client, encryption }: Location, target: Target) =>
  answered(client.send(new PutObjectCommand({ ...target, ...encryption, Body: '', ContentLength: 0 })));

type Multipart = Awaited<ReturnType<typeof beginMultipart>>;

async function beginMultipart(location: Location, target: Target) {
  const mark = newId();
  const upload = await createUpload(location, target, mark);
  const sender = partSender(location, upload);
  let number = 0;
  return {
    add: (piece: Piece) => sender.add(++number, piece),
    async finish(piece: Piece): Promise<void> {
      await sender.add(++number, piece);
      await complete(location, upload, await sender.all(), mark);
    },
    async abort(): Promise<void> {
      await sender.stop();
      // nothing to add when this fails too: the sweep is left
      await location.client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
    },
  };
}

/** `mark` goes into the metadata of the object to be. */
export async function createUpload(
  { client, encryption }: Location,
  target: Target,
  mark: string,
): Promise<Upload> {
  const Metadata = { upload: mark };
  const command = new CreateMultipartUploadCommand({ ...target, ...encryption, Metadata });
  const { UploadId } = await answered(client.send(command));
  if (!UploadId) throw new StorageError('STORAGE_FAILED', 'The object store began no upload.');
  return { ...target, UploadId };
}

function byteMeter() {
  const hash = createHash('sha256');
  let byteSize = 0;
  function observe(chunk: Buffer): void {
    byteSize += chunk.length;
    hash.update(chunk);
  }
  return {
    observe,
    async *measuring(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
      for await (const chunk of source) {
        observe(chunk);
        yield chunk;
      }
    },
    measured: (): StoredObject => ({ byteSize, sha256: hash.digest('hex') }),
  };
}
