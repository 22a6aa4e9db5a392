import { createHash } from 'node:crypto';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { newId } from '#ids.ts';
import { StorageError, type StoredObject } from '#ports/storage.ts';
import { answered } from './s3-errors.ts';
import type { Location } from './s3-location.ts';

export const PART_BYTES = 8 * 1024 ** 2;
/** With the one being filled, the memory that an upload takes. */
const PARTS_IN_FLIGHT = 3;
/** S3 takes no more. */
const MAX_PARTS = 10_000;

type Target = { Bucket: string; Key: string };

/** Stores a stream: what fits into one part by one request, else as a multipart upload that is aborted on any failure. */
export async function putStream(
  { client, bucket, prefix, encryption }: Location,
  key: string,
  body: Readable,
  options: { maxBytes: number; signal?: AbortSignal },
): Promise<StoredObject> {
  const target = { Bucket: bucket, Key: prefix + key };
  // between the two, so that a failure here leaves an HTTP request able to be answered
  const source = new PassThrough();
  pipeline(body, source, options.signal ? { signal: options.signal } : {}).catch(() => {});
  const { parts, recycle, measured } = partsOf(source, options.maxBytes);
  try {
    const first = await parts.next();
    const second = first.done ? first : await parts.next();
    if (first.done || second.done) {
      const Body = first.done ? '' : first.value;
      const whole = new PutObjectCommand({ ...target, ...encryption, Body, ContentLength: Body.length });
      await answered(client.send(whole));
    } else {
      await putParts([first.value, second.value]);
    }
    return measured();
  } finally {
    source.destroy();
  }

  async function putParts(begun: Buffer[]): Promise<void> {
    const mark = newId();
    const create = new CreateMultipartUploadCommand({ ...target, ...encryption, Metadata: { upload: mark } });
    const { UploadId } = await answered(client.send(create));
    if (!UploadId) throw new StorageError('STORAGE_FAILED', 'The object store began no upload.');
    const upload = { ...target, UploadId };
    try {
      const Parts = await sendParts(upload, begun);
      const complete = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
      await answered(client.send(complete)).catch(async (error) => {
        // its answer may have been lost, and a second try finds no upload any more
        if (!(await isCompleted(target, mark))) throw error;
      });
    } catch (error) {
      // nothing to add when this fails too: the store's own rule for abandoned uploads is left
      await client.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
      throw error;
    }
  }

  async function sendParts(upload: Target & { UploadId: string }, begun: Buffer[]) {
    const sent: { PartNumber: number; ETag: string | undefined }[] = [];
    const inFlight = new Set<Promise<void>>();
    const halt = new AbortController();
    let failure: unknown;

    async function send(part: Buffer, PartNumber: number): Promise<void> {
      try {
        const command = new UploadPartCommand({ ...upload, PartNumber, Body: part });
        const { ETag } = await answered(client.send(command, { abortSignal: halt.signal }));
        sent.push({ PartNumber, ETag });
        recycle(part);
      } catch (error) {
        if (failure !== undefined) return;
        failure = error;
        halt.abort();
        source.destroy(failure as Error);
      }
    }

    let number = 0;
    try {
      for await (const part of chain(begun, parts)) {
        while (inFlight.size >= PARTS_IN_FLIGHT) await Promise.race(inFlight);
        if (failure !== undefined) break;
        const sending: Promise<void> = send(part, ++number).finally(() => inFlight.delete(sending));
        inFlight.add(sending);
      }
      await Promise.all(inFlight);
    } catch (error) {
      failure ??= error;
      halt.abort();
      // a part that arrives after the abort of its upload would stay
      await Promise.all(inFlight);
    }
    if (failure !== undefined) throw failure;
    return sent.sort((one, other) => one.PartNumber - other.PartNumber);
  }

  async function isCompleted(object: Target, mark: string): Promise<boolean> {
    const head = await client.send(new HeadObjectCommand(object)).catch(() => null);
    return head?.Metadata?.upload === mark;
  }
}

async function* chain(begun: Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  yield* begun;
  yield* rest;
}

/** The stream in pieces of one part each; a piece given back by `recycle` is filled anew. */
function partsOf(source: Readable, maxBytes: number) {
  const enough = Number.isFinite(maxBytes) ? Math.ceil(maxBytes / MAX_PARTS) : 0;
  const partBytes = Math.max(PART_BYTES, enough);
  const free: Buffer[] = [];
  const hash = createHash('sha256');
  let byteSize = 0;
  const take = () => free.pop() ?? Buffer.allocUnsafeSlow(partBytes);

  async function* pieces(): AsyncGenerator<Buffer, void> {
    let piece: Buffer | null = null;
    let filled = 0;
    for await (const chunk of source as AsyncIterable<Buffer>) {
      byteSize += chunk.length;
      if (byteSize > maxBytes) throw new StorageError('TOO_LARGE', `More than ${maxBytes} bytes arrived.`);
      hash.update(chunk);
      for (let offset = 0; offset < chunk.length; ) {
        piece ??= take();
        const copied = chunk.copy(piece, filled, offset);
        offset += copied;
        filled += copied;
        if (filled < partBytes) continue;
        yield piece;
        piece = null;
        filled = 0;
      }
    }
    if (piece) yield piece.subarray(0, filled);
  }

  return {
    parts: pieces(),
    recycle: (piece: Buffer) => {
      if (piece.length === partBytes) free.push(piece);
    },
    measured: (): StoredObject => ({ byteSize, sha256: hash.digest('hex') }),
  };
}
