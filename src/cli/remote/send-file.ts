import { createReadStream } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { Readable, Transform } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { CliError, ConnectionError, connectionReason } from '#cli/errors.ts';

/** Where bytes go, and how. */
export interface Target {
  method: string;
  url: string;
  headers: { name: string; value: string }[];
}

export interface LocalFile {
  path: string;
  name: string;
  byteSize: number;
  /** Milliseconds since 1970. */
  modifiedAt: number;
}

/** A part of a file. */
export interface Piece {
  offset: number;
  byteSize: number;
}

const stallLimitMilliseconds = 60_000;

/**
 * Streams a piece of a file to its address.
 * @throws ConnectionError when it may succeed in a moment, under a fresh address perhaps; CliError when it will not.
 */
export async function sendPiece(
  { path }: LocalFile,
  piece: Piece,
  target: Target,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (sentBytes: number) => void },
): Promise<void> {
  const headers = Object.fromEntries(target.headers.map(({ name, value }) => [name, value]));
  const send = target.url.startsWith('https:') ? requestByHttps : requestByHttp;
  const outgoing = send(target.url, {
    method: target.method,
    headers: { ...headers, 'content-length': piece.byteSize },
    signal,
  });
  outgoing.setTimeout(stallLimitMilliseconds, () => outgoing.destroy(new Error('no progress')));
  const answer = answerOf(outgoing);
  const sending = pipeline(readPiece(path, piece), measure(path, piece, onProgress), outgoing);
  sending.catch(() => undefined);
  try {
    // a refusal may come while the bytes are still on their way
    await checkAnswer(await Promise.race([answer, sending.then(() => answer)]));
    await sending;
  } catch (error) {
    outgoing.destroy();
    if (error instanceof CliError) throw error;
    throw new ConnectionError(`The upload was cut off: ${connectionReason(error)}`, { cause: error });
  }
}

const readPiece = (path: string, { offset, byteSize }: Piece) =>
  byteSize === 0
    ? Readable.from([])
    : createReadStream(path, { start: offset, end: offset + byteSize - 1, highWaterMark: 256 * 1024 });

function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
  });
  answer.catch(() => undefined);
  return answer;
}

function measure(path: string, { byteSize }: Piece, onProgress: (sentBytes: number) => void): Transform {
  let sentBytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sentBytes += chunk.length;
      onProgress(sentBytes);
      done(null, chunk);
    },
    flush: (done) => done(sentBytes < byteSize ? fileChanged(path) : null),
  });
}

export const fileChanged = (path: string) =>
  new CliError('FILE_CHANGED', `${path} changed while it was being sent. Try again.`);

/** A refusal that has a code is final, unless it says otherwise; what else goes wrong on the way may pass. */
async function checkAnswer(response: IncomingMessage): Promise<void> {
  const { statusCode = 0 } = response;
  const body = await text(response).catch(() => '');
  if (statusCode >= 200 && statusCode < 300) return;
  const { code, message, retryable } = readProblem(body);
  const isFinal = statusCode < 500 && code !== undefined && code !== 'LINK_EXPIRED' && !retryable;
  if (isFinal) throw new CliError(code, message ?? `The upload was answered with HTTP ${statusCode}.`);
  throw new ConnectionError(`The upload was answered with HTTP ${statusCode}${code ? ` (${code})` : ''}.`);
}

function readProblem(body: string): { code?: string; message?: string; retryable?: boolean } {
  try {
    return JSON.parse(body) as { code?: string; message?: string; retryable?: boolean };
  } catch {
    return {};
  }
}
