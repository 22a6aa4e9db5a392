import { databaseUrl } from './adapters/database/embedded.ts';
import { createApp, openPorts } from './app.ts';
import { migrate } from './db.ts';
import { readEnv } from './env.ts';
import { jobsOfDomains } from './jobs-of-domains.ts';
import { createLog } from './log.ts';
import { onStop } from './stop.ts';

/** A training does not end in so little time: it is handed back and goes on elsewhere. */
const GRACE_SECONDS = 2;

const env = readEnv();
const log = createLog({ level: env.LOG_LEVEL, name: 'worker' });
const database = await databaseUrl(env, (message) => log.info(message));
await migrate(database.url);
const ports = await openPorts({ env, databaseUrl: database.url, log, monitor: true });
const app = await createApp(ports, () => `http://127.0.0.1:${env.PORT}`);
const { handlers, onLost, maintain } = jobsOfDomains(ports, app);
await ports.queue.work(handlers, onLost);
await ports.queue.round('maintenance', () => maintain());
onStop((GRACE_SECONDS + 5) * 1_000, async () => {
  await ports.close(GRACE_SECONDS);
  await database.stop();
});
log.info('taking jobs');
process.send?.({ ready: true });
ports.sandbox.warm().catch((error: Error) => log.error({ err: error }, 'the sandbox cannot be used'));
