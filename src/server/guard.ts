import type { IncomingMessage } from 'node:http';
import type { Env } from '#env.ts';

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

const MAX_DOCUMENT_BYTES = 1024 ** 2;
/** The largest file of `uploadDataset`, with room for what stands around it. */
const MAX_MULTIPART_BYTES = 21 * 1024 ** 2;

/** Why a request is not answered; a code for programs and an HTTP status. */
export type Refusal = { status: number; code: string; message: string };

/** The reason to refuse the body of a GraphQL request, which is held in memory whole; null when it may be read. */
export function bodyRefusal(request: IncomingMessage): Refusal | null {
  const { 'content-length': length, 'transfer-encoding': coding, 'content-type': type } = request.headers;
  if (coding !== undefined) {
    return { status: 411, code: 'LENGTH_REQUIRED', message: 'Send GraphQL requests with a content-length.' };
  }
  const limit = type?.toLowerCase().startsWith('multipart/form-data')
    ? MAX_MULTIPART_BYTES
    : MAX_DOCUMENT_BYTES;
  if (Number(length ?? 0) <= limit) return null;
  const message = `At most ${limit} bytes are taken here. Send files by requestUpload.`;
  return { status: 413, code: 'REQUEST_TOO_LARGE', message };
}

/** Which Host and Origin headers this server answers: what keeps DNS rebinding and other sites' pages out. */
export function requestGuard(env: Pick<Env, 'HOST' | 'ALLOWED_HOSTS' | 'ALLOWED_ORIGINS'>) {
  const anyHost = !isLoopback(env.HOST) && env.ALLOWED_HOSTS.length === 0;
  const hosts = new Set([...loopbackNames, ...env.ALLOWED_HOSTS]);
  const origins = new Set(env.ALLOWED_ORIGINS);
  const nameOf = (host: string) => host.replace(/:\d+$/, '').toLowerCase();

  const hostAllowed = (request: IncomingMessage) => {
    const { host } = request.headers;
    return host !== undefined && (anyHost || hosts.has(nameOf(host)));
  };
  /** A page of this server itself, or of an allowed site; programs send no Origin. */
  const originAllowed = (request: IncomingMessage) => {
    const { origin, host } = request.headers;
    if (origin === undefined || origins.has(origin)) return true;
    return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
  };
  return {
    /** The reason to refuse a request, or null. */
    refusal(request: IncomingMessage): Refusal | null {
      if (!hostAllowed(request)) {
        return { status: 403, code: 'HOST_NOT_ALLOWED', message: 'This host name is not in ALLOWED_HOSTS.' };
      }
      if (!originAllowed(request)) {
        return { status: 403, code: 'ORIGIN_NOT_ALLOWED', message: 'This origin is not in ALLOWED_ORIGINS.' };
      }
      if (!URL.canParse(request.url ?? '/', 'http://localhost')) {
        return { status: 400, code: 'ADDRESS_INVALID', message: 'This is not an address.' };
      }
      return null;
    },
  };
}
