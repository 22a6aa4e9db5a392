import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { App, Ports, Services } from '#app.ts';
import { fileRoutes } from './files.ts';
import { graphqlServer } from './graphql.ts';
import { bodyRefusal, isLoopback, type Refusal, requestGuard } from './guard.ts';
import { protectPlayground } from './playground.ts';
import { restRoutes } from './rest.ts';
import { viewerResolver } from './viewer.ts';
import { webApp } from './web-app.ts';
import { attachWebSocket } from './websocket.ts';

const HEADERS_TIMEOUT_MILLISECONDS = 15_000;
const CLOSE_MILLISECONDS = 3_000;
const ORIGIN_LINK_MILLISECONDS = 60_000;

export type HttpServer = { url: string; close(): Promise<void> };

/** Listens and answers: GraphQL by HTTP, SSE and WebSocket, files by signed links, health. */
export async function listen(
  ports: Ports,
  app: App,
  onListening: (url: string) => void,
): Promise<HttpServer> {
  const { env, log } = ports;
  const { services } = app;
  const guard = requestGuard(env);
  const viewerOf = viewerResolver(services.accounts, isLoopback(env.HOST) ? app.localAccount : null);
  const yoga = graphqlServer({ services, viewerOf, log });
  const files = fileRoutes(services, ports);
  const rest = restRoutes({ services, viewerOf, log });
  const web = await webApp({ connect: await directOrigins(services.storage, log) });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = guard.refusal(request);
    if (refusal) return refuse(response, refusal);
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname === '/graphql') {
      if (request.headers.accept?.includes('text/html')) protectPlayground(response);
      const tooLarge = bodyRefusal(request);
      if (tooLarge) return refuse(response, tooLarge);
      return void (await yoga(request, response));
    }
    if (await rest(request, response, url)) return;
    if (await files(request, response, url)) return;
    if (request.method !== 'GET' && request.method !== 'HEAD') return notFound(response);
    if (url.pathname === '/health/live') return json(response, 200, { status: 'ok' });
    if (url.pathname === '/health/ready') return ready(response);
    if (await web(request, response, url)) return;
    notFound(response);
  }

  async function ready(response: ServerResponse): Promise<void> {
    const database = await ports.database.sql`select 1`.then(
      () => 'ok',
      () => 'unreachable',
    );
    json(response, database === 'ok' ? 200 : 503, {
      status: database === 'ok' ? 'ok' : 'unavailable',
      database,
    });
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      log.error({ err: error }, 'a request failed');
      if (!response.headersSent)
        json(response, 500, { code: 'INTERNAL', message: 'Something went wrong on the server.' });
      else response.destroy();
    });
  });
  server.headersTimeout = HEADERS_TIMEOUT_MILLISECONDS;
  // an upload of many gigabytes takes its time
  server.requestTimeout = 0;
  const webSockets = attachWebSocket({ server, yoga, services, viewerOf, guard });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(env.PORT, env.HOST, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = isLoopback(env.HOST) ? '127.0.0.1' : env.HOST;
  const url = `http://${host}:${port}`;
  onListening(url);

  return {
    url,
    async close() {
      await webSockets.dispose();
      const closed = new Promise((resolve) => server.close(resolve));
      setTimeout(() => server.closeAllConnections(), CLOSE_MILLISECONDS).unref();
      server.closeIdleConnections();
      await closed;
    },
  };
}

/** Where pages of the web app may send parts to, past this server; none where the store cannot be asked. */
async function directOrigins({ direct }: Services['storage'], log: Ports['log']): Promise<string[]> {
  if (!direct) return [];
  const expiresAt = new Date(Date.now() + ORIGIN_LINK_MILLISECONDS);
  const object = { fileName: 'none', mediaType: 'text/plain', expiresAt };
  try {
    return [new URL(await direct.get('none', object)).origin];
  } catch (error) {
    log.warn({ err: error }, 'the store makes no links: the web app cannot send files straight to it');
    return [];
  }
}

/** Says why, and reads nothing more of this connection. */
function refuse(response: ServerResponse, { status, code, message }: Refusal): void {
  response.setHeader('connection', 'close');
  json(response, status, { code, message });
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const notFound = (response: ServerResponse) =>
  json(response, 404, { code: 'NOT_FOUND', message: 'Nothing is here.' });
