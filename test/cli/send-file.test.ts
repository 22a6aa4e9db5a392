import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ConnectionError } from '#cli/errors.ts';
import { type Piece, sendPiece } from '#cli/remote/send-file.ts';

const content = randomBytes(3_000_000);
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

async function send(answer: RequestListener, piece: Piece = { offset: 0, byteSize: content.length }) {
  server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const path = join(directory, 'table.csv');
  await writeFile(path, content);
  const progress: number[] = [];
  const target = {
    method: 'PATCH',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/uploads/x`,
    headers: [{ name: 'content-type', value: 'application/octet-stream' }],
  };
  const file = { path, name: 'table.csv', byteSize: content.length, modifiedAt: 0 };
  const signal = AbortSignal.timeout(10_000);
  await sendPiece(file, piece, target, { signal, onProgress: (bytes) => progress.push(bytes) });
  return progress;
}

const answering =
  (status: number, body: object | null): RequestListener =>
  (request, response) => {
    request.resume();
    response.writeHead(status).end(body && JSON.stringify(body));
  };

describe('sending a piece of a file', () => {
  test.each([
    ['the whole', { offset: 0, byteSize: 3_000_000 }],
    ['the middle', { offset: 1_000_000, byteSize: 1_500_000 }],
    ['nothing', { offset: 3_000_000, byteSize: 0 }],
  ])('streams just those bytes: %s', async (_what, piece) => {
    const seen = { method: '', length: '', type: '', sha256: '' };
    const progress = await send((request, response) => {
      seen.method = String(request.method);
      seen.length = String(request.headers['content-length']);
      seen.type = String(request.headers['content-type']);
      const hash = createHash('sha256');
      request.on('data', (chunk) => hash.update(chunk));
      request.on('end', () => {
        seen.sha256 = hash.digest('hex');
        response.writeHead(204).end();
      });
    }, piece);
    const bytes = content.subarray(piece.offset, piece.offset + piece.byteSize);
    expect(seen).toEqual({
      ...{ method: 'PATCH', length: String(piece.byteSize), type: 'application/octet-stream' },
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(progress.at(-1) ?? 0).toBe(piece.byteSize);
  });

  test('tells why the server refused it, also before all bytes were sent', async () => {
    const refusal = { code: 'UPLOAD_TOO_LARGE', message: 'It is too much.' };
    await expect(send(answering(413, refusal))).rejects.toMatchObject(refusal);
  });

  test('counts as worth another attempt what may pass', async () => {
    const passing: RequestListener[] = [
      (request) => request.socket.destroy(),
      answering(503, null),
      answering(502, { code: 'STORAGE_UNREACHABLE', message: 'Later.', retryable: true }),
      answering(409, null),
      answering(410, { code: 'LINK_EXPIRED', message: 'It is too late.' }),
      answering(403, null),
    ];
    for (const answer of passing) {
      await expect(send(answer)).rejects.toThrow(ConnectionError);
      server?.closeAllConnections();
      server?.close();
    }
  });

  test('notices that the file has become shorter', async () => {
    const take: RequestListener = (request, response) => {
      request.resume().on('end', () => response.writeHead(204).end());
    };
    const piece = { offset: 2_000_000, byteSize: 2_000_000 };
    await expect(send(take, piece)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });
});
