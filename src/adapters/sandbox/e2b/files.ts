import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BoxLostError, isPassing } from './account.ts';
import type { Box } from './box.ts';

const ATTEMPTS = 3;
const RETRY_MILLISECONDS = 200;
const WRITE_MILLISECONDS = 120_000;
/** `fetch` keeps what it has sent of a stream until the end of it: a large file goes in parts. */
const PART_BYTES = 8 * 1024 ** 2;

export type BoxFile = { path: string; data: string | Blob };

/** Small files, in one request. */
export async function write(box: Box, files: BoxFile[], stop: AbortSignal): Promise<void> {
  await again(box, stop, async () => {
    await box.remote.files.write(files, {
      // one goes as it is, several as a form, which costs memory
      useOctetStream: files.length === 1,
      requestTimeoutMs: WRITE_MILLISECONDS,
      signal: stop,
    });
  });
}

/** Puts a file of this host into a directory of the box as numbered parts; each is sent again when it got lost. */
export async function upload(box: Box, source: string, directory: string, stop: AbortSignal): Promise<void> {
  const file = await open(source);
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, PART_BYTES));
    for (let start = 0, number = 0; number === 0 || start < size; start += PART_BYTES, number += 1) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
      const data = new Blob([buffer.subarray(0, bytesRead)]);
      await write(box, [{ path: `${directory}/${String(number).padStart(6, '0')}`, data }], stop);
    }
  } finally {
    await file.close();
  }
}

/** Streams a file of the box to a path of this host. What has not the size that was told is not what was asked for. */
export async function download(
  box: Box,
  path: string,
  target: string,
  byteSize: number,
  stop: AbortSignal,
): Promise<void> {
  await again(box, stop, async () => {
    const stream = await box.remote.files.read(path, {
      format: 'stream',
      requestTimeoutMs: box.timings.patienceMilliseconds,
      signal: stop,
    });
    let bytes = 0;
    const counted = watch((chunk) => {
      bytes += chunk.length;
      if (bytes > byteSize) throw new BoxLostError('a file of the box is larger than it said');
    });
    const content = Readable.fromWeb(stream as Parameters<typeof Readable.fromWeb>[0]);
    await pipeline(content, counted, createWriteStream(target, { mode: 0o644 }), { signal: stop });
    if (bytes !== byteSize) throw new BoxLostError('a file of the box came incomplete');
  });
}

async function again(box: Box, stop: AbortSignal, action: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      stop.throwIfAborted();
      if (attempt === ATTEMPTS || !isPassing(error) || (await box.isGone())) throw error;
      await sleep(RETRY_MILLISECONDS);
    }
  }
}

function watch(see: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk, _encoding, done) {
      try {
        see(chunk);
        done(null, chunk);
      } catch (error) {
        done(error as Error);
      }
    },
  });
}
