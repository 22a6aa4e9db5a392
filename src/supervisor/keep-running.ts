import { setTimeout as sleep } from 'node:timers/promises';
import { type Child, type ReadyMessage, startChild } from '#supervisor/child.ts';

export interface KeptProcess {
  ready: Promise<ReadyMessage>;
  /** Ends the process; another one takes its place, unless `stop` was called. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface KeepRunningOptions {
  program: 'server' | 'worker';
  /** Asked at each start: the database may have moved, the port has been found. */
  settings: () => Record<string, string>;
  stopLimitMilliseconds: number;
  onRestart: (how: string, delayMilliseconds: number) => void;
  onGiveUp: (reason: string) => void;
}

const firstDelayMilliseconds = 500;
const longestDelayMilliseconds = 15_000;
const steadyAfterMilliseconds = 60_000;
const attemptLimit = 8;

/**
 * Keeps one process running. The first start must succeed; one that dies later is started again, after delays that
 * grow until it has run steadily for a while.
 */
export function keepRunning(options: KeepRunningOptions): KeptProcess {
  let stopping = false;
  let child: Child = startChild(options.program, options.settings());
  const { ready } = child;
  const wakeUp = new AbortController();

  const watch = async () => {
    await ready;
    let attempts = 0;
    while (!stopping) {
      const startedAt = Date.now();
      const how = await child.ended;
      await child.stop(0);
      if (stopping) return;
      attempts = Date.now() - startedAt > steadyAfterMilliseconds ? 1 : attempts + 1;
      if (attempts > attemptLimit) {
        options.onGiveUp(`The ${options.program} ended ${attempts} times in a row, at last with ${how}.`);
        return;
      }
      const delay = Math.min(firstDelayMilliseconds * 2 ** (attempts - 1), longestDelayMilliseconds);
      options.onRestart(how, delay);
      await sleep(delay, undefined, { signal: wakeUp.signal }).catch(() => undefined);
      if (!stopping) child = startChild(options.program, options.settings());
    }
  };
  watch().catch(() => undefined);

  const stop = async () => {
    stopping = true;
    wakeUp.abort();
    await child.stop(options.stopLimitMilliseconds);
  };
  return { ready, restart: () => child.stop(options.stopLimitMilliseconds), stop };
}
