import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** The Connect protocol in JSON, as far as envd's services need it. */
export type RpcCode = 'not_found' | 'invalid_argument' | 'unimplemented';

export class RpcError extends Error {
  readonly code: RpcCode;

  constructor(code: RpcCode, message: string) {
    super(message);
    this.code = code;
  }
}

const HEADER_BYTES = 5;
const END_OF_STREAM = 2;
const statusOf = { not_found: 404, invalid_argument: 400, unimplemented: 404 };

export async function unary<Ask>(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (ask: Ask) => object | Promise<object>,
): Promise<void> {
  const send = (status: number, body: object) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  try {
    send(200, await answer(JSON.parse((await buffer(request)).toString('utf8'))));
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    send(statusOf[error.code], { code: error.code, message: error.message });
  }
}

/** Reads the one message of the request; what `begin` sends goes out in envelopes until it ends the stream. */
export async function serverStream<Ask>(
  request: IncomingMessage,
  response: ServerResponse,
  begin: (ask: Ask, send: (message: object) => void, end: () => void) => () => void,
): Promise<void> {
  const body = await buffer(request);
  const ask = JSON.parse(body.subarray(HEADER_BYTES).toString('utf8')) as Ask;
  response.writeHead(200, { 'content-type': 'application/connect+json' });
  const end = (error?: RpcError) => {
    response.end(
      envelope(END_OF_STREAM, error ? { error: { code: error.code, message: error.message } } : {}),
    );
  };
  try {
    const leave = begin(ask, (message) => response.write(envelope(0, message)), end);
    response.once('close', leave);
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    end(error);
  }
}

function envelope(flags: number, message: object): Buffer {
  const content = Buffer.from(JSON.stringify(message));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt8(flags);
  header.writeUInt32BE(content.length, 1);
  return Buffer.concat([header, content]);
}
