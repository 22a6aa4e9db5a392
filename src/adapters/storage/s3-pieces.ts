import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { newId } from '#ids.ts';
import { StorageError } from '#ports/storage.ts';
import { COPY_PREFIX } from './local-copy.ts';
import { answered } from './s3-errors.ts';

/** Bytes in a local file that one request sends; on disk, so that it can be repeated and a slow client holds no memory. */
export type Piece = {
  path: string;
  start: number;
  byteSize: number;
  /** In base64, as a request announces it. */
  md5: string;
  release(): Promise<void>;
};

const READ_BYTES = 256 * 1024;

export const readPiece = ({ path, start, byteSize }: Piece): Readable =>
  createReadStream(path, { start, end: start + byteSize - 1, highWaterMark: READ_BYTES });

/**
 * Cuts a stream into pieces that its reader releases. `roomAt` says how long the piece is that begins at a position;
 * the last is shorter.
 * @throws StorageError TOO_LARGE beyond `maxBytes`, before the piece with the last of these is given out.
 */
export async function* spooled(
  source: AsyncIterable<Buffer>,
  options: { workDirectory: string; maxBytes: number; roomAt: (position: number) => number },
): AsyncGenerator<Piece, void> {
  let received = 0;
  let spool: Spool | null = null;
  try {
    for await (const chunk of source) {
      if (received + chunk.length > options.maxBytes)
        throw new StorageError('TOO_LARGE', `More than ${options.maxBytes} bytes arrived.`);
      for (let taken = 0; taken < chunk.length; ) {
        spool ??= await openSpool(options.workDirectory, options.roomAt(received));
        const written = await spool.write(chunk.subarray(taken));
        taken += written;
        received += written;
        if (!spool.isFull() || received === options.maxBytes) continue;
        const full: Spool = spool;
        spool = null;
        yield await full.seal();
      }
    }
    if (!spool) return;
    const last: Spool = spool;
    spool = null;
    yield await last.seal();
  } finally {
    await spool?.discard();
  }
}

type Spool = Awaited<ReturnType<typeof openSpool>>;

async function openSpool(workDirectory: string, room: number) {
  const path = join(workDirectory, `${COPY_PREFIX}${newId()}`);
  const file = await answered(open(path, 'wx', 0o600));
  const hash = createHash('md5');
  const release = () => rm(path, { force: true });
  let byteSize = 0;
  return {
    isFull: () => byteSize === room,
    /** Returns how much of the chunk there was room for. */
    async write(chunk: Buffer): Promise<number> {
      const part = chunk.subarray(0, room - byteSize);
      await answered(file.writeFile(part));
      hash.update(part);
      byteSize += part.length;
      return part.length;
    },
    async seal(): Promise<Piece> {
      await file.close();
      return { path, start: 0, byteSize, md5: hash.digest('base64'), release };
    },
    async discard(): Promise<void> {
      await file.close();
      await release();
    },
  };
}

/** A file that stays, in pieces of `pieceBytes`; `observe` sees its bytes in order. */
export async function* sliced(
  path: string,
  byteSize: number,
  pieceBytes: number,
  observe: (chunk: Buffer) => void,
): AsyncGenerator<Piece, void> {
  for (let start = 0; start < byteSize; start += pieceBytes) {
    const slice = { path, start, byteSize: Math.min(pieceBytes, byteSize - start), md5: '' };
    const piece = { ...slice, release: async () => {} };
    const hash = createHash('md5');
    for await (const chunk of readPiece(piece) as AsyncIterable<Buffer>) {
      observe(chunk);
      hash.update(chunk);
    }
    yield { ...piece, md5: hash.digest('base64') };
  }
}
