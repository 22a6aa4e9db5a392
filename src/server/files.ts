import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Ports, Services } from '#app.ts';
import { contentDisposition } from '#content-disposition.ts';
import type { Downloadable } from '#domains/dataset/service.ts';
import { NotFoundError } from '#errors.ts';
import { answerProblem } from './problem.ts';
import { uploadRoutes } from './uploads.ts';

/** For one redirect; what has begun by then goes on. */
const DIRECT_LIFETIME_MILLISECONDS = 60_000;

/** Uploads and downloads by signed links: bytes are streamed and never pass through GraphQL. */
export function fileRoutes(services: Services, ports: Pick<Ports, 'env' | 'log' | 'workDirectory'>) {
  const { log } = ports;
  const uploads = uploadRoutes(services, ports);

  async function send(request: IncomingMessage, response: ServerResponse, file: Downloadable): Promise<void> {
    const { direct } = services.storage;
    if (direct && request.method === 'GET') {
      const expiresAt = new Date(Date.now() + DIRECT_LIFETIME_MILLISECONDS);
      const url = await direct.get(file.key, { fileName: file.name, mediaType: file.mediaType, expiresAt });
      response.writeHead(307, { location: url, 'cache-control': 'private, no-store' }).end();
      return;
    }
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
    const [, kind, id, rest, more] = url.pathname.split('/');
    if (!id || more !== undefined) return false;
    if (kind === 'uploads') return uploads(request, response, url, id, rest);
    if (kind === 'datasets' && rest === 'file' && reads) {
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
      answerProblem(response, error, log);
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
