import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { Transform } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { CliError, ConnectionError, connectionReason } from '#cli/errors.ts';

export interface UploadTicket {
  method: string;
  url: string;
  headers: { name: string; value: string }[];
}

export interface LocalFile {
  path: string;
  name: string;
  byteSize: number;
}

const stallLimitMilliseconds = 60_000;

/** Streams a file to its upload address and gives the SHA-256 of what was sent. @throws ConnectionError, CliError */
export async function sendFile(
  file: LocalFile,
  ticket: UploadTicket,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (sentBytes: number) => void },
): Promise<string> {
  const headers = Object.fromEntries(ticket.headers.map(({ name, value }) => [name, value]));
  const send = ticket.url.startsWith('https:') ? requestByHttps : requestByHttp;
  const outgoing = send(ticket.url, {
    method: ticket.method,
    headers: { ...headers, 'content-length': file.byteSize },
    signal,
  });
  outgoing.setTimeout(stallLimitMilliseconds, () => outgoing.destroy(new Error('no progress')));
  const hash = createHash('sha256');
  const answer = answerOf(outgoing);
  const meter = measure(file, (chunk, sentBytes) => {
    hash.update(chunk);
    onProgress(sentBytes);
  });
  const sending = pipeline(createReadStream(file.path, { highWaterMark: 256 * 1024 }), meter, outgoing);
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
  return hash.digest('hex');
}

function answerOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.on('error', reject);
  });
  answer.catch(() => undefined);
  return answer;
}

function measure(
  { path, byteSize }: LocalFile,
  onChunk: (chunk: Buffer, sentBytes: number) => void,
): Transform {
  const changed = () => new CliError('FILE_CHANGED', `${path} changed while it was being sent. Try again.`);
  let sentBytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sentBytes += chunk.length;
      if (sentBytes > byteSize) return done(changed());
      onChunk(chunk, sentBytes);
      done(null, chunk);
    },
    flush: (done) => done(sentBytes < byteSize ? changed() : null),
  });
}

async function checkAnswer(response: IncomingMessage): Promise<void> {
  const { statusCode = 0 } = response;
  const body = await text(response).catch(() => '');
  if (statusCode >= 200 && statusCode < 300) return;
  if (statusCode >= 500) throw new ConnectionError(`The upload was answered with HTTP ${statusCode}.`);
  const { code, message } = readProblem(body);
  throw new CliError(code ?? 'UPLOAD_REFUSED', message ?? `The upload was answered with HTTP ${statusCode}.`);
}

function readProblem(body: string): { code?: string; message?: string } {
  try {
    return JSON.parse(body) as { code?: string; message?: string };
  } catch {
    return {};
  }
}
