import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Ports, Services } from '#app.ts';
import { QuotaError, ValidationError } from '#errors.ts';
import { StorageError } from '#ports/storage.ts';
import { tusEndpoint } from './tus.ts';

/** A client that has neither sent nor taken anything for so long is gone. */
const STALL_MILLISECONDS = 300_000;

/** Takes files by signed links, whole with PUT or in pieces with tus: streamed, in bounded memory. */
export function uploadRoutes(
  { uploads }: Pick<Services, 'uploads'>,
  { env, log, workDirectory }: Pick<Ports, 'env' | 'log' | 'workDirectory'>,
) {
  const allowedOrigins = new Set(env.ALLOWED_ORIGINS);
  const maxUploadBytes = env.MAX_UPLOAD_BYTES;
  const tus = tusEndpoint({ uploads, workDirectory, maxUploadBytes, allowedOrigins, log });

  async function put(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    id: string,
  ): Promise<void> {
    const row = await uploads.uploading(id, url.searchParams);
    const announced = Number(request.headers['content-length'] ?? row.byteSize);
    if (announced !== row.byteSize) {
      throw new ValidationError(
        'UPLOAD_SIZE_MISMATCH',
        `${row.byteSize} bytes were announced, the request has ${announced}.`,
      );
    }
    const cut = new AbortController();
    response.once('close', () => cut.abort());
    try {
      await uploads.receive(row, request, cut.signal);
    } catch (error) {
      if (error instanceof StorageError && error.code === 'TOO_LARGE')
        throw new QuotaError('UPLOAD_TOO_LARGE', error.message);
      throw error;
    }
    response.writeHead(204).end();
  }

  /** Lets the pages of allowed sites read the answers; those of others are refused before they get here. */
  function admitOrigin({ headers: { origin } }: IncomingMessage, response: ServerResponse): void {
    if (origin === undefined || !allowedOrigins.has(origin)) return;
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('vary', 'origin');
  }

  /** Answers `/uploads/<id>` and, with a `rest`, `/uploads/<id>/<rest>`; false when there is nothing. */
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    id: string,
    rest: string | undefined,
  ): Promise<boolean> => {
    request.socket.setTimeout(STALL_MILLISECONDS);
    admitOrigin(request, response);
    if (rest === 'tus') return tus(request, response, url, id);
    if (rest !== undefined) return false;
    if (request.method === 'PUT') await put(request, response, url, id);
    else if (request.method === 'OPTIONS') {
      const methods = {
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'content-type',
      };
      response.writeHead(204, { ...methods, 'access-control-max-age': '86400' }).end();
    } else return false;
    return true;
  };
}
