import { databaseUrl } from './adapters/database/embedded.ts';
import { createApp, openPorts } from './app.ts';
import { migrate } from './db.ts';
import { readEnv } from './env.ts';
import { createLog } from './log.ts';
import { listen } from './server/http.ts';
import { onStop } from './stop.ts';

const env = readEnv();
const log = createLog({ level: env.LOG_LEVEL, name: 'server' });
const database = await databaseUrl(env, (message) => log.info(message));
await migrate(database.url);
const ports = await openPorts({ env, databaseUrl: database.url, log, monitor: true });
let url = '';
const app = await createApp(ports, () => url);
const server = await listen(ports, app, (address) => {
  url = address;
});
onStop(10_000, async () => {
  await server.close();
  await ports.close(0);
  await database.stop();
});
log.info({ url }, 'listening');
process.send?.({ ready: true, url });
