import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type Box,
  type Boxes,
  type BoxProcess,
  giveTo,
  inHome,
  makeDirectory,
  type ProcessEvent,
} from './boxes.ts';
import { RpcError, serverStream, unary } from './connect.ts';

type Selector = { process: { pid: number } };

/** What runs inside every box: its files over HTTP, its processes over Connect. */
export function envd(boxes: Boxes) {
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const send = (status: number, body?: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    const box = boxes.get(String(request.headers['e2b-sandbox-id']));
    if (!box) return send(502, { code: 502, message: 'The sandbox was not found' });
    if (url.pathname === '/health') return send(204);
    if (request.headers['x-access-token'] !== box.token)
      return send(401, { code: 401, message: 'unauthorized' });
    if (url.pathname === '/files' && request.method === 'GET') return sendFile(box, response, url);
    if (url.pathname === '/files') return send(200, await takeFiles(box, request, url));
    return rpc(boxes, box, request, response, url.pathname);
  };
}

async function sendFile(box: Box, response: ServerResponse, url: URL): Promise<void> {
  const path = inHome(box, url.searchParams.get('path') ?? '');
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => null);
  if (!file) {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ code: 404, message: `path '${path}' does not exist` }));
    return;
  }
  const { size } = await file.stat();
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size });
  await pipeline(file.createReadStream(), response);
}

async function takeFiles(box: Box, request: IncomingMessage, url: URL) {
  const told = (path: string) => ({ name: path.split('/').at(-1), type: 'file', path });
  const whole = url.searchParams.get('path');
  if (request.headers['content-type'] === 'application/octet-stream') {
    const path = inHome(box, whole ?? '');
    await write(box, path, (file) => pipeline(request, file.createWriteStream()));
    return [told(path)];
  }
  const body = Readable.toWeb(request) as ReadableStream;
  const form = await new Response(body, {
    headers: { 'content-type': String(request.headers['content-type']) },
  }).formData();
  const written = [];
  for (const part of form.getAll('file')) {
    if (typeof part === 'string') continue;
    const path = inHome(box, whole ?? part.name);
    const content = new Uint8Array(await part.arrayBuffer());
    await write(box, path, (file) => writeFile(file, content));
    written.push(told(path));
  }
  return written;
}

async function write(box: Box, path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  await makeDirectory(box, dirname(path));
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o644);
  await giveTo(box, path);
  await fill(file).finally(() => file.close().catch(() => {}));
}

async function rpc(
  boxes: Boxes,
  box: Box,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): Promise<void> {
  const selected = ({ process }: Selector): BoxProcess => {
    const found = box.processes.get(process.pid);
    if (!found) throw new RpcError('not_found', `process with pid ${process.pid} not found`);
    return found;
  };
  const follow = (followed: BoxProcess, send: (message: object) => void, end: () => void) => {
    const pass = (event: ProcessEvent) => {
      send({ event });
      if ('end' in event) end();
    };
    followed.followers.add(pass);
    send({ event: { start: { pid: followed.child.pid } } });
    return () => void followed.followers.delete(pass);
  };

  switch (path) {
    case '/process.Process/Start':
      return serverStream<{ process: BoxProcess['config']; stdin?: boolean }>(
        ...[request, response],
        (ask, send, end) => {
          const { cmd, args = [], envs = {}, cwd } = ask.process;
          const config = { cmd, args, envs, ...(cwd ? { cwd } : {}) };
          const started = boxes.start(box, config, ask.stdin ?? false);
          const limit = Number(request.headers['connect-timeout-ms'] ?? 0);
          if (limit > 0) setTimeout(() => started.child.kill('SIGKILL'), limit).unref();
          return follow(started, send, end);
        },
      );
    case '/process.Process/Connect':
      return serverStream<Selector>(request, response, (ask, send, end) => follow(selected(ask), send, end));
    case '/process.Process/List':
      return unary(request, response, () => ({
        processes: [...box.processes].map(([pid, { config }]) => ({ pid, config })),
      }));
    case '/process.Process/SendInput':
      return unary<Selector & { input: { stdin: string } }>(request, response, (ask) => {
        selected(ask).child.stdin?.write(Buffer.from(ask.input.stdin, 'base64'));
        return {};
      });
    case '/process.Process/SendSignal':
      return unary<Selector & { signal: string }>(request, response, (ask) => {
        selected(ask).child.kill(ask.signal === 'SIGNAL_SIGKILL' ? 'SIGKILL' : 'SIGTERM');
        return {};
      });
    case '/filesystem.Filesystem/Stat':
      return unary<{ path: string }>(request, response, async (ask) => {
        const status = await lstat(inHome(box, ask.path)).catch(() => null);
        if (!status) throw new RpcError('not_found', `file not found: ${ask.path}`);
        const type = status.isFile() ? 'FILE_TYPE_FILE' : 'FILE_TYPE_DIRECTORY';
        return {
          entry: { name: ask.path.split('/').at(-1), type, path: ask.path, size: String(status.size) },
        };
      });
    case '/filesystem.Filesystem/Remove':
      return unary<{ path: string }>(request, response, async (ask) => {
        await rm(inHome(box, ask.path), { recursive: true, force: true });
        return {};
      });
    default:
      return unary(request, response, () => {
        throw new RpcError('unimplemented', path);
      });
  }
}
