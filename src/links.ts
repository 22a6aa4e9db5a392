import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a signed link permits: one method, or those of tus, on one key until a moment. */
export type LinkScope = { method: 'GET' | 'PUT' | 'TUS'; key: string; expiresAt: Date };

export type Links = ReturnType<typeof signedLinks>;

/** Links that carry their own permission, so that a download needs no header and an upload no session. */
export function signedLinks(options: { secret: string; baseUrl: () => string }) {
  const signatureOf = (method: string, key: string, expires: number) =>
    createHmac('sha256', options.secret).update(`${method}\n${key}\n${expires}`).digest();

  return {
    /** `path` is below the server's base URL; `key` names the thing that the link is bound to. */
    sign(path: string, { method, key, expiresAt }: LinkScope): { url: string; expiresAt: Date } {
      const expires = Math.floor(expiresAt.getTime() / 1_000);
      const url = new URL(path, options.baseUrl());
      url.searchParams.set('expires', String(expires));
      url.searchParams.set('signature', signatureOf(method, key, expires).toString('base64url'));
      return { url: url.href, expiresAt: new Date(expires * 1_000) };
    },
    /** Until when a link is good; to be believed of one that is permitted. */
    expiryOf: (parameters: URLSearchParams): Date => new Date(Number(parameters.get('expires')) * 1_000),
    /** Whether the link's parameters permit this method on this key now. */
    permits(parameters: URLSearchParams, method: LinkScope['method'], key: string): 'YES' | 'EXPIRED' | 'NO' {
      const expires = Number(parameters.get('expires'));
      const given = Buffer.from(parameters.get('signature') ?? '', 'base64url');
      const wanted = signatureOf(method, key, expires);
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 'NO';
      return expires * 1_000 > Date.now() ? 'YES' : 'EXPIRED';
    },
  };
}
