import { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { answered, translate } from './s3-errors.ts';
import type { Location } from './s3-location.ts';

/** Cuts in a row without a byte between them. */
const MAX_CUTS = 4;
const PAUSE_MILLISECONDS = 200;

/** The bytes of an object; a connection that is cut goes on where it was, with the same version of the object. */
export async function getStream(
  { client, bucket, prefix }: Location,
  key: string,
  range?: { start: number; end: number },
): Promise<Readable> {
  const object = { Bucket: bucket, Key: prefix + key };

  async function request(start: number, end: number | null, IfMatch?: string) {
    const isWhole = start === 0 && end === null;
    const command = new GetObjectCommand({
      ...object,
      ...(isWhole ? {} : { Range: `bytes=${start}-${end ?? ''}` }),
      ...(IfMatch ? { IfMatch } : {}),
    });
    const sent = client.send(command).catch((error: Error) => {
      if (error.name === 'InvalidRange') return null;
      throw error;
    });
    const answer = await answered(sent);
    if (!answer) return { body: Readable.from([]), byteSize: 0 };
    return { body: answer.Body as Readable, byteSize: answer.ContentLength ?? 0, version: answer.ETag };
  }

  const start = range?.start ?? 0;
  const first = await request(start, range?.end ?? null);
  let { body } = first;
  const end = start + first.byteSize;

  async function* bytes(): AsyncGenerator<Buffer, void> {
    let position = start;
    let cuts = 0;
    let chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    while (position < end) {
      let chunk: Buffer;
      // the yield stays outside: what the reader throws there is no cut
      try {
        const { value, done } = await chunks.next();
        if (done) throw new Error('The object store sent less than it announced.');
        chunk = value;
      } catch (error) {
        if (++cuts > MAX_CUTS) throw translate(error);
        await new Promise((resolve) => setTimeout(resolve, (cuts - 1) * PAUSE_MILLISECONDS));
        body = (await request(position, end - 1, first.version)).body;
        chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
        continue;
      }
      cuts = 0;
      position += chunk.length;
      yield chunk;
    }
    // to its end, so that the connection can be used again
    await chunks.next().catch(() => {});
  }

  const stream = Readable.from(bytes(), { objectMode: false });
  stream.once('close', () => body.destroy());
  return stream;
}
