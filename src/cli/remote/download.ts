import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError, ConnectionError, connectionReason } from '#cli/errors.ts';
import type { FileToDownloadFragment } from '#cli/gql/graphql.ts';
import { backOff, type Connection } from '#cli/remote/connection.ts';

const attemptLimit = 4;

/** Writes a file of the server to a path; what is there afterwards is whole and has the promised checksum. */
export async function downloadFile(
  connection: Connection,
  file: FileToDownloadFragment,
  path: string,
): Promise<void> {
  const unfinished = `${path}.${process.pid}.part`;
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        await fetchFile(connection, file, unfinished);
        break;
      } catch (error) {
        connection.signal.throwIfAborted();
        if (!(error instanceof ConnectionError) || attempt === attemptLimit) throw error;
        await backOff(attempt, connection.signal);
      }
    }
    await rename(unfinished, path).catch((error: NodeJS.ErrnoException) => {
      throw new CliError('FILE_NOT_WRITABLE', `${path} cannot be written (${error.code}).`);
    });
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function fetchFile(
  { signal }: Connection,
  { name, byteSize, sha256, download }: FileToDownloadFragment,
  path: string,
): Promise<void> {
  const hash = createHash('sha256');
  let receivedBytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      receivedBytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const response = await fetch(download.url, { signal }).catch((error) => {
    throw new ConnectionError(`The download failed: ${connectionReason(error)}`, { cause: error });
  });
  if (!response.ok || !response.body) {
    throw new CliError(
      'DOWNLOAD_REFUSED',
      `The download of ${name} was answered with HTTP ${response.status}.`,
    );
  }
  await pipeline(response.body, meter, createWriteStream(path)).catch((error: NodeJS.ErrnoException) => {
    if (error.syscall === 'open') {
      throw new CliError('FILE_NOT_WRITABLE', `${path} cannot be written (${error.code}).`);
    }
    throw new ConnectionError(`The download was cut off: ${connectionReason(error)}`, { cause: error });
  });
  if (String(receivedBytes) === byteSize && hash.digest('hex') === sha256) return;
  throw new ConnectionError(`What arrived of ${name} differs from what the server keeps.`);
}
