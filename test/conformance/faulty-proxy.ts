import { once } from 'node:events';
import { createServer, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Transform } from 'node:stream';

/**
 * An answer in the place of the store's, the number of bytes of its answer or of the request after which the connection
 * is cut, or a changed byte in the request.
 */
export type Fault =
  | { status: number; code: string; headers?: Record<string, string> }
  | { cutAfter: number }
  | { cutRequestAfter: number }
  | { flipByte: number };

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
        if (!fault || !('cutAfter' in fault)) return void answer.pipe(response);
        if (fault.cutAfter === 0) return void response.destroy();
        let left = fault.cutAfter;
        answer.on('data', (chunk: Buffer) => {
          response.write(chunk.subarray(0, left), () => left <= 0 && response.destroy());
          left -= chunk.length;
        });
      },
    );
    onwards.on('error', () => response.destroy());
    if (fault && 'cutRequestAfter' in fault) {
      let left = fault.cutRequestAfter;
      request.on('data', (chunk: Buffer) => {
        left -= chunk.length;
        if (left <= 0) request.socket.destroy();
        else onwards.write(chunk);
      });
      response.on('close', () => onwards.destroy());
      return;
    }
    request.pipe(fault && 'flipByte' in fault ? flipping(fault.flipByte) : new PassThrough()).pipe(onwards);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

/** As a bad network card does it: the lengths stay. */
function flipping(position: number): Transform {
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const index = position - passed;
      passed += chunk.length;
      const byte = chunk[index];
      if (byte !== undefined) chunk[index] = byte ^ 1;
      done(null, chunk);
    },
  });
}
