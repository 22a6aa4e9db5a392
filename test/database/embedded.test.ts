import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openEmbeddedDatabase } from '#adapters/database/embedded.ts';
import { isAlive } from '#adapters/database/process-facts.ts';
import {
  cacheDirectory,
  closedDirectory,
  connect,
  end,
  removeDirectory,
  type Starter,
  startElsewhere,
} from './database-fixture.ts';

const run = promisify(execFile);

describe('the embedded database', { timeout: 120_000 }, () => {
  let dataDirectory: string;
  const starters: Starter[] = [];

  const start = async () => {
    const starter = await startElsewhere(dataDirectory);
    starters.push(starter);
    return starter;
  };

  beforeAll(async () => {
    dataDirectory = await closedDirectory();
  });

  afterAll(async () => {
    for (const { child } of starters) await end(child, 'SIGTERM');
    const database = await openEmbeddedDatabase({ dataDirectory, cacheDirectory });
    await database.stop();
    await removeDirectory(dataDirectory);
  });

  test('starts in a directory that is closed to others, and leaves no process when it is stopped', async () => {
    const starter = await start();
    const sql = connect(starter.url);
    const [facts] = await sql`
      select current_setting('server_encoding') as encoding, current_setting('max_connections') as connections,
        current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
        current_setting('timezone') as timezone, current_setting('fsync') as fsync,
        (select datlocprovider::text from pg_database where datname = current_database()) as provider`;
    await sql.end();
    expect(starter.adopted).toBe(false);
    expect(facts).toEqual({
      encoding: 'UTF8',
      connections: '200',
      addresses: '127.0.0.1',
      sockets: '',
      timezone: 'UTC',
      fsync: 'on',
      provider: 'b',
    });
    await end(starter.child, 'SIGTERM');
    expect(await isAlive(starter.postmaster)).toBe(false);
    const { stdout } = await run('ps', ['-eo', 'pid,ppid,sess,stat,args']);
    const left = stdout
      .split('\n')
      .filter((line) => line.trim().split(/\s+/)[2] === String(starter.postmaster));
    expect(left.filter((line) => !/\sZs?\s/.test(line))).toEqual([]);
  });

  test('keeps the password to itself and asks for it', async () => {
    const starter = await start();
    const password = join(dataDirectory, 'postgres-18', 'password');
    expect((await stat(password)).mode & 0o777).toBe(0o600);
    const sql = connect(starter.url.replace(/:[^:@]+@/, ':wrong@'));
    await expect(sql`select 1`).rejects.toMatchObject({ code: '28P01' });
    await sql.end();
    const hostBasedAccess = join(dataDirectory, 'postgres-18', 'cluster', 'pg_hba.conf');
    expect(await readFile(hostBasedAccess, 'utf8')).not.toMatch(/^[^#].*trust/m);
    await end(starter.child, 'SIGTERM');
  });

  test('is adopted after its owner was killed, and stopped by who adopted it', async () => {
    const first = await start();
    await end(first.child, 'SIGKILL');
    expect(await isAlive(first.postmaster)).toBe(true);
    const second = await start();
    expect(second).toMatchObject({ adopted: true, url: first.url, postmaster: first.postmaster });
    await end(second.child, 'SIGTERM');
    expect(await isAlive(first.postmaster)).toBe(false);
  });

  test('is not stopped by one who only uses it', async () => {
    const owner = await start();
    const guest = await openEmbeddedDatabase({ dataDirectory, cacheDirectory });
    expect(guest).toMatchObject({ adopted: true, url: owner.url });
    await guest.stop();
    expect(await isAlive(owner.postmaster)).toBe(true);
    await end(owner.child, 'SIGTERM');
    expect(await isAlive(owner.postmaster)).toBe(false);
  });

  test('loses no acknowledged row when PostgreSQL itself is killed, and comes back at the same address', async () => {
    const first = await start();
    const sql = connect(first.url);
    await sql`create table acknowledged (number int primary key)`;
    let acknowledged = 0;
    let killed = false;
    const writing = (async () => {
      for (let number = 1; !killed; number++) {
        await sql`insert into acknowledged values (${number})`;
        acknowledged = number;
      }
    })().catch(() => undefined);
    while (acknowledged < 200) await new Promise((done) => setTimeout(done, 10));
    process.kill(first.postmaster, 'SIGKILL');
    killed = true;
    await end(first.child, 'SIGKILL');
    const second = await start();
    await writing;
    await sql.end();
    expect(second).toMatchObject({ adopted: false, url: first.url });
    const after = connect(second.url);
    const [row] = await after`select count(*)::int as kept from acknowledged where number <= ${acknowledged}`;
    await after.end();
    expect(row?.kept).toBe(acknowledged);
    await end(second.child, 'SIGTERM');
  });
});

test('two starters of a new directory at once share one database', { timeout: 120_000 }, async () => {
  const dataDirectory = await closedDirectory();
  const starters = await Promise.all([1, 2, 3].map(() => startElsewhere(dataDirectory)));
  expect(new Set(starters.map(({ url }) => url)).size).toBe(1);
  expect(new Set(starters.map(({ postmaster }) => postmaster)).size).toBe(1);
  expect(starters.filter(({ adopted }) => !adopted)).toHaveLength(1);
  for (const { child } of starters) await end(child, 'SIGTERM');
  expect(await isAlive(starters[0]?.postmaster ?? 0)).toBe(false);
  await removeDirectory(dataDirectory);
});
