import {
  AuthenticationError,
  BuildError,
  type ConnectionOpts,
  NotEnoughSpaceError,
  RateLimitError,
  SandboxError,
  ServiceBusyError,
  TimeoutError,
} from '@e2b/code-interpreter';
import { type SandboxFault, SandboxUnavailableError } from '#ports/sandbox.ts';

/** Whose boxes, and where they are: E2B itself or an installation of one's own. */
export interface E2bAccount {
  apiKey: string;
  /** For a self-hosted E2B; default `e2b.app`. */
  domain?: string | undefined;
  /** Of the control API; default `https://api.<domain>`. */
  apiUrl?: string | undefined;
  /** One address for all boxes; default: each has its own below the domain. */
  sandboxUrl?: string | undefined;
  /** How long a request may take until it is answered; default 30 s. Streams have their own limits. */
  answerMilliseconds?: number;
}

const ANSWER_MILLISECONDS = 30_000;

/** What every call of the SDK gets, so that it takes nothing from the environment. */
export function connection(account: E2bAccount): ConnectionOpts {
  const { apiKey, domain, apiUrl, sandboxUrl } = account;
  return {
    apiKey,
    debug: false,
    requestTimeoutMs: account.answerMilliseconds ?? ANSWER_MILLISECONDS,
    ...(domain ? { domain } : {}),
    ...(apiUrl ? { apiUrl } : {}),
    ...(sandboxUrl ? { sandboxUrl } : {}),
  };
}

/** The box ended, or cannot be reached any more, while there was a job in it. */
export class BoxLostError extends Error {}

/** The template of the box has not what jobs need. */
export class TemplateFaultError extends Error {}

/** The error as the port tells it, with what its reader can do. */
export function toldAs(error: unknown, doing: string): unknown {
  if (error instanceof SandboxUnavailableError) return error;
  const told = (code: SandboxFault, message: string) =>
    new SandboxUnavailableError(`E2B: ${doing}: ${message}`, code, { cause: error });
  if (error instanceof BoxLostError)
    return told(
      'SANDBOX_LOST',
      `${error.message}. Start the job again; if this repeats, look at E2B's status.`,
    );
  if (error instanceof TemplateFaultError)
    return told('SANDBOX_UNAVAILABLE', `${error.message}. Build it: npx aliquot sandbox publish`);
  if (error instanceof AuthenticationError)
    return told(
      'SANDBOX_UNAUTHORIZED',
      'the key is not accepted. Check E2B_API_KEY, and E2B_DOMAIN for its place.',
    );
  if (error instanceof RateLimitError)
    return told(
      'SANDBOX_QUOTA',
      `the account's limit is reached. End other boxes, lower TRAINING_CONCURRENCY or raise the limit. ${reasonOf(error)}`,
    );
  if (error instanceof NotEnoughSpaceError)
    return told('SANDBOX_QUOTA', "the disk of the template's boxes is too small for this data.");
  if (error instanceof TimeoutError || error instanceof ServiceBusyError || isTimeout(error))
    return told('SANDBOX_TIMEOUT', 'it did not answer in time. Try again; look at the status of E2B.');
  if (error instanceof BuildError)
    return told('SANDBOX_UNAVAILABLE', `it could not be built: ${error.message}`);
  if (error instanceof SandboxError || isUnreachable(error))
    return told(
      'SANDBOX_UNAVAILABLE',
      `${reasonOf(error)}. Check E2B_API_URL, E2B_SANDBOX_URL and E2B_DOMAIN.`,
    );
  return error;
}

/** Whether another box could have more luck. */
export function isPassing(error: unknown): boolean {
  if (error instanceof RateLimitError || error instanceof NotEnoughSpaceError) return false;
  return (
    error instanceof BoxLostError || error instanceof SandboxError || isTimeout(error) || isUnreachable(error)
  );
}

const isTimeout = (error: unknown) => error instanceof DOMException && error.name === 'TimeoutError';

/** `fetch` tells every fault of the network as a TypeError with the reason in its cause. */
const isUnreachable = (error: unknown) =>
  error instanceof TypeError && /fetch|terminated/.test(error.message);

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
