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

/**
 * What a failed job may tell its owner: the code and message of an expected error or of one of the `told` classes,
 * nothing of an unforeseen one.
 */
export function failureOf(
  error: unknown,
  told: readonly (abstract new (...args: never[]) => Error & { code: string })[] = [],
): Failure {
  const known = isExpected(error) || error instanceof JobError || told.some((kind) => error instanceof kind);
  if (known) return { code: (error as { code: string }).code, message: (error as Error).message };
  return { code: 'INTERNAL', message: 'Something went wrong on the server. It has been logged; try again.' };
}

/** A job's failure with a code that its owner may read. */
export class JobError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'JobError';
    this.code = code;
  }
}
