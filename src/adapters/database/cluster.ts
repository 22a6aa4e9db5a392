import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  access,
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { account, clusterArgument, needsOpenPath, programEnvironment } from '#adapters/database/account.ts';
import type { DatabaseBinaries } from '#adapters/database/binaries.ts';

/** The only role and the database that the server uses in its own cluster. */
export const roleName = 'aliquot';
export const databaseName = 'postgres';

/** Where the parts of an embedded database lie; `cluster` is PostgreSQL's, the rest is ours. */
export interface ClusterPaths {
  root: string;
  cluster: string;
  postmasterFile: string;
  password: string;
  port: string;
  owner: string;
  log: string;
}

/** A cluster belongs to one major version for good, so the name holds it. */
export function clusterPaths(dataDirectory: string, major: number): ClusterPaths {
  return pathsBelow(join(dataDirectory, `postgres-${major}`));
}

function pathsBelow(root: string): ClusterPaths {
  const cluster = join(root, 'cluster');
  return {
    root,
    cluster,
    postmasterFile: join(cluster, 'postmaster.pid'),
    password: join(root, 'password'),
    port: join(root, 'port'),
    owner: join(root, 'owner.json'),
    log: join(root, 'server.log'),
  };
}

export async function clusterExists(paths: ClusterPaths): Promise<boolean> {
  return access(paths.password).then(
    () => true,
    () => false,
  );
}

/**
 * Makes a new cluster beside its place and moves it there whole: one that was cut short is never seen, and of
 * two that are made at once one wins.
 */
export async function createCluster(paths: ClusterPaths, binaries: DatabaseBinaries): Promise<void> {
  const parent = join(paths.root, '..');
  await mkdir(parent, { recursive: true, mode: needsOpenPath(binaries.major) ? 0o711 : 0o700 });
  await removeAbandoned(parent);
  const unfinished = pathsBelow(await mkdtemp(join(parent, unfinishedPrefix)));
  try {
    await fillCluster(unfinished, binaries);
    await rename(unfinished.root, paths.root);
  } catch (error) {
    await rm(unfinished.root, { recursive: true, force: true });
    if (!(await clusterExists(paths))) throw error;
  }
}

async function fillCluster(paths: ClusterPaths, binaries: DatabaseBinaries): Promise<void> {
  const { uid, gid } = account();
  const password = randomBytes(24).toString('base64url');
  const passwordForInitdb = join(paths.root, 'password-for-initdb');
  await chmod(paths.root, 0o711);
  await mkdir(paths.cluster, { mode: 0o700 });
  await writeFile(passwordForInitdb, password, { mode: 0o600 });
  await writeFile(paths.password, password, { mode: 0o600 });
  if (uid !== undefined && gid !== undefined) {
    await chown(paths.cluster, uid, gid);
    await chown(passwordForInitdb, uid, gid);
  }
  await using input = await open(passwordForInitdb);
  await rm(passwordForInitdb);
  const child = spawn(
    binaries.initdb,
    [
      ...['-D', clusterArgument(paths.cluster, binaries.major), '-U', roleName, '-E', 'UTF8'],
      ...['--auth=scram-sha-256', '--pwfile=/dev/stdin', ...localeArguments(binaries.major)],
    ],
    { cwd: paths.cluster, env: programEnvironment, uid, gid, stdio: [input.fd, 'ignore', 'pipe'] },
  );
  const [faults, [exitCode]] = await Promise.all([child.stderr && text(child.stderr), once(child, 'exit')]);
  if (exitCode !== 0) {
    const hint = needsOpenPath(binaries.major)
      ? '\nSet DATA_DIR to a directory that other users may pass through.'
      : '';
    throw new Error(`The database could not be made in ${paths.root}:\n${faults}${hint}`);
  }
}

const localeArguments = (major: number) =>
  major >= 17
    ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
    : ['--locale=C.UTF-8'];

const unfinishedPrefix = 'postgres-unfinished-';
const abandonedAfterMilliseconds = 10 * 60_000;

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(unfinishedPrefix)) continue;
    const path = join(parent, name);
    const changed = await stat(path).catch(() => null);
    if (changed && Date.now() - changed.mtimeMs > abandonedAfterMilliseconds) {
      await rm(path, { recursive: true, force: true });
    }
  }
}
