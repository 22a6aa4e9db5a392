/**
 * `aliquot upload` and the server, both killed by SIGKILL in the middle of an upload, then called again:
 * `upload-kills.ts [rounds] [mebibytes]`
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { openEmbeddedDatabase } from '#adapters/database/embedded.ts';
import { readEnv } from '#env.ts';
import { randomTable } from '../test/api/upload-client.ts';
import { installation } from '../test/flow/installation.ts';

const ROUNDS = Number(process.argv[2] ?? 20);
const BYTES = Number(process.argv[3] ?? 24) * 1024 ** 2;
const SEND_MILLISECONDS = 400;

const directory = await mkdtemp(join(tmpdir(), 'aliquot-drill-'));
const database = await openEmbeddedDatabase({
  dataDirectory: directory,
  cacheDirectory: readEnv().CACHE_DIR,
});
const sql = postgres(database.url, { max: 1, onnotice: () => {} });
const place = await installation(database.url);
const port = await freePort();
let server = await place.server(port);
await place.worker();
const file = join(directory, 'table.csv');

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: free } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return free;
}

function upload(): { child: ChildProcess; ended: Promise<{ code: number | null; output: string }> } {
  const command = ['--import', 'tsx', 'src/cli/main.ts', 'upload', file, '--json', '--server', server.url];
  const child = spawn(process.execPath, command, {
    env: { ...process.env, XDG_STATE_HOME: join(directory, 'state') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  return { child, ended: once(child, 'close').then(([code]) => ({ code, output })) };
}

/** Unfinished uploads in the store. */
async function incoming(): Promise<string[]> {
  return readdir(join(place.directory, 'files', '.incoming')).catch(() => []);
}

let whole = 0;
for (let round = 1; round <= ROUNDS; round++) {
  const content = randomTable(BYTES);
  const sha256 = createHash('sha256').update(content).digest('hex');
  await writeFile(file, content);
  const first = upload();
  while ((await incoming()).length === 0 && first.child.exitCode === null) await sleep(5);
  await sleep(Math.random() * SEND_MILLISECONDS);
  if (round % 3 !== 0) first.child.kill('SIGKILL');
  if (round % 3 !== 1) {
    await server.end('SIGKILL');
    server = await place.server(port);
  }
  const before = await first.ended;
  const last = before.code === 0 ? before : await upload().ended;
  const [row] = await sql`select status, sha256 from dataset order by created_at desc limit 1`;
  const isWhole = last.code === 0 && row?.status === 'READY' && row.sha256 === sha256;
  if (isWhole) whole++;
  else console.log(`round ${round}: ${last.code} ${JSON.stringify(row)} ${last.output.slice(-300)}`);
}
const [{ datasets = 0 } = {}] = await sql`select count(*)::int as datasets from dataset`;
const left = await incoming();
console.log(
  `${whole} of ${ROUNDS} arrived whole and were read, as ${datasets} datasets; left unfinished: ${left.length}`,
);
await sql.end();
await place.close();
await database.stop();
await rm(directory, { recursive: true, force: true });
process.exit(whole === ROUNDS && left.length === 0 ? 0 : 1);
