import { once } from 'node:events';
import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An answer in the place of the store's, or the number of bytes of its answer after which the connection is cut. */
export type Fault = { status: number; code: string; headers?: Record<string, string> } | { cutAfter: number };

/** Stands in front of an S3 server and passes everything on, but for what `fault` picks. */
export async function faultyProxy(endpoint: string) {
  const target = new URL(endpoint);
  const proxy = {
    url: '',
    requests: 0,
    fault: (_request: IncomingMessage): Fault | null => null,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((request, response) => {
    proxy.requests++;
    const fault = proxy.fault(request);
    if (fault && 'status' in fault) {
      request.resume();
      const body = `<?xml version="1.0"?><Error><Code>${fault.code}</Code><Message>m</Message></Error>`;
      response.writeHead(fault.status, { 'content-type': 'application/xml', ...fault.headers }).end(body);
      return;
    }
    const { method, url, headers } = request;
    const onwards = send(
      { host: target.hostname, port: target.port, method, path: url, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        if (!fault) return void answer.pipe(response);
        let left = fault.cutAfter;
        answer.on('data', (chunk: Buffer) => {
          response.write(chunk.subarray(0, left), () => left <= 0 && response.destroy());
          left -= chunk.length;
        });
      },
    );
    onwards.on('error', () => response.destroy());
    request.pipe(onwards);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}
