import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { CliError, ConnectionError, connectionReason } from '#cli/errors.ts';
import { authorization, backOff, type Connection } from '#cli/remote/connection.ts';

const answerLimitMilliseconds = 60_000;
const attemptLimit = 8;

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string; requestId?: string } }[];
  /** Of an answer that is no GraphQL, such as a refusal. */
  code?: string;
  message?: string;
}

/**
 * Asks the server once, and again when the connection fails: every operation of this client may be repeated, those
 * that make something carry an idempotency key.
 * @throws CliError with the code of the answer.
 */
export async function request<Data, Variables>(
  connection: Connection,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const body = JSON.stringify({ query: print(document), variables });
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask<Data>(connection, body);
    } catch (error) {
      connection.signal.throwIfAborted();
      if (!(error instanceof ConnectionError) || attempt === attemptLimit) throw error;
      await backOff(attempt, connection.signal);
    }
  }
}

async function ask<Data>(connection: Connection, body: string): Promise<Data> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${connection.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        'x-aliquot-client': 'cli',
        ...authorization(connection),
      },
      body,
      signal: AbortSignal.any([connection.signal, AbortSignal.timeout(answerLimitMilliseconds)]),
    });
    text = await response.text();
  } catch (error) {
    throw new ConnectionError(`The connection to ${connection.url} failed: ${connectionReason(error)}`, {
      cause: error,
    });
  }
  if ([502, 503, 504].includes(response.status)) {
    throw new ConnectionError(`${connection.url} answers with HTTP ${response.status}.`);
  }
  return read<Data>(response.status, text);
}

function read<Data>(status: number, text: string): Data {
  const answer = parse<Answer<Data>>(text);
  const [error] = answer?.errors ?? [];
  if (error) {
    const { code = 'GRAPHQL_ERROR', requestId } = error.extensions ?? {};
    throw new CliError(code, requestId ? `${error.message} (request ${requestId})` : error.message);
  }
  if (answer?.data) return answer.data;
  throw new CliError(
    answer?.code ?? 'BAD_ANSWER',
    answer?.message ?? `The server answers with HTTP ${status}.`,
  );
}

function parse<Value>(text: string): Value | null {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return null;
  }
}
