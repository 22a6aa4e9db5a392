import { createHash } from 'node:crypto';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { getStream } from './s3-get.ts';
import { listObjects } from './s3-list.ts';
import type { Location } from './s3-location.ts';
import type { Piece } from './s3-pieces.ts';
import { putPiece } from './s3-send.ts';

/**
 * S3 takes no part below 5 MiB but the last. What a cut request leaves of a part waits as an object of its own, whose
 * name tells which bytes of the file are in it; no key of the server begins so.
 */
export const REMAINDERS = '.remainders/';
const NAME = /(\d{16})-(\d{16})$/;
const DELETIONS_AT_ONCE = 16;

/** Bytes of an object, from `skip` on. */
export type Remainder = { key: string; skip: number };

// an upload's id is not fit to be a key in every store
const folderOf = (uploadId: string) =>
  `${REMAINDERS}${createHash('sha256').update(uploadId).digest('hex').slice(0, 32)}/`;

const padded = (position: number) => String(position).padStart(16, '0');

export async function keepRemainder(
  location: Location,
  uploadId: string,
  start: number,
  piece: Piece,
): Promise<void> {
  const name = `${padded(start)}-${padded(start + piece.byteSize)}`;
  const Key = `${location.prefix}${folderOf(uploadId)}${name}`;
  await putPiece(location, { Bucket: location.bucket, Key }, piece);
}

/** All that is kept of an upload: keys and the bytes they hold. */
export async function findRemainders(location: Location, uploadId: string) {
  const found: { key: string; start: number; end: number }[] = [];
  for await (const { key } of listObjects(location, folderOf(uploadId))) {
    const [, start, end] = NAME.exec(key) ?? [];
    found.push({ key, start: Number(start), end: Number(end) });
  }
  return found;
}

/** How far what is kept leads from `start` on, without a gap. Requests that overlapped have left what overlaps. */
export function chain(
  found: { key: string; start: number; end: number }[],
  start: number,
): { position: number; remainders: Remainder[] } {
  const remainders: Remainder[] = [];
  let position = start;
  for (;;) {
    const next = found
      .filter((one) => one.start <= position && one.end > position)
      .reduce<(typeof found)[number] | null>((best, one) => (best && best.end >= one.end ? best : one), null);
    if (!next) return { position, remainders };
    remainders.push({ key: next.key, skip: position - next.start });
    position = next.end;
  }
}

/** The bytes of the remainders, then those of `rest`. */
export async function* joined(
  location: Location,
  remainders: Remainder[],
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void> {
  for (const { key, skip } of remainders)
    yield* await getStream(location, key, { start: skip, end: Number.MAX_SAFE_INTEGER });
  yield* rest;
}

/** Removes what it can: the rest is swept. */
export async function dropObjects({ client, bucket, prefix }: Location, keys: string[]): Promise<void> {
  for (let index = 0; index < keys.length; index += DELETIONS_AT_ONCE) {
    const some = keys.slice(index, index + DELETIONS_AT_ONCE);
    const removals = some.map((key) =>
      client.send(new DeleteObjectCommand({ Bucket: bucket, Key: prefix + key })),
    );
    await Promise.allSettled(removals);
  }
}

export async function dropRemainders(location: Location, uploadId: string): Promise<void> {
  const found = await findRemainders(location, uploadId).catch(() => []);
  await dropObjects(
    location,
    found.map(({ key }) => key),
  );
}
