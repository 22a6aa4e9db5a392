import type { ServerResponse } from 'node:http';
import { isExpected } from '#errors.ts';
import { newId } from '#ids.ts';
import type { Log } from '#log.ts';
import { StorageError, type StorageErrorCode } from '#ports/storage.ts';

const statusOf: Record<string, number> = {
  ValidationError: 400,
  UnauthorizedError: 401,
  NotFoundError: 404,
  ConflictError: 409,
  QuotaError: 413,
};

/** States that no repetition of the request gets out of. */
const goneCodes = ['LINK_EXPIRED', 'UPLOAD_COMPLETED'];

const statusOfStore: Partial<Record<StorageErrorCode, number>> = {
  TOO_LARGE: 413,
  OBJECT_NOT_FOUND: 404,
  UPLOAD_NOT_FOUND: 404,
  OFFSET_MISMATCH: 409,
  STORAGE_UNREACHABLE: 503,
  SLOW_DOWN: 503,
  STORAGE_FULL: 507,
};

function statusFor(error: unknown): number {
  if (error instanceof StorageError) return statusOfStore[error.code] ?? 502;
  if (!isExpected(error)) return 500;
  return goneCodes.includes(error.code) ? 410 : (statusOf[error.name] ?? 500);
}

/** A failure as RFC 9457 has it; what was not expected is logged and told by its number alone. */
export function problemOf(error: unknown, log: Log): { status: number; body: string } {
  const requestId = newId();
  const status = statusFor(error);
  const isOfStore = error instanceof StorageError;
  const told = isExpected(error) || isOfStore;
  if (!told) log.error({ err: error, requestId }, 'a request failed');
  if (isOfStore && status >= 500) log.warn({ err: error, requestId }, 'the store failed');
  const { code, message } = told
    ? error
    : { code: 'INTERNAL', message: 'Something went wrong on the server.' };
  const retryable = isExpected(error) ? error.retryable : status >= 500;
  // a body is the input itself
  const path = isExpected(error)
    ? (error.path?.filter((part, at) => at > 0 || part !== 'input') ?? null)
    : null;
  return {
    status,
    body: JSON.stringify({ status, title: message, code, message, path, retryable, requestId }),
  };
}

/** Answers with a problem and reads nothing more of this connection. */
export function answerProblem(response: ServerResponse, error: unknown, log: Log): void {
  const { status, body } = problemOf(error, log);
  response.writeHead(status, { 'content-type': 'application/problem+json', connection: 'close' }).end(body);
}
