import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where something would lie or be run that a job has left. */
const places = [
  ...[
    tmpdir(),
    '/tmp',
    '/var/tmp',
    '/dev/shm',
    '/dev/mqueue',
    '/run',
    '/run/lock',
    '/usr',
    '/',
    '/etc/cron.d',
  ],
  ...[
    '/var/spool/cron',
    '/var/spool/cron/crontabs',
    '/etc/profile.d',
    '/usr/local/bin',
    '/var/lib',
    '/opt',
    '/home',
  ],
].filter((path) => {
  try {
    return readdirSync(path);
  } catch {
    return false;
  }
});

/** Things of the server that a job must neither see nor touch, readable to anyone who gets at them. */
export async function plantVictim(secret: string) {
  const directory = mkdtempSync(join(tmpdir(), 'aliquot-victim-'));
  await chmod(directory, 0o755);
  const mark = `attack-${randomUUID()}`;
  const planted = join(directory, 'planted');
  writeFileSync(planted, secret, { mode: 0o644 });
  const shared = `/dev/shm/${mark}-shared`;
  // as programs make it; a job without namespaces could read what is open to everyone
  writeFileSync(shared, secret, { mode: 0o600 });
  let connections = 0;
  const servers: Server[] = [];
  const listen = async (where: { port: number; host: string } | { path: string }) => {
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(where, resolve));
    servers.push(server);
    return server.address();
  };
  const { port } = (await listen({ port: 0, host: '127.0.0.1' })) as AddressInfo;
  await listen({ path: join(directory, 'socket') });
  await chmod(join(directory, 'socket'), 0o777);
  await listen({ path: `\0${mark}` });
  const witness = spawn('/usr/bin/python3', ['-I', '-c', 'import time; time.sleep(600)'], {
    env: { WITNESS_SECRET: secret },
    stdio: 'ignore',
  });
  const state = () => ({
    connections,
    ended: [witness.exitCode, witness.signalCode],
    stopped: readFileSync(`/proc/${witness.pid}/stat`, 'utf8').split(' ')[2] === 'T',
    limits: readFileSync(`/proc/${witness.pid}/limits`, 'utf8'),
    names: readdirSync(directory),
    contents: [planted, shared].map((path) => readFileSync(path, 'utf8')),
    files: [directory, planted, shared].map((path) => {
      const { mode, uid, gid, mtimeMs, nlink } = statSync(path);
      return { mode, uid, gid, mtimeMs, nlink };
    }),
    left: places.flatMap((path) => readdirSync(path).filter((name) => name.startsWith(mark))),
    shared: ['shm', 'msg', 'sem'].map((kind) => {
      const path = `/proc/sysvipc/${kind}`;
      return existsSync(path) && /\b4281419\b/.test(readFileSync(path, 'utf8'));
    }),
  });
  const before = state();
  return {
    secret,
    before,
    state,
    target: {
      ...{ directory, planted, secret, mark, port },
      ...{ socket: join(directory, 'socket'), abstract: mark },
      ...{ witness: witness.pid ?? 0, server: process.pid },
    },
    close() {
      witness.kill('SIGKILL');
      for (const server of servers) server.close();
      rmSync(shared);
      rmSync(directory, { recursive: true });
    },
  };
}
