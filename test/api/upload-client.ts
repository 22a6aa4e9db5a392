import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { type DetailedError, Upload, type UploadOptions } from 'tus-js-client';
import type { TestApp } from '../harness.ts';

export const hashOf = (bytes: Uint8Array, algorithm = 'sha256', form: 'hex' | 'base64' = 'hex') =>
  createHash(algorithm).update(bytes).digest(form);

/** A table of about so many bytes that nothing can compress or guess. */
export function randomTable(byteSize: number): Buffer {
  const rows = ['number,word\n'];
  for (let length = 12; length < byteSize; ) {
    const row = `${rows.length},${randomBytes(24).toString('hex')}\n`;
    rows.push(row);
    length += row.length;
  }
  return Buffer.from(rows.join(''));
}

export type Ticket = {
  id: string;
  url: string;
  protocol: string;
  method: string;
  headers: { name: string; value: string }[];
  parts: { number: number; url: string; offset: string; size: string; isStored: boolean }[] | null;
  expiresAt: string;
};

const ticketFields = `{ dataset { id } upload { protocol method url headers { name value }
  parts { number url offset size isStored } expiresAt } }`;

const ticketOf = ({ dataset, upload }: { dataset: { id: string }; upload: Omit<Ticket, 'id'> }): Ticket => ({
  id: dataset.id,
  ...upload,
});

export async function requestUpload(app: TestApp, byteSize: number, input: object = {}): Promise<Ticket> {
  const file = { fileName: 'table.csv', byteSize, protocols: ['TUS'], ...input };
  return ticketOf(await app.mutate('requestUpload', file, ticketFields));
}

export async function resumeUpload(app: TestApp, datasetId: string, protocols = ['TUS']): Promise<Ticket> {
  return ticketOf(await app.mutate('resumeUpload', { datasetId, protocols }, ticketFields));
}

export const complete = (app: TestApp, datasetId: string, input: object = {}) =>
  app.mutate('completeUpload', { datasetId, ...input }, '{ dataset { status rejection { code } } }');

/** The official client on an upload that exists. Resolves with the fault that ended it, or null. */
export function sendByTus(
  url: string,
  content: Buffer,
  options: Partial<UploadOptions> = {},
): Promise<{ status: number; message: string } | null> {
  return new Promise((resolve) => {
    const chunkSize = options.chunkSize ?? Number.POSITIVE_INFINITY;
    const isWhole = chunkSize === Number.POSITIVE_INFINITY;
    const source = isWhole ? content : Readable.from([content], { objectMode: false });
    const upload = new Upload(source as never, {
      ...{ uploadUrl: url, uploadSize: content.length, retryDelays: [0, 50, 100, 200, 400, 800] },
      ...options,
      chunkSize,
      onError: (error) =>
        resolve({
          status: (error as DetailedError).originalResponse?.getStatus() ?? 0,
          message: error.message,
        }),
      onSuccess: () => resolve(null),
    });
    upload.start();
  });
}

/** One request of the protocol, as it is. */
export async function tus(
  url: string,
  method: string,
  headers: Record<string, string> = {},
  body?: Uint8Array,
): Promise<{ status: number; offset: string | null; headers: Headers; text: string }> {
  const response = await fetch(url, {
    method,
    headers: { 'tus-resumable': '1.0.0', ...headers },
    ...(body ? { body: new Uint8Array(body) } : {}),
  });
  const text = await response.text();
  return {
    status: response.status,
    offset: response.headers.get('upload-offset'),
    headers: response.headers,
    text,
  };
}

export const patch = (url: string, offset: number, body: Uint8Array, headers: Record<string, string> = {}) =>
  tus(
    url,
    'PATCH',
    { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset), ...headers },
    body,
  );

/** Passes bytes on to a server and breaks each connection after as many of the client's as it is told to. */
export async function breakingProxy(target: string) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const proxy = {
    url: '',
    connections: 0,
    /** How many bytes the next connections let through; without an entry: all. */
    budgets: [] as number[],
    /** The same address by way of the proxy. */
    through: (address: string) => address.replace(new URL(target).origin, proxy.url),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((client) => {
    proxy.connections++;
    let left = proxy.budgets.shift() ?? Number.POSITIVE_INFINITY;
    const onwards = connect(Number(port), hostname);
    for (const socket of [client, onwards]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        onwards.destroy();
      });
    }
    client.on('data', (chunk: Buffer) => {
      const taken = chunk.subarray(0, left);
      left -= taken.length;
      // what was let through has arrived before the break
      const go = onwards.write(taken, () => left <= 0 && onwards.end(() => client.destroy()));
      if (!go) client.pause();
    });
    onwards.on('drain', () => client.resume());
    onwards.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}
