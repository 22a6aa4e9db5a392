import { sql } from 'drizzle-orm';
import { fromDrizzle, PgBoss } from 'pg-boss';
import type { Log } from '#log.ts';
import { type JobName, jobCatalogue, type Queue, roundCatalogue } from '#ports/queue.ts';

const HEARTBEAT_SECONDS = 10;
const LOST = 'job.lost';
const jobNames = Object.keys(jobCatalogue) as JobName[];

/**
 * pg-boss on the same database. A job whose worker died is handed out again after its heartbeat has been silent for
 * 10 s; a `monitor` process looks for that every second, and tells when a round begins.
 */
export async function pgBossQueue(options: { url: string; log: Log; monitor: boolean }): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: options.url,
    max: 4,
    useListenNotify: true,
    supervise: options.monitor,
    schedule: options.monitor,
    ...(options.monitor ? { monitorIntervalSeconds: 1, superviseIntervalSeconds: 1 } : {}),
  });
  boss.on('error', (error) => options.log.error({ error: error.message }, 'the queue reports an error'));
  await boss.start();
  await boss.createQueue(LOST, { notify: true, retryLimit: 5, retryDelay: 5 });
  for (const name of jobNames) {
    const { expireSeconds, retries } = jobCatalogue[name];
    await boss.createQueue(name, {
      notify: true,
      retryLimit: retries,
      retryDelay: 0,
      expireInSeconds: expireSeconds,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      deleteAfterSeconds: 86_400,
      deadLetter: LOST,
    });
  }

  return {
    async enqueue(tx, job, id) {
      await boss.send(job, { id, job }, { db: fromDrizzle(tx, sql) });
    },
    async work(handlers, onLost) {
      await boss.work<{ id: string; job: JobName }>(LOST, { pollingIntervalSeconds: 5 }, async ([lost]) => {
        if (lost) await onLost(lost.data.job, lost.data.id);
      });
      for (const name of jobNames) {
        const { handler, concurrency } = handlers[name];
        await boss.work<{ id: string }>(
          name,
          {
            batchSize: 1,
            localConcurrency: concurrency,
            includeMetadata: true,
            pollingIntervalSeconds: 1,
            notifyPollingIntervalSeconds: 1,
            heartbeatRefreshSeconds: 3,
          },
          async ([job]) => {
            if (job) await handler(job.data.id, { attempt: job.retryCount + 1, signal: job.signal });
          },
        );
      }
    },
    async round(name, handler) {
      const { cron, expireSeconds } = roundCatalogue[name];
      await boss.createQueue(name, {
        // one waits at most while one runs
        policy: 'stately',
        retryLimit: 0,
        expireInSeconds: expireSeconds,
        heartbeatSeconds: HEARTBEAT_SECONDS,
        deleteAfterSeconds: 86_400,
      });
      await boss.work(name, { pollingIntervalSeconds: 5, heartbeatRefreshSeconds: 3 }, async () => {
        await handler();
      });
      await boss.schedule(name, cron);
    },
    async close({ graceSeconds = 5 } = {}) {
      await boss.stop({ graceful: true, close: true, timeout: graceSeconds * 1_000 });
    },
  };
}
