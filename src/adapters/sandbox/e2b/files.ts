import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BoxLostError, isPassing } from './account.ts';
import type { Box } from './box.ts';

const ATTEMPTS = 3;
const RETRY_MILLISECONDS = 200;

/** Streams a file of this host into the box; a broken connection begins it again. */
export async function upload(box: Box, source: string, path: string, stop: AbortSignal): Promise<void> {
  await again(box, stop, async () => {
    const stalled = new AbortController();
    const patience = setTimeout(() => stalled.abort(), box.timings.patienceMilliseconds);
    const file = createReadStream(source);
    const watched = file.pipe(watch(() => patience.refresh()));
    file.once('error', (error) => watched.destroy(error));
    try {
      await box.remote.files.write(path, Readable.toWeb(watched) as ReadableStream, {
        useOctetStream: true,
        signal: AbortSignal.any([stop, stalled.signal]),
      });
    } catch (error) {
      throw file.errored ?? (stalled.signal.aborted ? new BoxLostError('the box takes no data') : error);
    } finally {
      clearTimeout(patience);
      file.destroy();
    }
  });
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
