import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

const mediaTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const FOREVER = 'public, max-age=31536000, immutable';
const PAGE = '/index.html';

/** Everything comes from this server, nothing is written into the page; `connect` are the origins of a direct store. */
const policy = (connect: readonly string[]) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    ["connect-src 'self'", ...connect].join(' '),
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

type Asset = { path: string; mediaType: string; isCompressed: boolean; etag: string };

/** The built web app: hashed files that are kept for ever, and one page for every address of the app. */
export async function webApp(options: { directory?: string; connect?: readonly string[] } = {}) {
  const directory = options.directory ?? fileURLToPath(new URL('../../web/dist', import.meta.url));
  const assets = await readAssets(directory);
  const security = {
    'content-security-policy': policy(options.connect ?? []),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
  };

  async function send(
    request: IncomingMessage,
    response: ServerResponse,
    asset: Asset,
    cacheControl: string,
  ): Promise<void> {
    const compressed = asset.isCompressed && /\bbr\b/.test(String(request.headers['accept-encoding']));
    const etag = `"${asset.etag}${compressed ? '-br' : ''}"`;
    const headers = { ...security, 'cache-control': cacheControl, etag, vary: 'accept-encoding' };
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
    response.writeHead(200, {
      ...headers,
      'content-type': asset.mediaType,
      ...(compressed ? { 'content-encoding': 'br' } : {}),
    });
    if (request.method === 'HEAD') return void response.end();
    await pipeline(createReadStream(compressed ? `${asset.path}.br` : asset.path), response);
  }

  /** Answers a GET or HEAD of the app; false when it is about something else. */
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> => {
    const asset = assets.get(url.pathname);
    if (asset && url.pathname !== PAGE) {
      await send(request, response, asset, url.pathname.startsWith('/assets/') ? FOREVER : 'no-cache');
      return true;
    }
    const page = assets.get(PAGE);
    const isNavigation = request.headers.accept?.includes('text/html');
    if (!page || !isNavigation || extname(url.pathname) !== '') return false;
    await send(request, response, page, 'no-cache');
    return true;
  };
}

async function readAssets(directory: string): Promise<Map<string, Asset>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const present = new Set(paths);
  const assets = new Map<string, Asset>();
  for (const path of paths) {
    const mediaType = mediaTypes[extname(path)];
    if (!mediaType) continue;
    const { size, mtimeMs } = await stat(path);
    const name = `/${relative(directory, path).split(sep).join('/')}`;
    const etag = `${size.toString(36)}-${Math.trunc(mtimeMs).toString(36)}`;
    assets.set(name, { path, mediaType, isCompressed: present.has(`${path}.br`), etag });
  }
  return assets;
}
