import { setTimeout as wait } from 'node:timers/promises';
import { CliError, ConnectionError, connectionReason } from '#cli/errors.ts';

/** A server to talk to, until the signal says that nobody waits any more. */
export interface Connection {
  /** Without a slash at the end. */
  url: string;
  token: string | null;
  signal: AbortSignal;
}

const firstAnswerMilliseconds = 10_000;
const shortestWaitMilliseconds = 250;
const longestWaitMilliseconds = 5_000;

/** Waits longer after each failure in a row. @throws the reason of the signal when nobody waits any more. */
export async function backOff(failures: number, signal: AbortSignal): Promise<void> {
  const milliseconds = Math.min(shortestWaitMilliseconds * 2 ** (failures - 1), longestWaitMilliseconds);
  await pause(milliseconds, signal);
}

export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
}

export function authorization({ token }: Connection): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** @throws CliError that says what to do when no Aliquot answers there. */
export async function checkServer({ url, signal }: Connection): Promise<void> {
  let response: Response;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(firstAnswerMilliseconds)]);
    response = await fetch(`${url}/health/ready`, { signal: limit });
  } catch (error) {
    signal.throwIfAborted();
    const reason = connectionReason(error);
    throw new ConnectionError(
      `No server answers at ${url} (${reason}). Start one there with \`npm start\`, or leave --server out to use one for this run.`,
      { cause: error },
    );
  }
  const state = (await response.json().catch(() => null)) as { status?: string; database?: string } | null;
  if (response.ok && state?.status) return;
  if (state?.status === 'unavailable') {
    throw new CliError('SERVER_NOT_READY', `${url} cannot reach its database. Look at its log.`);
  }
  if (response.status === 403) throw refusedHost(url, state);
  throw new CliError('NOT_ALIQUOT', `What answers at ${url} is not Aliquot (HTTP ${response.status}).`);
}

function refusedHost(url: string, state: unknown): CliError {
  const { code = 'FORBIDDEN', message = 'The server refuses this address.' } = (state ?? {}) as {
    code?: string;
    message?: string;
  };
  return new CliError(code, `${message} (${url})`);
}
