import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CompletedPart,
  CompleteMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { answered, mayPass } from './s3-errors.ts';
import { type Location, MAX_ATTEMPTS } from './s3-location.ts';
import { type Piece, readPiece } from './s3-pieces.ts';

export type Target = { Bucket: string; Key: string };
export type Upload = Target & { UploadId: string };

const PARTS_IN_FLIGHT = 3;
const PAUSE_MILLISECONDS = 100;

type Payload = { Body: Readable; ContentLength: number; ContentMD5: string };

/** The SDK does not repeat a request whose body is a stream: here each attempt reads the piece anew. */
async function sendPiece<Answer>(
  { inTurn }: Location,
  piece: Piece,
  send: (payload: Payload, options: { abortSignal: AbortSignal }) => Promise<Answer>,
  halt = new AbortController().signal,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTurn(sendOnce);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !mayPass(error)) throw error;
    }
    await sleep(PAUSE_MILLISECONDS * 2 ** attempt, undefined, { signal: halt });
  }

  async function sendOnce(): Promise<Answer> {
    const Body = readPiece(piece);
    const broken = new AbortController();
    // a request does not hear of it when its body fails
    Body.on('error', () => broken.abort());
    const abortSignal = AbortSignal.any([broken.signal, halt]);
    try {
      return await send({ Body, ContentLength: piece.byteSize, ContentMD5: piece.md5 }, { abortSignal });
    } catch (error) {
      throw Body.errored ?? error;
    } finally {
      Body.destroy();
    }
  }
}

/** Stores one piece as an object. */
export async function putPiece(location: Location, target: Target, piece: Piece): Promise<void> {
  const { client, encryption } = location;
  const put = (payload: object) =>
    client.send(new PutObjectCommand({ ...target, ...encryption, ...payload }));
  await answered(sendPiece(location, piece, put));
}

/** Sends the parts of an upload, a few at once; the first failure stops the others. Each piece is released. */
export function partSender(location: Location, upload: Upload) {
  const sent: CompletedPart[] = [];
  const inFlight = new Set<Promise<void>>();
  const halt = new AbortController();
  const failures: unknown[] = [];

  async function send(PartNumber: number, piece: Piece): Promise<void> {
    const put = (payload: Payload, options: { abortSignal: AbortSignal }) =>
      location.client.send(new UploadPartCommand({ ...upload, PartNumber, ...payload }), options);
    try {
      const { ETag } = await answered(sendPiece(location, piece, put, halt.signal));
      sent.push({ PartNumber, ETag });
    } catch (error) {
      failures.push(error);
      halt.abort();
    } finally {
      await piece.release();
    }
  }

  const settle = async () => void (await Promise.all(inFlight));

  return {
    /** Waits until the piece is on its way. @throws StorageError of a part before it. */
    async add(number: number, piece: Piece): Promise<void> {
      while (inFlight.size >= PARTS_IN_FLIGHT) await Promise.race(inFlight);
      if (failures.length > 0) {
        await piece.release();
        throw failures[0];
      }
      const sending: Promise<void> = send(number, piece).finally(() => inFlight.delete(sending));
      inFlight.add(sending);
    },
    /** The parts, when all are there. @throws StorageError. */
    async all(): Promise<CompletedPart[]> {
      await settle();
      if (failures.length > 0) throw failures[0];
      return sent.sort((one, other) => Number(one.PartNumber) - Number(other.PartNumber));
    },
    /** Gives up; what arrives after the abort of its upload would stay. */
    async stop(): Promise<void> {
      halt.abort();
      await settle();
    },
  };
}

/** Makes the object. `mark` is in its metadata: the answer may be lost, and a second try finds no upload any more. */
export async function complete(
  { client }: Location,
  { UploadId, ...target }: Upload,
  parts: CompletedPart[],
  mark: string,
): Promise<void> {
  const MultipartUpload = { Parts: parts };
  const command = new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload });
  await answered(client.send(command)).catch(async (error) => {
    const head = await client.send(new HeadObjectCommand(target)).catch(() => null);
    if (head?.Metadata?.upload !== mark) throw error;
  });
}
