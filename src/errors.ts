/** Expected failures. The class is the error's GraphQL type, `code` is the fact, `path` points into the input. */
abstract class ExpectedError extends Error {
  readonly code: string;
  readonly path: string[] | null;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { path?: string[]; retryable?: boolean } = {}) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.path = options.path ?? null;
    this.retryable = options.retryable ?? false;
  }
}

/** The input is wrong and stays wrong until it is changed. */
export class ValidationError extends ExpectedError {}
/** There is no such thing for this viewer: unknown and foreign ids are not told apart. */
export class NotFoundError extends ExpectedError {}
/** The input is fine but does not fit the present state. */
export class ConflictError extends ExpectedError {}
/** A limit of the server or of the account is reached. */
export class QuotaError extends ExpectedError {}
/** Nobody is signed in, or the credential is not valid. */
export class UnauthorizedError extends ExpectedError {}

export const expectedErrors = [ValidationError, NotFoundError, ConflictError, QuotaError, UnauthorizedError];

export function isExpected(error: unknown): error is ExpectedError {
  return error instanceof ExpectedError;
}

/** State of a job that failed after it was accepted: kept on its row, told in its last event. */
export type Failure = { code: string; message: string };

/** What a failed job may tell its owner: the fact of an expected or coded error, nothing of an unforeseen one. */
export function failureOf(error: unknown, fallback: Failure): Failure {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string' && isTold(error)) {
    return { code: error.code, message: error.message };
  }
  return fallback;
}

function isTold(error: Error): boolean {
  return isExpected(error) || ('told' in error && error.told === true);
}

/** A job's failure with a code that its owner may read. */
export class JobError extends Error {
  readonly told = true;
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'JobError';
    this.code = code;
  }
}
