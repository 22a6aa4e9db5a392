import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { faultOf, inputTokens, type MessagesBody, type MessagesRequest, tokensIn } from './requests.ts';

export const API_KEY = 'sk-ant-test-0123456789abcdef';
const MODEL = 'claude-sonnet-5';
const SMALLEST_CACHED_PREFIX = 1_024;

/** What a question is answered with. */
export type Scene =
  | {
      text: string;
      stopReason?: string;
      /** Of the answer; else by its length. */
      outputTokens?: number;
      /** A block of thought before the text, which nobody is shown. */
      thinks?: boolean;
      /** Half of the text comes at once, the rest when `finish` is called. */
      waits?: boolean;
    }
  | { status: number; type: string; message?: string; headers?: Record<string, string> }
  /** Half of the text, then an event that tells of an error, a broken connection, or the end of the stream. */
  | { text: string; breaks: 'error-event' | 'connection' | 'end' }
  | 'silence';

type Answer = Extract<Scene, { text: string }>;

export type MessagesServer = Awaited<ReturnType<typeof startMessagesServer>>;

/** Speaks the Messages API of Anthropic as its SDK speaks it, and answers by the book that a test writes. */
export async function startMessagesServer() {
  const requests: MessagesRequest[] = [];
  const scenes: Scene[] = [];
  const cached = new Set<string>();
  const waiting: (() => void)[] = [];
  let count = 0;
  let answerer: ((body: MessagesBody) => Scene) | null = null;
  /** Routes that another server of this API may lack. */
  const lacking = new Set<string>();
  const model = { maxInputTokens: 1_000_000, maxTokens: 128_000, adaptive: true };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    count += 1;
    response.setHeader('request-id', `req_${count}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const fail = (status: number, type: string, message: string, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify({ type: 'error', error: { type, message }, request_id: `req_${count}` }));
    };
    const received: MessagesRequest = {
      path,
      headers: request.headers,
      text,
      body: text ? JSON.parse(text) : {},
    };
    requests.push(received);
    if (request.headers.authorization !== `Bearer ${API_KEY}`)
      return fail(401, 'authentication_error', 'invalid bearer token');
    if ([...lacking].some((route) => path.startsWith(route)))
      return fail(404, 'not_found_error', 'Not found');
    if (path.startsWith('/v1/models/')) {
      if (!path.endsWith(MODEL)) return fail(404, 'not_found_error', `model: ${path.split('/').at(-1)}`);
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify(modelInfo()));
    }
    const fault = faultOf(received);
    if (fault) return fail(400, 'invalid_request_error', fault);
    const { prefix, rest } = inputTokens(received.body);
    if (path === '/v1/messages/count_tokens') {
      response.setHeader('content-type', 'application/json');
      return void response.end(JSON.stringify({ input_tokens: prefix + rest }));
    }
    if (path !== '/v1/messages') return fail(404, 'not_found_error', 'Not found');
    const scene = scenes.shift() ?? answerer?.(received.body);
    if (!scene) return fail(500, 'api_error', 'nothing is planned');
    if (scene === 'silence') return;
    if ('status' in scene) return fail(scene.status, scene.type, scene.message ?? scene.type, scene.headers);
    await stream(response, scene, received.body);
  }

  /** Tokens of a prompt by where they come from. */
  function usageOf(body: MessagesBody) {
    const { prefix, rest } = inputTokens(body);
    const system = JSON.stringify(body.system);
    const isMarked = body.system.some(({ cache_control }) => cache_control);
    if (!isMarked || prefix < SMALLEST_CACHED_PREFIX)
      return { input_tokens: prefix + rest, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
    const isKnown = cached.has(system);
    cached.add(system);
    return {
      input_tokens: rest,
      cache_creation_input_tokens: isKnown ? 0 : prefix,
      cache_read_input_tokens: isKnown ? prefix : 0,
    };
  }

  async function stream(response: ServerResponse, scene: Answer, body: MessagesBody): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    const send = (type: string, data: object = {}) =>
      response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
    const usage = usageOf(body);
    send('message_start', {
      message: {
        ...{ id: `msg_${count}`, type: 'message', role: 'assistant', model: body.model, content: [] },
        ...{ stop_reason: null, stop_sequence: null, usage: { ...usage, output_tokens: 1 } },
      },
    });
    send('ping');
    let index = 0;
    if ('thinks' in scene && scene.thinks) {
      send('content_block_start', {
        index,
        content_block: { type: 'thinking', thinking: '', signature: '' },
      });
      send('content_block_delta', { index, delta: { type: 'signature_delta', signature: 'c2ln' } });
      send('content_block_stop', { index });
      index += 1;
    }
    send('content_block_start', { index, content_block: { type: 'text', text: '' } });
    const half = Math.ceil(scene.text.length / 2);
    const tell = (text: string) => {
      for (const [piece] of text.matchAll(/.{1,200}/gsu))
        send('content_block_delta', { index, delta: { type: 'text_delta', text: piece } });
    };
    tell(scene.text.slice(0, half));
    if ('breaks' in scene) {
      if (scene.breaks === 'error-event')
        send('error', { error: { type: 'overloaded_error', message: 'Overloaded' } });
      if (scene.breaks === 'connection') {
        // what was written reaches the client before the end does
        await new Promise((written) => response.write(': \n\n', written));
        return void response.destroy();
      }
      return void response.end();
    }
    if (scene.waits) await new Promise<void>((finish) => waiting.push(finish));
    tell(scene.text.slice(half));
    send('content_block_stop', { index });
    const output_tokens = scene.outputTokens ?? tokensIn(scene.text);
    const stop_reason = scene.stopReason ?? 'end_turn';
    send('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens } });
    send('message_stop');
    response.end();
  }

  function modelInfo() {
    const can = (supported: boolean) => ({ supported });
    const thinking = { ...can(true), types: { adaptive: can(model.adaptive), enabled: can(false) } };
    return {
      ...{ type: 'model', id: MODEL, display_name: 'Claude Sonnet 5', lifecycle: 'active' },
      ...{ created_at: '2026-06-30T00:00:00Z', line: 'sonnet' },
      ...{ max_input_tokens: model.maxInputTokens, max_tokens: model.maxTokens },
      capabilities: { thinking, effort: { ...can(true), medium: can(true) }, structured_outputs: can(true) },
    };
  }

  const server = createServer((request, response) => {
    // a client that went away in the middle is none of our faults
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    settings: { ANTHROPIC_API_KEY: API_KEY, ANTHROPIC_BASE_URL: url },
    /** Every request, in order. */
    requests,
    /** Questions alone. */
    questions: () => requests.filter(({ path }) => path === '/v1/messages'),
    model,
    lacking,
    /** The next questions are answered so. */
    plan: (...next: Scene[]) => void scenes.push(...next),
    /** Every question beyond the planned ones is answered so. */
    answer: (by: ((body: MessagesBody) => Scene) | null) => {
      answerer = by;
    },
    /** Lets those that wait come to their end. */
    finish: () => {
      for (const finish of waiting.splice(0)) finish();
    },
    forget() {
      requests.length = 0;
      scenes.length = 0;
      answerer = null;
      cached.clear();
      lacking.clear();
      Object.assign(model, { maxInputTokens: 1_000_000, maxTokens: 128_000, adaptive: true });
    },
    async close() {
      for (const finish of waiting.splice(0)) finish();
      server.closeAllConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
    },
  };
}
