import { ConnectionError, connectionReason } from '#cli/errors.ts';
import type { TicketFragment } from '#cli/gql/graphql.ts';
import { type LocalFile, type Piece, sendPiece } from '#cli/remote/send-file.ts';

const answerLimitMilliseconds = 30_000;
const partsAtOnce = 4;

export interface TransferPorts {
  signal: AbortSignal;
  /** Bytes of the whole file that the other side has or is being sent. */
  onProgress: (bytes: number) => void;
}

/**
 * Sends what a ticket says is missing. Gives how many bytes had arrived before.
 * @throws ConnectionError when it may go on under a fresh ticket.
 */
export async function transfer(file: LocalFile, ticket: TicketFragment, ports: TransferPorts): Promise<void> {
  if (ticket.protocol === 'S3_MULTIPART') return sendParts(file, ticket, ports);
  const offset = ticket.protocol === 'TUS' ? await arrivedBytes(ticket, ports.signal) : 0;
  ports.onProgress(offset);
  if (ticket.protocol === 'TUS' && offset === file.byteSize) return;
  const position = { name: 'upload-offset', value: String(offset) };
  const headers = ticket.protocol === 'TUS' ? [...ticket.headers, position] : ticket.headers;
  await sendPiece(
    file,
    { offset, byteSize: file.byteSize - offset },
    { ...ticket, headers },
    { ...ports, onProgress: (sentBytes) => ports.onProgress(offset + sentBytes) },
  );
}

/** How far an upload by tus has come. */
async function arrivedBytes({ url, headers }: TicketFragment, signal: AbortSignal): Promise<number> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(answerLimitMilliseconds)]);
  const given = Object.fromEntries(headers.map(({ name, value }) => [name, value]));
  const response = await fetch(url, { method: 'HEAD', headers: given, signal: limit }).catch((error) => {
    signal.throwIfAborted();
    throw new ConnectionError(`The upload cannot be reached: ${connectionReason(error)}`, { cause: error });
  });
  const offset = Number(response.headers.get('upload-offset') ?? Number.NaN);
  if (response.ok && Number.isSafeInteger(offset)) return offset;
  throw new ConnectionError(`The upload was answered with HTTP ${response.status}.`);
}

/** Several parts at once; the first failure lets those that are on their way come to their end. */
async function sendParts(file: LocalFile, { parts }: TicketFragment, ports: TransferPorts): Promise<void> {
  const all = (parts ?? []).map((part) => ({
    ...part,
    ...{ offset: Number(part.offset), byteSize: Number(part.size) },
  }));
  const missing = all.filter(({ isStored }) => !isStored);
  const sent = new Map<Piece, number>();
  const storedBytes = all.reduce((sum, part) => sum + (part.isStored ? part.byteSize : 0), 0);
  const tell = () => ports.onProgress([...sent.values()].reduce((sum, bytes) => sum + bytes, storedBytes));
  tell();
  const failures: unknown[] = [];

  async function work(): Promise<void> {
    for (let part = missing.shift(); part && failures.length === 0; part = missing.shift()) {
      const piece = part;
      const onProgress = (bytes: number) => {
        sent.set(piece, bytes);
        tell();
      };
      const target = { method: 'PUT', url: part.url, headers: [] };
      await sendPiece(file, part, target, { signal: ports.signal, onProgress }).catch((error) =>
        failures.push(error),
      );
    }
  }
  await Promise.all(Array.from({ length: partsAtOnce }, work));
  if (failures.length > 0) throw failures[0];
}
