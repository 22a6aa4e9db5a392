import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const BUFFERED_BYTES = 64 * 1024;

/**
 * Takes a stream over at once, so that no failure of it goes unheard. Its failure, or an abort, is thrown after what had
 * arrived; to `drop` it leaves an HTTP request able to be answered.
 */
export function intake(body: Readable, signal?: AbortSignal) {
  const dropped = new AbortController();
  const stop = { signal: AbortSignal.any([dropped.signal, ...(signal ? [signal] : [])]) };
  const source = new PassThrough({ highWaterMark: BUFFERED_BYTES });
  let failure: unknown;

  async function copy(chunks: AsyncIterable<Buffer>): Promise<void> {
    for await (const chunk of chunks) if (!source.write(chunk)) await once(source, 'drain', stop);
  }

  async function* arrived(): AsyncGenerator<Buffer, void> {
    yield* source;
    if (failure !== undefined) throw failure;
  }

  pipeline(body, copy, stop)
    .catch((error) => {
      failure = error;
    })
    .finally(() => source.end());
  return { chunks: arrived(), drop: () => dropped.abort() };
}
