import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ConnectionError } from '#cli/errors.ts';
import { sendFile } from '#cli/remote/send-file.ts';

const content = randomBytes(3_000_000);
const sha256 = createHash('sha256').update(content).digest('hex');
let directory: string;
let server: Server | null = null;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aliquot-send-'));
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function send(answer: RequestListener, { byteSize = content.length, keptBytes = content.length } = {}) {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const path = join(directory, 'table.csv');
  await writeFile(path, content);
  await truncate(path, keptBytes);
  const progress: number[] = [];
  const ticket = {
    method: 'PUT',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/uploads/x`,
    headers: [{ name: 'content-type', value: 'application/octet-stream' }],
  };
  const sent = await sendFile({ path, name: 'table.csv', byteSize }, ticket, {
    signal: AbortSignal.timeout(10_000),
    onProgress: (bytes) => progress.push(bytes),
  });
  return { sent, progress };
}

describe('sending a file', () => {
  test('streams it with its size and gives its checksum', async () => {
    const seen = { method: '', length: '', type: '', sha256: '' };
    const { sent, progress } = await send((request, response) => {
      seen.method = String(request.method);
      seen.length = String(request.headers['content-length']);
      seen.type = String(request.headers['content-type']);
      const hash = createHash('sha256');
      request.on('data', (chunk) => hash.update(chunk));
      request.on('end', () => {
        seen.sha256 = hash.digest('hex');
        response.writeHead(204).end();
      });
    });
    expect(sent).toBe(sha256);
    expect(seen).toEqual({ method: 'PUT', length: '3000000', type: 'application/octet-stream', sha256 });
    expect(progress.length).toBeGreaterThan(5);
    expect(progress.at(-1)).toBe(content.length);
  });

  test('tells why the server refused it, also before all bytes were sent', async () => {
    const refuse: RequestListener = (request, response) => {
      request.resume();
      response.writeHead(409);
      response.end(JSON.stringify({ code: 'LINK_EXPIRED', message: 'It is too late.' }));
    };
    await expect(send(refuse)).rejects.toMatchObject({
      code: 'LINK_EXPIRED',
      message: 'It is too late.',
    });
  });

  test('counts a lost connection and a broken server as worth another attempt', async () => {
    await expect(send((request) => request.socket.destroy())).rejects.toThrow(ConnectionError);
    const broken: RequestListener = (request, response) => {
      request.resume().on('end', () => response.writeHead(503).end());
    };
    await expect(send(broken)).rejects.toThrow(ConnectionError);
  });

  test.each([
    ['shorter', { keptBytes: 2_000_000 }],
    ['longer', { byteSize: 2_000_000 }],
  ])('notices that the file has become %s', async (_how, sizes) => {
    const take: RequestListener = (request, response) => {
      request.resume().on('end', () => response.writeHead(204).end());
    };
    await expect(send(take, sizes)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });

  test('sends an empty file', async () => {
    const take: RequestListener = (request, response) => {
      request.resume().on('end', () => response.writeHead(204).end());
    };
    const { sent } = await send(take, { byteSize: 0, keptBytes: 0 });
    expect(sent).toBe(createHash('sha256').digest('hex'));
  });
});
