import { NotFoundError, Sandbox as RemoteBox, SandboxError } from '@e2b/code-interpreter';
import { BoxLostError, connection, type E2bAccount, TemplateFaultError } from './account.ts';

/** How long things may take; tests use shorter ones. */
export interface Timings {
  /** A box that nobody keeps alive ends after this. It is renewed at half of it. */
  lifeMilliseconds: number;
  /** A stream that says nothing for so long is opened anew; a living box says something every two seconds. */
  silenceMilliseconds: number;
  /** A box that cannot be reached for so long is given up. */
  patienceMilliseconds: number;
}

export const usualTimings: Timings = {
  lifeMilliseconds: 300_000,
  silenceMilliseconds: 15_000,
  patienceMilliseconds: 60_000,
};

const HEALTH_MILLISECONDS = 5_000;
const KILL_ATTEMPTS = 3;
/** Malformed, of another team, unknown. */
const NO_TEMPLATE = [400, 403, 404];

export type Box = Awaited<ReturnType<typeof openBox>>;

/** A fresh virtual machine without internet, kept alive until `kill`. */
export async function openBox(
  account: E2bAccount,
  template: string,
  metadata: Record<string, string>,
  timings: Timings,
) {
  const timeoutMs = timings.lifeMilliseconds;
  const remote = await RemoteBox.create(template, {
    ...connection(account),
    metadata,
    timeoutMs,
    allowInternetAccess: false,
  }).catch((error: unknown) => {
    if (!(error instanceof SandboxError) || !NO_TEMPLATE.includes(error.statusCode ?? 0)) throw error;
    throw new TemplateFaultError(`no box can be made of the template “${template}” (${error.message})`);
  });
  const lost = new AbortController();
  const keepAlive = setInterval(() => {
    remote.setTimeout(timeoutMs).catch((error: unknown) => {
      // anything else is tried again before the box ends
      if (error instanceof NotFoundError) lost.abort(new BoxLostError('the box has ended'));
    });
  }, timeoutMs / 2);
  keepAlive.unref();

  return {
    remote,
    timings,
    /** Aborted with a BoxLostError once the box is known to be gone. */
    lost: lost.signal,
    async isGone(): Promise<boolean> {
      if (lost.signal.aborted) return true;
      const running = await remote
        .isRunning({ requestTimeoutMs: HEALTH_MILLISECONDS })
        .catch((error: unknown) => !(error instanceof NotFoundError));
      return !running;
    },
    /** Never rejects: a box that cannot be ended now ends with its life. */
    async kill(): Promise<void> {
      clearInterval(keepAlive);
      for (let attempt = 0; attempt < KILL_ATTEMPTS; attempt += 1) {
        const done = await remote.kill().then(
          () => true,
          () => false,
        );
        if (done) return;
      }
    },
  };
}
