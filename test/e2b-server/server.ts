import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { boxKeeper } from './boxes.ts';
import { controlApi, templateShelf } from './control.ts';
import { envd } from './envd.ts';

const API_KEY = 'e2b_test_key';

/** What happens to requests instead of an answer: a status, a broken connection, silence. */
export type Fault =
  | { status: number; message: string; headers?: Record<string, string> }
  | 'reset'
  | 'silence';

type Planned = { request: RegExp; fault: Fault; times: number; after: number };

export type E2bServer = Awaited<ReturnType<typeof startE2bServer>>;

/**
 * Speaks what the pinned SDK speaks to E2B: control API and the envd of every box on one address. Boxes are real
 * processes of the Python that is given. `plan` and the verbs after it are the faults that the service may have.
 */
export async function startE2bServer(python: string) {
  const streams = new Map<ServerResponse, string>();
  const boxes = boxKeeper(python, (id) => dropStreams(id));
  const templates = templateShelf();
  const control = controlApi(boxes, templates, API_KEY);
  const inBox = envd(boxes);
  const requests: string[] = [];
  const planned: Planned[] = [];

  /** Of one box, or of all. */
  function dropStreams(id?: string): number {
    const dropped = [...streams].filter(([, box]) => id === undefined || box === id);
    for (const [{ socket }] of dropped) socket?.destroy();
    return dropped.length;
  }

  function misfortune(name: string): Fault | undefined {
    for (const plan of planned.filter(({ request }) => request.test(name))) {
      plan.after -= 1;
      if (plan.after >= 0 || plan.times === 0) continue;
      plan.times -= 1;
      return plan.fault;
    }
    return undefined;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const name = `${request.method} ${url.pathname}`;
    requests.push(name);
    const fault = misfortune(name);
    if (fault === 'silence') return;
    if (fault === 'reset') return void request.socket.destroy();
    if (fault) {
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      response.end(JSON.stringify({ code: fault.status, message: fault.message }));
      return;
    }
    if (url.pathname.startsWith('/uploads/')) {
      let bytes = 0;
      for await (const chunk of request) bytes += chunk.length;
      templates.uploads.set(url.pathname.slice('/uploads/'.length), bytes);
      return void response.end();
    }
    const box = request.headers['e2b-sandbox-id'];
    if (!box) return control(request, response, url);
    if (/Process\/(Start|Connect)$/.test(url.pathname)) {
      streams.set(response, String(box));
      response.once('close', () => streams.delete(response));
    }
    return inBox(request, response, url);
  }

  const server = createServer((request, response) => {
    // a client that went away in the middle is none of our faults
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    account: { apiKey: API_KEY, apiUrl: url, sandboxUrl: url },
    settings: {
      ...{ SANDBOX_URL: 'e2b:', E2B_API_KEY: API_KEY, E2B_API_URL: url, E2B_SANDBOX_URL: url },
    },
    boxes,
    templates,
    /** Every request as `METHOD /path`. */
    requests,
    /** So many such requests fail, after some that do not. */
    plan(request: RegExp, fault: Fault, { times = 1, after = 0 } = {}) {
      planned.push({ request, fault, times, after });
    },
    forget: () => void planned.splice(0),
    /** Breaks the connections that follow processes; the processes go on. */
    dropStreams: () => dropStreams(),
    /** The streams stay open and say nothing any more. */
    muteStreams() {
      for (const box of boxes.all()) for (const { followers } of box.processes.values()) followers.clear();
    },
    async close() {
      await boxes.close();
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}
