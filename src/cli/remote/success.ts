import { CliError } from '#cli/errors.ts';

/** The success of a mutation. @throws CliError with what the server says is wrong. */
export function expectSuccess<
  Result extends { __typename: string },
  Name extends Result['__typename'] & `${string}Success`,
>(result: Result, name: Name): Extract<Result, { __typename: Name }> {
  if (result.__typename === name) return result as Extract<Result, { __typename: Name }>;
  const { code, message, path } = result as Partial<{ code: string; message: string; path: string[] | null }>;
  throw new CliError(code ?? 'BAD_ANSWER', message ?? `The server answers with ${result.__typename}.`, path);
}
