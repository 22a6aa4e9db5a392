import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { account, clusterArgument, programEnvironment } from '#adapters/database/account.ts';
import type { DatabaseBinaries } from '#adapters/database/binaries.ts';
import { type ClusterPaths, databaseName, roleName } from '#adapters/database/cluster.ts';
import { isAlive, programName, workDirectory } from '#adapters/database/process-facts.ts';

/** What a running PostgreSQL tells of itself in `postmaster.pid`. */
export interface Postmaster {
  pid: number;
  port: number;
  ready: boolean;
  /** The whole file; the server reads out the same text, which proves that it serves this very directory. */
  text: string;
}

/** The PostgreSQL that runs on the cluster, if any. A file left behind by one that was killed is removed. */
export async function findPostmaster(paths: ClusterPaths): Promise<Postmaster | null> {
  const text = await readFile(paths.postmasterFile, 'utf8').catch(() => null);
  if (text === null) return null;
  if (text === '') return removeIfAbandoned(paths.postmasterFile);
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (await isPostmasterOf(pid, paths)) {
    return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready', text };
  }
  // PostgreSQL itself would refuse to start when another process has got the number of the dead one
  if (await isAlive(pid)) await rm(paths.postmasterFile, { force: true });
  return null;
}

/** An empty file was made a moment ago by a PostgreSQL that is starting, or is what a power cut left. */
async function removeIfAbandoned(path: string): Promise<null> {
  const facts = await stat(path).catch(() => null);
  if (facts && Date.now() - facts.mtimeMs > 10_000) await rm(path, { force: true });
  return null;
}

async function isPostmasterOf(pid: number, paths: ClusterPaths): Promise<boolean> {
  if (!(await isAlive(pid))) return false;
  if (!(await programName(pid))?.includes('postgres')) return false;
  const directory = await workDirectory(pid);
  return directory === null || directory === paths.cluster;
}

/**
 * Starts PostgreSQL in a session of its own. Returns once it wrote that it is ready, or null when it has ended: it was
 * refused, or not ready by the deadline.
 */
export async function launchPostmaster(
  paths: ClusterPaths,
  binaries: DatabaseBinaries,
  port: number,
  deadline: number,
): Promise<Postmaster | null> {
  await rotateLog(paths.log);
  await using log = await open(paths.log, 'a', 0o600);
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const child = spawn(
    binaries.postgres,
    [
      ...['-D', clusterArgument(paths.cluster, binaries.major), '-p', String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    {
      ...account(),
      cwd: paths.cluster,
      env: programEnvironment,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    },
  );
  await once(child, 'spawn');
  while (child.exitCode === null && child.signalCode === null) {
    const found = await findPostmaster(paths);
    if (found?.ready && found.pid === child.pid) {
      child.unref();
      return found;
    }
    if (Date.now() > deadline) child.kill('SIGQUIT');
    await sleep(10);
  }
  return null;
}

const logLimitBytes = 10 * 1024 ** 2;

async function rotateLog(path: string): Promise<void> {
  const size = await stat(path).then(
    (facts) => facts.size,
    () => 0,
  );
  if (size > logLimitBytes) await rename(path, `${path}.1`);
}

/** The port of the last time while it is free, so that clients of a database that was restarted find it. */
export async function choosePort(paths: ClusterPaths): Promise<number> {
  const last = Number(await readFile(paths.port, 'utf8').catch(() => '0'));
  const port = (await freePort(last)) ?? (await freePort(0));
  if (port === null) throw new Error('No free port was found on 127.0.0.1.');
  await writeFile(paths.port, String(port));
  return port;
}

async function freePort(wanted: number): Promise<number | null> {
  const server = createServer();
  try {
    server.listen(wanted, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return address && typeof address === 'object' ? address.port : null;
  } catch {
    return null;
  } finally {
    server.close();
  }
}

export async function connectionUrl(paths: ClusterPaths, port: number): Promise<string> {
  const password = (await readFile(paths.password, 'utf8')).trim();
  return `postgres://${roleName}:${password}@127.0.0.1:${port}/${databaseName}`;
}

/** Whether the server at the URL lets us in and serves the directory that the postmaster file lies in. */
export async function answers(url: string, postmaster: Postmaster): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined });
  try {
    const rows = await sql`select pg_read_file('postmaster.pid') as text`;
    return rows[0]?.text === postmaster.text;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Ends PostgreSQL: it closes connections and writes everything down first, within limits. */
export async function stopPostmaster(paths: ClusterPaths, pid: number): Promise<void> {
  const steps: [NodeJS.Signals, number][] = [
    ['SIGINT', 15_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ];
  for (const [signal, limitMilliseconds] of steps) {
    if (!(await isPostmasterOf(pid, paths))) return;
    process.kill(pid, signal);
    const deadline = Date.now() + limitMilliseconds;
    while (Date.now() < deadline) {
      if (!(await isPostmasterOf(pid, paths))) return;
      await sleep(10);
    }
  }
}
