/** Does what `start` starts at once; where one part fails, the others are stopped and waited for before it is told. */
export async function together<Results extends unknown[]>(
  signal: AbortSignal,
  start: (signal: AbortSignal) => { [Part in keyof Results]: Promise<Results[Part]> },
): Promise<Results> {
  const broken = new AbortController();
  const parts = start(AbortSignal.any([signal, broken.signal]));
  try {
    return (await Promise.all(parts)) as Results;
  } catch (error) {
    broken.abort();
    await Promise.allSettled(parts);
    throw error;
  }
}
