import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json as readJson } from 'node:stream/consumers';
import type { Box, Boxes } from './boxes.ts';

/** What the SDK calls the envd of its time. */
const ENVD_VERSION = '0.6.13';

interface Build {
  templateId: string;
  name: string;
  status: 'waiting' | 'building' | 'ready' | 'error';
  asked: Record<string, unknown>;
  steps: { type: string; args: string[] }[];
}

export type Templates = ReturnType<typeof templateShelf>;

/** Templates by name, with the lock that their command names. */
export function templateShelf() {
  const locks = new Map<string, string>();
  const builds = new Map<string, Build>();
  return { locks, builds, uploads: new Map<string, number>(), failBuilds: '' };
}

type Answer = { status: number; body?: unknown; headers?: Record<string, string> };
type Ask = { match: string[]; url: URL; body: unknown; request: IncomingMessage };
type Route = [method: string, path: RegExp, answer: (ask: Ask) => Promise<Answer> | Answer];

const fault = (code: number, message: string): Answer => ({ status: code, body: { code, message } });

/** The control API, as the pinned SDK calls it. */
export function controlApi(boxes: Boxes, templates: Templates, apiKey: string) {
  const told = (box: Box) => ({
    ...{ sandboxID: box.id, templateID: box.template, clientID: '', domain: null, envdVersion: ENVD_VERSION },
    ...{ metadata: box.metadata, state: 'running', cpuCount: 2, memoryMB: 1024, diskSizeMB: 10_240 },
    ...{ startedAt: box.startedAt.toISOString(), endAt: box.endAt.toISOString() },
    allowInternetAccess: box.allowInternetAccess,
  });
  const withBox = (id: string | undefined, answer: (box: Box) => Answer): Answer => {
    const box = boxes.get(id ?? '');
    return box ? answer(box) : fault(404, `sandbox "${id}" doesn't exist or you don't have access to it`);
  };

  const routes: Route[] = [
    [
      'POST',
      /^\/v2\/sandboxes$/,
      async ({ body }) => {
        const asked = body as {
          templateID: string;
          timeout?: number;
          metadata?: Record<string, string>;
          allow_internet_access?: boolean;
        };
        const lock = templates.locks.get(asked.templateID);
        if (lock === undefined) return fault(404, `template '${asked.templateID}' not found`);
        const box = await boxes.create({
          ...{ template: asked.templateID, lock, metadata: asked.metadata ?? {} },
          allowInternetAccess: asked.allow_internet_access ?? true,
          seconds: asked.timeout ?? 300,
        });
        return { status: 201, body: { ...told(box), envdAccessToken: box.token } };
      },
    ],
    [
      'GET',
      /^\/v2\/sandboxes$/,
      ({ url }) => {
        const wanted = new URLSearchParams(url.searchParams.get('metadata') ?? '');
        const pairs = [...wanted].map(([key, value]) => [decodeURIComponent(key), decodeURIComponent(value)]);
        const found = boxes
          .all()
          .filter(({ metadata }) => pairs.every(([key = '', value]) => metadata[key] === value));
        const limit = Number(url.searchParams.get('limit') ?? 100);
        const from = Number(url.searchParams.get('nextToken') ?? 0);
        const next = from + limit < found.length ? { 'x-next-token': String(from + limit) } : undefined;
        return {
          status: 200,
          body: found.slice(from, from + limit).map(told),
          ...(next ? { headers: next } : {}),
        };
      },
    ],
    [
      'POST',
      /^\/v2\/sandboxes\/(\w+)\/connect$/,
      ({ match, body }) =>
        withBox(match[1], (box) => {
          boxes.keepAlive(box, (body as { timeout?: number }).timeout ?? 300);
          return { status: 200, body: { ...told(box), envdAccessToken: box.token } };
        }),
    ],
    [
      'GET',
      /^\/sandboxes\/(\w+)$/,
      ({ match }) => withBox(match[1], (box) => ({ status: 200, body: told(box) })),
    ],
    [
      'POST',
      /^\/sandboxes\/(\w+)\/timeout$/,
      ({ match, body }) =>
        withBox(match[1], (box) => {
          boxes.keepAlive(box, (body as { timeout: number }).timeout);
          return { status: 204 };
        }),
    ],
    [
      'DELETE',
      /^\/sandboxes\/(\w+)$/,
      async ({ match }) =>
        (await boxes.end(match[1] ?? '')) ? { status: 204 } : fault(404, 'sandbox not found'),
    ],
    [
      'GET',
      /^\/templates\/aliases\/([\w-]+)$/,
      ({ match: [, name = ''] }) =>
        templates.locks.has(name)
          ? { status: 200, body: { templateID: name, public: false } }
          : fault(404, 'template alias not found'),
    ],
    [
      'POST',
      /^\/v3\/templates$/,
      ({ body }) => {
        const asked = body as { name: string };
        const [buildID, templateId] = [randomUUID(), randomUUID().slice(0, 20)];
        templates.builds.set(buildID, { templateId, name: asked.name, status: 'waiting', asked, steps: [] });
        const told = {
          buildID,
          templateID: templateId,
          public: false,
          names: [asked.name],
          aliases: [asked.name],
        };
        return { status: 202, body: { ...told, tags: ['default'] } };
      },
    ],
    [
      'GET',
      /^\/templates\/([\w-]+)\/files\/(\w+)$/,
      ({ match: [, , hash = ''], request }) => ({
        status: 201,
        body: {
          present: templates.uploads.has(hash),
          url: `http://${request.headers.host}/uploads/${hash}`,
        },
      }),
    ],
    [
      'POST',
      /^\/v2\/templates\/([\w-]+)\/builds\/([\w-]+)$/,
      ({ match: [, , id = ''], body }) => {
        const build = templates.builds.get(id);
        if (!build) return fault(404, 'build not found');
        Object.assign(build, { status: 'building', ...(body as object) });
        return { status: 202 };
      },
    ],
    [
      'GET',
      /^\/templates\/([\w-]+)\/builds\/([\w-]+)\/status$/,
      ({ match: [, templateID, buildID = ''] }) => {
        const build = templates.builds.get(buildID);
        if (!build) return fault(404, 'build not found');
        const { status } = build;
        if (status === 'building') finish(build);
        const reason =
          status === 'error' ? { reason: { message: templates.failBuilds, logEntries: [] } } : {};
        return { status: 200, body: { templateID, buildID, status, logEntries: [], logs: [], ...reason } };
      },
    ],
  ];

  /** Nothing is installed here; the lock that the steps name is what a box of the template will show. */
  function finish(build: Build): void {
    build.status = templates.failBuilds ? 'error' : 'ready';
    const lock = /aliquot-lock=(\w+)/.exec(JSON.stringify(build.steps))?.[1] ?? '';
    if (!templates.failBuilds) templates.locks.set(build.name, lock);
  }

  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> => {
    const send = ({ status, body, headers }: Answer) => {
      const content = body === undefined ? '' : JSON.stringify(body);
      const length = Buffer.byteLength(content);
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(status === 204 ? {} : { 'content-length': length }),
        ...headers,
      });
      response.end(content);
    };
    if (request.headers['x-api-key'] !== apiKey) return send(fault(401, 'Invalid API key'));
    for (const [method, path, answer] of routes) {
      const match = path.exec(url.pathname);
      if (!match || method !== request.method) continue;
      const hasBody = method === 'POST' && request.headers['content-type']?.includes('json');
      const body = hasBody ? await readJson(request) : {};
      return send(await answer({ match: [...match], url, body, request }));
    }
    send(fault(404, `no route for ${request.method} ${url.pathname}`));
  };
}
