import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive } from '#adapters/database/process-facts.ts';
import { findRunningServer } from '#supervisor/running-server.ts';
import {
  askName,
  commandLine,
  npmStart,
  pressCtrlC,
  processTree,
  type Started,
  waitUntilReady,
} from './start-fixture.ts';

describe('npm start', { timeout: 150_000 }, () => {
  let dataDirectory: string;
  let all: Started[];

  const start = (port?: number) => {
    const started = npmStart(dataDirectory, port);
    all.push(started);
    return started;
  };

  beforeEach(async () => {
    all = [];
    dataDirectory = await mkdtemp(join(tmpdir(), 'aliquot-start-'));
  });

  afterEach(async () => {
    for (const started of all) await pressCtrlC(started);
    await rm(dataDirectory, { recursive: true, force: true });
  });

  const bringsBackWhatIsKilled = async (url: string, supervisor: number) => {
    for (const program of ['src/worker.ts', 'src/server.ts']) {
      const [killed = 0] = await processesOf(supervisor, program);
      process.kill(killed, 'SIGKILL');
      await until(async () => (await processesOf(supervisor, program)).some((one) => one !== killed));
    }
    const database = await postmaster(dataDirectory);
    process.kill(database, 'SIGKILL');
    await until(async () => ![0, database].includes(await postmaster(dataDirectory)));
    await until(async () => (await askName(url).catch(() => null)) !== null);
    expect(await askName(url)).toEqual({ data: { __typename: 'Query' } });
  };

  test('starts in a new directory, answers, survives its parts, and leaves nothing behind after Ctrl-C', async () => {
    const started = start();
    const { url, pid } = await waitUntilReady(dataDirectory, started);
    expect(await askName(url)).toEqual({ data: { __typename: 'Query' } });
    await bringsBackWhatIsKilled(url, pid);
    const processes = [...(await processTree(started.npm.pid ?? 0)), await postmaster(dataDirectory)];
    expect(processes).toContain(pid);
    expect(started.output()).toContain(`${url}/graphql`);
    await pressCtrlC(started);
    expect(await alive(processes)).toEqual([]);
    expect(await findRunningServer(dataDirectory)).toBeNull();
  });

  test('starts again after everything but the database was killed, with the same database', async () => {
    const first = start();
    const { pid } = await waitUntilReady(dataDirectory, first);
    const database = await postmaster(dataDirectory);
    const spared = [pid, ...(await processTree(database))];
    const others = (await processTree(pid)).filter((one) => !spared.includes(one));
    process.kill(pid, 'SIGKILL');
    await first.ended;
    await until(async () => (await alive(others)).length === 0);
    expect(await findRunningServer(dataDirectory)).toBeNull();
    expect(await isAlive(database)).toBe(true);

    const second = start();
    const { url } = await waitUntilReady(dataDirectory, second);
    expect(await postmaster(dataDirectory)).toBe(database);
    expect(await askName(url)).toEqual({ data: { __typename: 'Query' } });

    const third = start();
    expect(await third.ended).toBe(1);
    expect(third.output()).toContain(`is running already on ${dataDirectory}: ${url}`);

    const elsewhere = npmStart(join(dataDirectory, 'elsewhere'), Number(new URL(url).port));
    expect(await elsewhere.ended).toBe(1);
    expect(elsewhere.output()).toContain('is taken by another Aliquot');

    await pressCtrlC(second);
    expect(await isAlive(database)).toBe(false);
  });

  test('says what to do when the port is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    const started = start(port);
    expect(await started.ended).toBe(1);
    expect(started.output()).toContain(`Port ${port} is taken by another program`);
    expect(started.output()).toContain(`PORT=${port + 1} npm start`);
    holder.close();
  });
});

async function postmaster(dataDirectory: string): Promise<number> {
  const file = join(dataDirectory, 'postgres-18', 'cluster', 'postmaster.pid');
  return Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
}

async function processesOf(root: number, program: string): Promise<number[]> {
  const processes = await processTree(root);
  const commands = await Promise.all(processes.map(commandLine));
  return processes.filter((_, index) => commands[index]?.endsWith(program));
}

async function alive(processes: number[]): Promise<number[]> {
  const states = await Promise.all(processes.map(isAlive));
  return processes.filter((_, index) => states[index]);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 120_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('It did not come to pass within 120 s.');
    await sleep(50);
  }
}
