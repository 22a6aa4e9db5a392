import { sql } from 'drizzle-orm';
import { fromDrizzle, PgBoss } from 'pg-boss';
import type { Log } from '#log.ts';
import { type JobContext, type JobName, jobCatalogue, type Queue } from '#ports/queue.ts';

const HEARTBEAT_SECONDS = 10;
const jobNames = Object.keys(jobCatalogue) as JobName[];

/**
 * pg-boss on the same database. A job whose worker died is handed out again after its heartbeat has been silent for
 * 10 s; a `monitor` process looks for that every second.
 */
export async function pgBossQueue(options: { url: string; log: Log; monitor: boolean }): Promise<Queue> {
  const boss = new PgBoss({
    connectionString: options.url,
    max: 4,
    useListenNotify: true,
    supervise: options.monitor,
    schedule: false,
    ...(options.monitor ? { monitorIntervalSeconds: 1, superviseIntervalSeconds: 1 } : {}),
  });
  boss.on('error', (error) => options.log.error({ error: error.message }, 'the queue reports an error'));
  await boss.start();
  for (const name of jobNames) {
    const { expireSeconds, retries } = jobCatalogue[name];
    await boss.createQueue(name, {
      notify: true,
      retryLimit: retries,
      retryDelay: 0,
      expireInSeconds: expireSeconds,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      deleteAfterSeconds: 86_400,
    });
  }

  return {
    async enqueue(tx, job, id) {
      await boss.send(job, { id }, { db: fromDrizzle(tx, sql) });
    },
    async work(handlers) {
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
            if (job) await handler(job.data.id, contextOf(name, job));
          },
        );
      }
    },
    async close({ graceSeconds = 5 } = {}) {
      await boss.stop({ graceful: true, close: true, timeout: graceSeconds * 1_000 });
    },
  };
}

function contextOf(name: JobName, job: { retryCount: number; signal: AbortSignal }): JobContext {
  return {
    attempt: job.retryCount + 1,
    lastAttempt: job.retryCount >= jobCatalogue[name].retries,
    signal: job.signal,
  };
}
