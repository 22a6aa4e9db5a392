import type { IncomingMessage } from 'node:http';
import type { Env } from '#env.ts';

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');

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
    refusal(request: IncomingMessage): { code: string; message: string } | null {
      if (!hostAllowed(request)) return { code: 'HOST_NOT_ALLOWED', message: 'This host name is not in ALLOWED_HOSTS.' };
      if (!originAllowed(request)) return { code: 'ORIGIN_NOT_ALLOWED', message: 'This origin is not in ALLOWED_ORIGINS.' };
      return null;
    },
  };
}
