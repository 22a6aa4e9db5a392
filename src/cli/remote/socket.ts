import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { CliError, ConnectionError } from '#cli/errors.ts';
import { authorization, type Connection } from '#cli/remote/connection.ts';

const pingMilliseconds = 10_000;
const pongLimitMilliseconds = 10_000;
const acknowledgementLimitMilliseconds = 10_000;

/** A WebSocket for subscriptions; one that no longer answers is ended, opening another is left to the caller. */
export function openSocket(connection: Connection): Client {
  let pongTimer: NodeJS.Timeout | undefined;
  const client = createClient({
    url: `${connection.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: authorization(connection),
    connectionAckWaitTimeout: acknowledgementLimitMilliseconds,
    keepAlive: pingMilliseconds,
    retryAttempts: 0,
    on: {
      ping: (received) => {
        if (!received) pongTimer = setTimeout(() => client.terminate(), pongLimitMilliseconds);
      },
      pong: (received) => {
        if (received) clearTimeout(pongTimer);
      },
      closed: () => clearTimeout(pongTimer),
    },
  });
  return client;
}

/** WebSocket close codes of graphql-ws that another attempt may get round, with all below 4400. */
const passingCodes = [4408, 4499, 4500, 4504];

/** What a subscription ended with, as an error of ours: a ConnectionError where it is worth another attempt. */
export function socketFault(fault: unknown): Error {
  if (fault instanceof CliError) return fault;
  if (Array.isArray(fault)) return refusal(fault[0]);
  const { code, reason, message } = fault as { code?: unknown; reason?: string; message?: string };
  if (code === 4403) return new CliError('SIGN_IN_REQUIRED', 'The server does not know this token: --token');
  if (typeof code === 'number' && code >= 4400 && !passingCodes.includes(code)) {
    return new CliError('SUBSCRIPTION_REFUSED', `${reason} (WebSocket ${code})`);
  }
  if (message && /Unexpected server response: 4\d\d/.test(message)) {
    return new CliError('SUBSCRIPTION_REFUSED', message);
  }
  return new ConnectionError(`The connection was lost (${message || reason || code}).`);
}

const passingErrors = ['INTERNAL_SERVER_ERROR', 'INTERNAL'];

function refusal(error: { message: string; extensions?: { code?: unknown } }): CliError {
  const code = String(error.extensions?.code ?? 'SUBSCRIPTION_REFUSED');
  return passingErrors.includes(code)
    ? new ConnectionError(error.message)
    : new CliError(code, error.message);
}
