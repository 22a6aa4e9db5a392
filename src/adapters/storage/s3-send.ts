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

/** The SDK does not repeat a request whose body is a stream: here each attempt reads the piece anew. */
async function sendPiece<Answer>(
  piece: Piece,
  send: (payload: {
    Body: ReturnType<typeof readPiece>;
    ContentLength: number;
    ContentMD5: string;
  }) => Promise<Answer>,
  signal?: AbortSignal,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const Body = readPiece(piece);
    try {
      return await send({ Body, ContentLength: piece.byteSize, ContentMD5: piece.md5 });
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !mayPass(error)) throw error;
    } finally {
      Body.destroy();
    }
    await sleep(PAUSE_MILLISECONDS * 2 ** attempt, undefined, signal ? { signal } : {});
  }
}

/** Stores one piece as an object. */
export async function putPiece(
  { client, encryption }: Location,
  target: Target,
  piece: Piece,
): Promise<void> {
  await answered(
    sendPiece(piece, (payload) =>
      client.send(new PutObjectCommand({ ...target, ...encryption, ...payload })),
    ),
  );
}

/** Sends the parts of an upload, a few at once; the first failure stops the others. Each piece is released. */
export function partSender({ client }: Location, upload: Upload) {
  const sent: CompletedPart[] = [];
  const inFlight = new Set<Promise<void>>();
  const halt = new AbortController();
  const failures: unknown[] = [];

  async function send(PartNumber: number, piece: Piece): Promise<void> {
    const abortSignal = halt.signal;
    const part = (payload: object) => new UploadPartCommand({ ...upload, PartNumber, ...payload });
    try {
      const { ETag } = await answered(
        sendPiece(piece, (payload) => client.send(part(payload), { abortSignal }), abortSignal),
      );
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
