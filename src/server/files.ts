import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Services } from '#app.ts';
import type { Downloadable } from '#domains/dataset/service.ts';
import { isExpected, NotFoundError, QuotaError, ValidationError } from '#errors.ts';
import { newId } from '#ids.ts';
import type { Log } from '#log.ts';
import { StorageError, type StorageErrorCode } from '#ports/storage.ts';

const statusOf: Record<string, number> = {
  ValidationError: 400,
  UnauthorizedError: 401,
  NotFoundError: 404,
  ConflictError: 409,
  QuotaError: 413,
};

const statusOfStore: Partial<Record<StorageErrorCode, number>> = {
  OBJECT_NOT_FOUND: 404,
  STORAGE_UNREACHABLE: 503,
  SLOW_DOWN: 503,
  STORAGE_FULL: 507,
};

function statusFor(error: unknown): number {
  if (error instanceof StorageError) return statusOfStore[error.code] ?? 502;
  return (isExpected(error) && statusOf[error.name]) || 500;
}

/** RFC 6266: an ASCII stand-in and the name itself, percent-encoded. */
function contentDisposition(name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\;%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** Uploads and downloads by signed links: bytes are streamed and never pass through GraphQL. */
export function fileRoutes({ services, log }: { services: Services; log: Log }) {
  async function upload(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    id: string,
  ): Promise<void> {
    const row = await services.uploads.uploading(id, url.searchParams);
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
      await services.uploads.receive(row, request, cut.signal);
    } catch (error) {
      if (error instanceof StorageError && error.code === 'TOO_LARGE')
        throw new QuotaError('UPLOAD_TOO_LARGE', error.message);
      throw error;
    }
    response.writeHead(204).end();
  }

  async function send(request: IncomingMessage, response: ServerResponse, file: Downloadable): Promise<void> {
    const size = await services.storage.size(file.key);
    if (size === null) throw new NotFoundError('FILE_NOT_FOUND', 'The file is not in the store.');
    const range = parseRange(request.headers.range, size);
    if (range === 'UNSATISFIABLE') {
      response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
      return;
    }
    // before the head, so that a failure of the store can still be told
    const bytes = request.method === 'HEAD' ? null : await services.storage.get(file.key, range ?? undefined);
    response.writeHead(range ? 206 : 200, {
      'content-type': file.mediaType,
      'content-disposition': contentDisposition(file.name),
      'content-length': range ? range.end - range.start + 1 : size,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-store',
      ...(file.sha256 ? { etag: `"${file.sha256}"` } : {}),
      ...(range ? { 'content-range': `bytes ${range.start}-${range.end}/${size}` } : {}),
    });
    if (bytes) await pipeline(bytes, response);
    else response.end();
  }

  async function route(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    const [, kind, id, rest] = url.pathname.split('/');
    if (!id) return false;
    if (kind === 'uploads' && rest === undefined && request.method === 'PUT') {
      await upload(request, response, url, id);
    } else if (kind === 'datasets' && rest === 'file' && reads) {
      await send(request, response, await services.datasets.downloadable(id, url.searchParams));
    } else if (kind === 'artifacts' && rest === undefined && reads) {
      await send(request, response, await services.artifacts.downloadable(id, url.searchParams));
    } else {
      return false;
    }
    return true;
  }

  /** Answers a file request; false when the path is none. */
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> => {
    try {
      return await route(request, response, url);
    } catch (error) {
      if (response.destroyed) return true;
      if (response.headersSent) {
        log.warn({ err: error }, 'a download was cut off');
        response.destroy();
        return true;
      }
      const requestId = newId();
      const isOfStore = error instanceof StorageError;
      const told = isExpected(error) || isOfStore;
      if (!told) log.error({ err: error, requestId }, 'a file request failed');
      if (isOfStore) log.warn({ err: error, requestId }, 'the store failed');
      const { code, message } = told
        ? error
        : { code: 'INTERNAL', message: 'Something went wrong on the server.' };
      const retryable = isExpected(error) ? error.retryable : true;
      const status = statusFor(error);
      response.writeHead(status, { 'content-type': 'application/problem+json', connection: 'close' });
      response.end(
        JSON.stringify({ status, title: message, code, message, path: null, retryable, requestId }),
      );
      return true;
    }
  };
}

function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'UNSATISFIABLE' | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return null;
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(size - 1, Number(match[2]));
  return start > end || start >= size ? 'UNSATISFIABLE' : { start, end };
}
