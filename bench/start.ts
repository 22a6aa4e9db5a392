/** How long it takes until the database answers and until the whole server is ready: `npm run bench`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbeddedDatabase } from '#adapters/database/embedded.ts';
import { readEnv } from '#env.ts';

const rounds = 5;
const readyLimitMilliseconds = 60_000;
const cacheDirectory = readEnv().CACHE_DIR;
const measured = new Map<string, number[]>();

async function measure<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const since = performance.now();
  const result = await work();
  measured.set(name, [...(measured.get(name) ?? []), performance.now() - since]);
  return result;
}

async function measureDatabase(dataDirectory: string): Promise<void> {
  const open = () => openEmbeddedDatabase({ dataDirectory, cacheDirectory });
  await (await measure('database, new directory', open)).stop();
  const owner = await measure('database, stopped before', open);
  await measure('database, running already', open);
  await measure('database, stop', () => owner.stop());
}

async function measureStart(dataDirectory: string): Promise<void> {
  for (const name of ['everything, new directory', 'everything, second start']) {
    const child = await measure(name, () => startAll(dataDirectory));
    await measure('everything, stop', async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    });
  }
}

async function startAll(dataDirectory: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['bin/aliquot.mjs', 'start'], {
    env: { ...process.env, DATA_DIR: dataDirectory, PORT: '0', DATABASE_URL: '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const deadline = Date.now() + readyLimitMilliseconds;
  while (!(await exists(join(dataDirectory, 'server.json')))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('The server did not start.');
    await sleep(5);
  }
  return child;
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

for (let round = 0; round < rounds; round++) {
  for (const run of [measureDatabase, measureStart]) {
    const directory = await mkdtemp(join(tmpdir(), 'aliquot-bench-'));
    await run(directory);
    await rm(directory, { recursive: true, force: true });
  }
}

for (const [name, times] of measured) {
  const sorted = times.toSorted((one, other) => one - other);
  const [least = 0, median = 0] = [sorted[0], sorted[Math.floor(sorted.length / 2)]];
  process.stdout.write(`${name.padEnd(30)} least ${least.toFixed(0)} ms, median ${median.toFixed(0)} ms\n`);
}
