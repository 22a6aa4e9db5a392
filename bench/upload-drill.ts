/**
 * Uploads over connections that break, to a server that is killed: how many arrive whole, after resuming.
 * `upload-drill.ts [uploads] [file|s3|direct] [seconds between kills]`
 */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbeddedDatabase } from '#adapters/database/embedded.ts';
import { readEnv } from '#env.ts';
import { breakingProxy, sendByTus } from '../test/api/upload-client.ts';
import { connect } from '../test/flow/client.ts';
import { installation, type Running } from '../test/flow/installation.ts';
import { fetchObjectStore, startObjectStore } from '../test/object-store.ts';

const COUNT = Number(process.argv[2] ?? 500);
const WAY = process.argv[3] ?? 'file';
const KILL_SECONDS = Number(process.argv[4] ?? 8);
const AT_ONCE = 8;
const SMALLEST = 1_024;
const LARGEST = 24 * 1024 ** 2;
const ATTEMPTS = 100;
/** A connection lets through so many bytes at most; every other one is not broken. */
const LONGEST_CONNECTION = 8 * 1024 ** 2;

type Part = { number: number; url: string; offset: string; size: string; isStored: boolean };
type Granted = { dataset: { id: string }; upload: { protocol: string; url: string; parts: Part[] | null } };
const selection = '{ dataset { id } upload { protocol url parts { number url offset size isStored } } }';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Again until it works: the server may be down. */
async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await sleep(100 + 50 * attempt);
    }
  }
}

const directory = await mkdtemp(join(tmpdir(), 'aliquot-drill-'));
const database = await openEmbeddedDatabase({
  dataDirectory: directory,
  cacheDirectory: readEnv().CACHE_DIR,
});
const fetched = WAY === 'file' ? null : await fetchObjectStore();
if (fetched && 'reason' in fetched) throw new Error(fetched.reason);
const store = fetched ? await startObjectStore(fetched.program) : null;
const storeProxy = store ? await breakingProxy(store.endpoint) : null;
const more =
  WAY === 'direct' ? `&publicEndpoint=${encodeURIComponent(storeProxy?.url ?? '')}` : '&direct=off';
const place = await installation(database.url, {
  ...(store ? { STORAGE_URL: store.url('drill', more) } : {}),
});
const port = await freePort();
let server: Running = await place.server(port);
const client = connect(server.url);
const proxy = await breakingProxy(server.url);
const tally = { whole: 0, broken: 0, kills: 0, sentBytes: 0, wantedBytes: 0 };
const faults: string[] = [];

function breakSomeConnections(): void {
  for (const each of [proxy, storeProxy]) {
    if (!each || each.breaks.length > 0) continue;
    const limits = [Math.ceil(Math.random() * LONGEST_CONNECTION), Number.POSITIVE_INFINITY];
    each.breaks.push(...limits.map((after) => ({ after, end: 'CUT' as const })));
    tally.broken++;
  }
}

async function sendParts(parts: readonly Part[], content: Buffer): Promise<boolean> {
  for (const { url, offset, size, isStored } of parts) {
    if (isStored) continue;
    breakSomeConnections();
    const body = content.subarray(Number(offset), Number(offset) + Number(size));
    tally.sentBytes += body.length;
    const response = await fetch(url, { method: 'PUT', body: new Uint8Array(body) }).catch(() => null);
    if (!response?.ok) return false;
  }
  return true;
}

async function upload(number: number): Promise<void> {
  const byteSize = Math.round(SMALLEST * (LARGEST / SMALLEST) ** Math.random());
  const content = randomBytes(byteSize);
  tally.wantedBytes += byteSize;
  const protocols = WAY === 'direct' ? ['S3_MULTIPART'] : ['TUS'];
  const input = { fileName: `${number}.csv`, byteSize, protocols, idempotencyKey: `drill-${number}` };
  const request = () => client.mutate<Granted>('requestUpload', input, selection);
  let granted = await insist(request);
  const datasetId = granted.dataset.id;
  for (let attempt = 1; ; attempt++) {
    const { url, parts } = granted.upload;
    breakSomeConnections();
    const isSent = parts
      ? await sendParts(parts, content)
      : (await sendByTus(proxy.through(url), content, {
          retryDelays: [],
          onChunkComplete: (bytes) => void (tally.sentBytes += bytes),
        })) === null;
    if (isSent) break;
    if (attempt === ATTEMPTS) throw new Error(`upload ${number} did not arrive in ${ATTEMPTS} attempts`);
    await sleep(100);
    granted = await insist(() => client.mutate<Granted>('resumeUpload', { datasetId, protocols }, selection));
  }
  await insist(() => client.mutate('completeUpload', { datasetId }, '{ dataset { id } }'));
  const sha256 = await insist(async () => {
    const { node } = await client.query<{ node: { download: { url: string } } }>(
      'query ($id: ID!) { node(id: $id) { ... on Dataset { download { url } } } }',
      { id: datasetId },
    );
    const response = await fetch(node.download.url);
    if (!response.ok) throw new Error(String(response.status));
    return createHash('sha256')
      .update(new Uint8Array(await response.arrayBuffer()))
      .digest('hex');
  });
  if (sha256 !== createHash('sha256').update(content).digest('hex'))
    throw new Error(`upload ${number} differs`);
  tally.whole++;
}

let isOver = false;
async function killAgainAndAgain(): Promise<void> {
  while (!isOver) {
    await sleep(KILL_SECONDS * 1_000 * (0.5 + Math.random()), undefined, { ref: false });
    if (isOver) return;
    await server.end('SIGKILL');
    tally.kills++;
    server = await insist(() => place.server(port));
  }
}

const since = performance.now();
const killing = killAgainAndAgain();
const numbers = Array.from({ length: COUNT }, (_, index) => index);
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let number = numbers.shift(); number !== undefined; number = numbers.shift())
      await upload(number).catch((error: Error) => faults.push(error.message));
  }),
);
isOver = true;
const seconds = (performance.now() - since) / 1_000;
console.log(
  `${WAY}: ${tally.whole} of ${COUNT} arrived whole (${((100 * tally.whole) / COUNT).toFixed(1)} %), ${tally.broken} broken connections, ${tally.kills} kills of the server, ${seconds.toFixed(0)} s`,
);
console.log(
  `${(tally.wantedBytes / 1e6).toFixed(0)} MB of files; ${faults.length === 0 ? 'no faults' : faults.slice(0, 5).join('; ')}`,
);
if (WAY === 'file') {
  const left = await readdir(join(place.directory, 'files', '.incoming'));
  console.log(`${left.length} unfinished files left: ${left.slice(0, 5).join(', ')}`);
}
await Promise.race([killing, sleep(100)]);
await Promise.all([proxy.close(), storeProxy?.close()]);
await place.close();
await store?.stop();
await database.stop();
await rm(directory, { recursive: true, force: true });
process.exit(faults.length === 0 ? 0 : 1);
