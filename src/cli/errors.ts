/** Something that the user should read as `CODE: message`; the command ends with 1. */
export class CliError extends Error {
  readonly code: string;
  readonly path: string[] | null;

  constructor(code: string, message: string, path: string[] | null = null, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.code = code;
    this.path = path;
  }
}

/** The connection failed, not the request: the same may succeed in a moment. */
export class ConnectionError extends CliError {
  constructor(message: string, options?: ErrorOptions) {
    super('SERVER_UNREACHABLE', message, null, options);
    this.name = 'ConnectionError';
  }
}

/** The command line cannot be understood; the command ends with 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** The user does not want to wait any longer; the command ends with 130. */
export class InterruptedError extends Error {
  constructor() {
    super('Interrupted');
    this.name = 'InterruptedError';
  }
}

/** As an error is shown: code, message and where in the input it is. */
export function describeError(error: unknown): string {
  if (!(error instanceof CliError)) return error instanceof Error ? error.message : String(error);
  const place = error.path && error.path.length > 0 ? ` (at ${error.path.join('.')})` : '';
  return `${error.code}: ${error.message}${place}`;
}

/** The reason that a failed connection gives, such as ECONNREFUSED. */
export function connectionReason(error: unknown): string {
  const { cause, code, message } = error as { cause?: unknown; code?: string; message?: string };
  if (cause instanceof Error) return connectionReason(cause);
  return code ?? message ?? String(error);
}

/** The same for programs: what `--json` prints in the place of a result. */
export function errorDocument(error: unknown): object {
  if (error instanceof CliError) return { code: error.code, message: error.message, path: error.path };
  return { code: error instanceof Error ? error.name : 'Error', message: describeError(error), path: null };
}
