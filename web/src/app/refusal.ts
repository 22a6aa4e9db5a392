export type Refusal = { code: string; message: string };

/** Why a mutation was refused, or why there is no answer to it. */
export function refusalOf(result: object | undefined, error: Error | undefined): Refusal {
  const { code = 'SERVER_UNREACHABLE', message = error?.message ?? 'The server gave no answer.' } = (result ??
    {}) as Partial<Refusal>;
  return { code, message };
}

export const messageOf = (result: object | undefined, error: Error | undefined): string =>
  refusalOf(result, error).message;
