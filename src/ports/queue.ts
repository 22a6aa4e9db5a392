import type { Tx } from '#db.ts';

/** Work that outlives the request, one name each; the payload is the id of the row that the job is about. */
export const jobCatalogue = {
  'dataset.ingest': { expireSeconds: 3_600, retries: 2 },
  'analysis.perform': { expireSeconds: 7_200, retries: 2 },
  'preprocessing.perform': { expireSeconds: 3_600, retries: 2 },
  'preprocessing.measure': { expireSeconds: 7_200, retries: 1 },
  'experiment.run': { expireSeconds: 86_000, retries: 2 },
  'prediction.perform': { expireSeconds: 7_200, retries: 2 },
  'verification.perform': { expireSeconds: 86_000, retries: 1 },
} as const satisfies Record<string, { expireSeconds: number; retries: number }>;

export type JobName = keyof typeof jobCatalogue;
/** Work that comes round by itself: when, in the five fields of cron, in UTC. */
export const roundCatalogue = {
  maintenance: { cron: '*/5 * * * *', expireSeconds: 3_600 },
} as const satisfies Record<string, { cron: string; expireSeconds: number }>;

export type RoundName = keyof typeof roundCatalogue;

/** `attempt` counts from 1; above 1 an earlier worker was lost in the middle. `signal` aborts when the claim is lost. */
export type JobContext = { attempt: number; signal: AbortSignal };
export type JobHandler = (id: string, context: JobContext) => Promise<void>;

/**
 * A durable queue. A job is enqueued in the transaction that changes its row, runs at least once, and is given to
 * another worker within some seconds when its own is lost: handlers find out from the row what is left to do.
 */
export interface Queue {
  enqueue(tx: Tx, job: JobName, id: string): Promise<void>;
  /**
   * Starts taking jobs, `concurrency` at a time for each name. A job that lost its worker at every attempt is given to
   * `onLost` instead, once.
   */
  work(
    handlers: Record<JobName, { handler: JobHandler; concurrency: number }>,
    onLost: (job: JobName, id: string) => Promise<void>,
  ): Promise<void>;
  /** Takes part in the rounds: each falls to one process of all, and not before the one before it has ended. */
  round(name: RoundName, handler: () => Promise<unknown>): Promise<void>;
  /** Stops taking jobs, waits for the running ones up to `graceSeconds`, then hands them back. */
  close(options?: { graceSeconds?: number }): Promise<void>;
}
