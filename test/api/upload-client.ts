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

/** After so many bytes of the client a connection is cut, or held: nothing more passes until somebody ends it. */
export type Break = { after: number; end: 'CUT' | 'HOLD' };

export const randomCuts = (count: number, most: number): Break[] =>
  Array.from({ length: count }, () => ({
    after: 600 + Math.floor(Math.random() * most),
    end: 'CUT' as const,
  }));

/**
 * Passes bytes on to a server, but for the breaks that it is told; answers name the proxy's address in the place of the
 * server's. With `only`, connections that begin with this method take the breaks.
 */
export async function breakingProxy(target: string, only = '') {
  const { hostname, port, host } = new URL(target);
  const sockets = new Set<Socket>();
  const proxy = {
    url: '',
    connections: 0,
    /** How many are held now, or were until their client or server went away. */
    held: 0,
    breaks: [] as Break[],
    /** The same address by way of the proxy. */
    through: (address: string) => address.replace(new URL(target).origin, proxy.url),
    /** Ends every connection. */
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      proxy.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer((client) => {
    proxy.connections++;
    let left: number | null = null;
    let end: Break['end'] = 'CUT';
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
      if (left === null) {
        const next = chunk.toString('latin1').startsWith(only) ? proxy.breaks.shift() : undefined;
        left = next?.after ?? Number.POSITIVE_INFINITY;
        end = next?.end ?? 'CUT';
      }
      const taken = chunk.subarray(0, left);
      left -= taken.length;
      const isOver = left <= 0;
      if (isOver) client.pause();
      const go = onwards.write(taken, () => {
        if (!isOver) return;
        if (end === 'HOLD') proxy.held++;
        // what was let through has arrived before the break
        else onwards.end(() => client.destroy());
      });
      if (!go) client.pause();
      if (!go && !isOver) onwards.once('drain', () => client.resume());
    });
    const own = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    onwards.on('data', (chunk: Buffer) => {
      const text = chunk.toString('latin1');
      const isPlain = own.length !== host.length || !text.includes(host);
      client.write(isPlain ? chunk : Buffer.from(text.replaceAll(host, own), 'latin1'));
    });
    onwards.on('end', () => client.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}
