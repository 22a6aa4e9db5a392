import type { TicketFragment } from '../../gql/graphql.ts';

/** How many parts go to the store at once. */
const AT_ONCE = 4;
const ATTEMPTS = 5;
const PAUSE_MILLISECONDS = 1_000;

export class SendError extends Error {}

export type Sending = { signal: AbortSignal; onProgress: (sentBytes: number) => void };

/** Sends a file by its ticket and goes on where a cut one stopped. @throws SendError when it cannot go on by itself. */
export async function sendFile(file: File, ticket: TicketFragment, sending: Sending): Promise<void> {
  if (ticket.protocol === 'TUS') return sendByTus(file, ticket, sending);
  if (ticket.protocol === 'S3_MULTIPART') return sendParts(file, ticket.parts ?? [], sending);
  await putBytes(ticket.url, file, ticket.headers, sending.signal, sending.onProgress);
}

async function sendByTus(file: File, ticket: TicketFragment, { signal, onProgress }: Sending): Promise<void> {
  const { Upload } = await import('tus-js-client');
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const upload = new Upload(file, {
      uploadUrl: ticket.url,
      retryDelays: [0, 500, 1_000, 2_000, 4_000, 8_000],
      storeFingerprintForResuming: false,
      onProgress,
      onError: (error) => reject(new SendError(error.message)),
      onSuccess: () => resolve(),
    });
    signal.addEventListener('abort', () => {
      void upload.abort();
      reject(signal.reason);
    });
    upload.start();
  });
}

type Part = NonNullable<TicketFragment['parts']>[number];

async function sendParts(file: File, parts: readonly Part[], { signal, onProgress }: Sending): Promise<void> {
  const sent = new Map(parts.map((part) => [part.number, part.isStored ? Number(part.size) : 0]));
  const tell = () => onProgress([...sent.values()].reduce((sum, bytes) => sum + bytes, 0));
  const waiting = parts.filter((part) => !part.isStored);
  const work = async () => {
    for (let part = waiting.shift(); part; part = waiting.shift()) {
      const { number, url, offset, size } = part;
      const body = file.slice(Number(offset), Number(offset) + Number(size));
      await retried(signal, () =>
        putBytes(url, body, [], signal, (bytes) => {
          sent.set(number, bytes);
          tell();
        }),
      );
    }
  };
  tell();
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function retried(signal: AbortSignal, attempt: () => Promise<void>): Promise<void> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (count === ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, count * PAUSE_MILLISECONDS));
    }
  }
}

/** fetch tells nothing of the bytes that are on their way. */
function putBytes(
  url: string,
  body: Blob,
  headers: readonly { name: string; value: string }[],
  signal: AbortSignal,
  onProgress: (sentBytes: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const { name, value } of headers) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onProgress(loaded);
    request.onload = () =>
      request.status < 300
        ? resolve()
        : reject(new SendError(answerOf(request) ?? `The server said ${request.status}.`));
    request.onerror = () => reject(new SendError('The connection was cut off.'));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort());
    request.send(body);
  });
}

function answerOf({ responseText }: XMLHttpRequest): string | undefined {
  try {
    return (JSON.parse(responseText) as { message?: string }).message;
  } catch {
    return undefined;
  }
}
