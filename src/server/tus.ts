import type { IncomingMessage, ServerResponse } from 'node:http';
import { DataStore, Server, Upload } from '@tus/server';
import type { Services } from '#app.ts';
import { ValidationError } from '#errors.ts';
import { encodeId } from '#ids.ts';
import type { Log } from '#log.ts';
import { type Checksum, checksumAlgorithms, parseChecksum, withCheckedBody } from './checksum.ts';
import { problemOf } from './problem.ts';
import { tusLocks } from './tus-locks.ts';

const VERSION = '1.0.0';
const EXTENSIONS = ['expiration', 'checksum', 'termination'];
/** How long a request whose place another one wants may go on. */
const DRAIN_MILLISECONDS = 100;
const CHECKSUM_MISMATCH = { status_code: 460, body: 'The bytes are not those of Upload-Checksum.\n' };

type Uploads = Services['uploads'];
type OpenUpload = Awaited<ReturnType<Uploads['resumable']>>;

/**
 * tus 1.0 for uploads that `requestUpload` made: HEAD, PATCH, DELETE and OPTIONS on an address that is signed. How far
 * an upload has come is asked of the store each time, so nothing is lost with this process.
 */
export function tusEndpoint(options: {
  uploads: Uploads;
  workDirectory: string;
  maxUploadBytes: number;
  allowedOrigins: ReadonlySet<string>;
  log: Log;
}) {
  const { uploads, log, allowedOrigins } = options;
  const locker = tusLocks();

  const serverOf = (id: string, maxSize: number, datastore: DataStore) =>
    new Server({
      ...{ path: '/uploads', datastore, locker, maxSize, lockDrainTimeout: DRAIN_MILLISECONDS },
      getFileIdFromRequest: () => id,
      allowedOrigins: (origin) => allowedOrigins.has(origin),
      allowedHeaders: ['Upload-Checksum'],
      exposedHeaders: ['Upload-Expires', 'Tus-Checksum-Algorithm'],
      // what the library throws itself has its status and its words already
      onResponseError: (_request, error) => {
        if ('status_code' in error) return undefined;
        const { status, body } = problemOf(error, log);
        return { status_code: status, body };
      },
    });

  function storeOf(open: OpenUpload, checksum: Checksum | null): DataStore {
    const append = (offset: number, body: Parameters<DataStore['write']>[0]) =>
      uploads.append(open, offset, body);
    return Object.assign(new DataStore(), {
      extensions: EXTENSIONS,
      getUpload: async (id: string) =>
        new Upload({ id, size: open.dataset.byteSize, offset: await uploads.offset(open) }),
      write: async (body: Parameters<DataStore['write']>[0], _id: string, offset: number) => {
        if (!checksum) return append(offset, body);
        const kept = await withCheckedBody(body, checksum, options.workDirectory, (bytes) =>
          append(offset, bytes),
        );
        if (kept === null) throw CHECKSUM_MISMATCH;
        return kept;
      },
      remove: () => uploads.terminate(open),
    });
  }

  /** Capabilities, and what a browser asks before it sends: no secret, so no permission. */
  function describe(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const datastore = Object.assign(new DataStore(), { extensions: EXTENSIONS });
    response.setHeader('Tus-Checksum-Algorithm', checksumAlgorithms.join(','));
    return serverOf('none', options.maxUploadBytes, datastore).handle(request, response);
  }

  /** Answers a request for `/uploads/<dataset id>/tus`; false for methods that are not offered. */
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    datasetId: string,
  ): Promise<boolean> => {
    const asked = request.headers['x-http-method-override'] ?? request.method;
    if (!['OPTIONS', 'HEAD', 'PATCH', 'DELETE'].includes(String(asked))) return false;
    request.method = String(asked);
    response.setHeader('Tus-Version', VERSION);
    if (request.method === 'OPTIONS') {
      await describe(request, response);
      return true;
    }
    const open = await uploads.resumable(datasetId, url.searchParams);
    if (request.headers['tus-resumable'] !== VERSION) {
      response.writeHead(412, { connection: 'close' }).end();
      return true;
    }
    const header = request.headers['upload-checksum'];
    if (Array.isArray(header)) throw new ValidationError('CHECKSUM_INVALID', 'Send one Upload-Checksum.');
    const checksum = header === undefined ? null : parseChecksum(header);
    // from then on this address is refused; the upload itself goes on under a fresh one
    response.setHeader('Upload-Expires', open.expiresAt.toUTCString());
    const id = encodeId('Dataset', open.dataset.id);
    await serverOf(id, open.dataset.byteSize, storeOf(open, checksum)).handle(request, response);
    return true;
  };
}
