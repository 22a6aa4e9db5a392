import type { Locker } from '@tus/server';

const WAIT_MILLISECONDS = 15_000;

/** Told to a request that could not get its turn; the library answers with these two. */
const locked = () =>
  Object.assign(new Error('locked'), {
    status_code: 423,
    body: 'Another request of this upload is still being ended. Try again.\n',
  });

/**
 * One request at a time for each upload of this process. A newcomer asks the holder to stop, since that is mostly a
 * connection which its client has lost; between processes the offset of the store decides.
 */
export function tusLocks(): Locker {
  const held = new Map<string, { stop: () => unknown; freed: Promise<void> }>();

  return {
    newLock(id) {
      let free = () => {};
      return {
        async lock(signal, stop) {
          const patience = AbortSignal.any([signal, AbortSignal.timeout(WAIT_MILLISECONDS)]);
          for (let holder = held.get(id); holder; holder = held.get(id)) {
            holder.stop();
            await Promise.race([holder.freed, abortOf(patience)]);
            if (patience.aborted) throw locked();
          }
          const freed = new Promise<void>((resolve) => {
            free = resolve;
          });
          held.set(id, { stop, freed });
        },
        async unlock() {
          held.delete(id);
          free();
        },
      };
    },
  };
}

const abortOf = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
