import { migrate } from '#db.ts';
import { type Env, readEnv } from '#env.ts';
import { checkAddress } from '#supervisor/address.ts';
import { type KeptDatabase, keepDatabase } from '#supervisor/keep-database.ts';
import { type KeptProcess, keepRunning } from '#supervisor/keep-running.ts';
import { announceServer, withdrawServer } from '#supervisor/running-server.ts';

const say = (text: string) => process.stdout.write(`${text}\n`);

let env: Env | undefined;
let opening: Promise<KeptDatabase> | undefined;
const processes: KeptProcess[] = [];
let stopped: Promise<void> | undefined;
/** Once the server has found a free one by PORT=0, it keeps it. */
let port: string | undefined;

/** Worker first, so that nothing new is begun, then the server, at last the database under both. */
async function stopAll(): Promise<void> {
  if (env) await withdrawServer(env.DATA_DIR);
  for (const running of processes) await running.stop();
  const database = await opening?.catch(() => undefined);
  await database?.stop();
}

async function endWith(exitCode: number, reason?: string): Promise<void> {
  if (reason) process.stderr.write(`\n${reason}\n`);
  process.exitCode = exitCode;
  stopped ??= stopAll();
  await stopped;
  process.exit(exitCode);
}

function keep(program: 'worker' | 'server', database: KeptDatabase, stopLimitMilliseconds: number) {
  const running = keepRunning({
    program,
    settings: () => ({ DATABASE_URL: database.url(), ...(port ? { PORT: port } : {}) }),
    stopLimitMilliseconds,
    onRestart: (how, delay) => say(`The ${program} ended with ${how}: starting it again in ${delay} ms`),
    onGiveUp: (reason) => void endWith(1, reason),
  });
  processes.push(running);
  return running;
}

async function start(): Promise<void> {
  const startedAt = Date.now();
  const settings = readEnv();
  await checkAddress(settings);
  env = settings;
  say(settings.DATABASE_URL ? 'Connecting to the database of DATABASE_URL' : 'Starting the database');
  opening = keepDatabase({
    env: settings,
    log: say,
    onMoved: () => void Promise.all(processes.map((running) => running.restart())),
  });
  const database = await opening;
  if (stopped) return;
  await migrate(database.url());
  if (stopped) return;
  say('Starting server and worker');
  const worker = keep('worker', database, 15_000);
  const server = keep('server', database, 10_000);
  const [{ url = '' }] = await Promise.all([server.ready, worker.ready]);
  port = new URL(url).port;
  await announceServer(settings.DATA_DIR, url);
  const address = url.replace(/\/$/, '');
  say(
    [
      '',
      `Aliquot is ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`,
      `  Web app     ${address}/`,
      `  Playground  ${address}/graphql`,
      `  API         ${address}/graphql (POST), ${address.replace('http', 'ws')}/graphql`,
      `  Health      ${address}/health/ready`,
      `  Data        ${settings.DATA_DIR}`,
      'Stop it with Ctrl-C.',
      '',
    ].join('\n'),
  );
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stopped) say('\nStopping');
    void endWith(0);
  });
}

start().catch((error: Error) => {
  if (!stopped) void endWith(1, error.message);
});
