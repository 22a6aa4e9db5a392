import { InterruptedError } from '#cli/errors.ts';

export interface Interruption {
  /** Aborted when the user wants to leave. */
  signal: AbortSignal;
  /** While `work` goes on, the first Ctrl-C calls `instead` and only the second one leaves. */
  soften<T>(instead: () => void, work: () => Promise<T>): Promise<T>;
  /** Gives the signals back to the system. */
  release(): void;
}

const leaving = ['SIGTERM', 'SIGHUP'] as const;

/** Makes an orderly end of the signals by which a user or the system stops a command. */
export function watchInterruption(): Interruption {
  const controller = new AbortController();
  let instead: (() => void) | null = null;
  const leave = () => controller.abort(new InterruptedError());
  const onInterrupt = () => {
    const action = instead ?? leave;
    instead = null;
    action();
  };
  process.on('SIGINT', onInterrupt);
  for (const name of leaving) process.on(name, leave);
  return {
    signal: controller.signal,
    async soften(action, work) {
      instead = action;
      try {
        return await work();
      } finally {
        instead = null;
      }
    },
    release() {
      process.off('SIGINT', onInterrupt);
      for (const name of leaving) process.off(name, leave);
    },
  };
}
