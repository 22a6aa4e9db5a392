import { realpath, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { findBinaries } from '#adapters/database/binaries.ts';
import { type ClusterPaths, clusterExists, clusterPaths, createCluster } from '#adapters/database/cluster.ts';
import { claimOwnership, isOwner, ownerLives } from '#adapters/database/owner.ts';
import {
  answers,
  choosePort,
  connectionUrl,
  findPostmaster,
  launchPostmaster,
  stopPostmaster,
} from '#adapters/database/postmaster.ts';
import type { Env } from '#env.ts';

export interface OpenDatabase {
  url: string;
  /** The database was running already: started by another process, or left behind by one that was killed. */
  adopted: boolean;
  /** Whether the server's process is there; of a server that is not ours this is taken for granted. */
  isRunning(): Promise<boolean>;
  /** Stops the database if this process answers for it: it started it, or adopted it from a dead owner. */
  stop(): Promise<void>;
}

export interface EmbeddedDatabaseOptions {
  dataDirectory: string;
  cacheDirectory: string;
  log?: (message: string) => void;
}

const startLimitMilliseconds = 60_000;

/** The database to use by the settings: that of DATABASE_URL, else our own below DATA_DIR. */
export async function databaseUrl(env: Env, log?: (message: string) => void): Promise<OpenDatabase> {
  if (env.DATABASE_URL)
    return { url: env.DATABASE_URL, adopted: true, isRunning: async () => true, stop: async () => {} };
  return openEmbeddedDatabase({ dataDirectory: env.DATA_DIR, cacheDirectory: env.CACHE_DIR, log });
}

/**
 * Makes, starts or adopts the PostgreSQL server of a data directory. PostgreSQL's own lock on the directory decides
 * between two starters: the one that is refused comes round again and adopts.
 * @throws Error that names the remedy or the log to read.
 */
export async function openEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<OpenDatabase> {
  const log = options.log ?? (() => undefined);
  const binaries = await findBinaries(options.cacheDirectory, log);
  const paths = clusterPaths(options.dataDirectory, binaries.major);
  if (!(await clusterExists(paths))) {
    log(`Making a new database in ${paths.root}`);
    await createCluster(paths, binaries);
  }
  const real = clusterPaths(await realpath(options.dataDirectory), binaries.major);
  const deadline = Date.now() + startLimitMilliseconds;
  while (Date.now() < deadline) {
    const running = await findPostmaster(real);
    const postmaster = running ?? (await launchPostmaster(real, binaries, await choosePort(real), deadline));
    if (postmaster?.ready) {
      const url = await connectionUrl(real, postmaster.port);
      if (await answers(url, postmaster)) return takeOver(real, postmaster.pid, url, running !== null);
    }
    // it is being started or stopped by another process, recovers, or was refused: look again
    await sleep(50);
  }
  throw new Error(
    `The database in ${real.root} did not start within ${startLimitMilliseconds / 1000} s: see ${real.log}`,
  );
}

async function takeOver(
  paths: ClusterPaths,
  pid: number,
  url: string,
  adopted: boolean,
): Promise<OpenDatabase> {
  const claim = adopted && (await ownerLives(paths.owner)) ? null : await claimOwnership(paths.owner);
  const stop = async () => {
    if (claim === null || !(await isOwner(paths.owner, claim))) return;
    await stopPostmaster(paths, pid);
    await rm(paths.owner, { force: true });
  };
  const isRunning = async () => (await findPostmaster(paths))?.pid === pid;
  return { url, adopted, isRunning, stop };
}
