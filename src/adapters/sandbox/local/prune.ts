import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const USES = 'uses.json';
/** A copy of the runner is made in a moment, an environment of Python in minutes and not without a network. */
const DAY_MILLISECONDS = 86_400_000;
const ENVIRONMENT_DAYS = 30;

const runnerName = /^runner-[0-9a-f]{16}(\.|$)/;
const environmentName = /^python-[0-9a-f]{16}-/;
const recordName = /^python-[0-9a-f]{16}\.json$/;
/** Written by the set-up when the environment is complete; an unfinished one is for the set-up to judge. */
const finishedMark = '.finished';

/** Says in the server's own directory what it uses of the cache, and marks that as used now. */
export async function declareUse(cacheDirectory: string, directory: string, paths: string[]): Promise<void> {
  const names = paths.map((path) => relative(cacheDirectory, path).split('/')[0] ?? '');
  await writeFile(join(directory, USES), JSON.stringify(names));
  const now = new Date();
  for (const name of names) {
    if (!runnerName.test(name) && !environmentName.test(name)) continue;
    // where another user owns the cache, that user's servers keep it
    await utimes(useMark(cacheDirectory, name), now, now).catch(() => {});
  }
}

const useMark = (cacheDirectory: string, name: string) =>
  environmentName.test(name) ? join(cacheDirectory, name, finishedMark) : join(cacheDirectory, name);

/**
 * Removes copies of the runner and environments of Python that no living server uses and none has begun to use for long.
 * Never rejects: what cannot be removed now is left.
 */
export async function pruneCaches(cacheDirectory: string, servers: readonly string[]): Promise<void> {
  try {
    const names = await readdir(cacheDirectory);
    const used = new Set((await Promise.all(servers.map(usesOf))).flat());
    const records = await readRecords(cacheDirectory, names);
    for (const name of names) {
      if (used.has(name)) continue;
      const isEnvironment = environmentName.test(name);
      if (!isEnvironment && !runnerName.test(name)) continue;
      const record = records.get(name);
      const days = record === undefined ? 1 : ENVIRONMENT_DAYS;
      if ((await unusedDays(useMark(cacheDirectory, name))) <= days) continue;
      // first what names it, then its name, so that nobody finds half of it
      if (record !== undefined) await rm(join(cacheDirectory, record));
      const aside = join(cacheDirectory, `runner-${'0'.repeat(16)}.${randomUUID()}`);
      await rename(join(cacheDirectory, name), aside);
      await rm(aside, { recursive: true, force: true });
    }
  } catch {
    // another server may be pruning too, or another user owns the cache
  }
}

/** A server that has not said yet what it uses has begun to use it a moment ago. */
async function usesOf(directory: string): Promise<string[]> {
  try {
    return JSON.parse(await readFile(join(directory, USES), 'utf8'));
  } catch {
    return [];
  }
}

/** The file that names an environment as the one for a lock file, by the environment's name. */
async function readRecords(cacheDirectory: string, names: string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const record of names.filter((name) => recordName.test(name))) {
    const { interpreter } = JSON.parse(await readFile(join(cacheDirectory, record), 'utf8'));
    found.set(relative(cacheDirectory, interpreter).split('/')[0] ?? '', record);
  }
  return found;
}

async function unusedDays(path: string): Promise<number> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
  return (Date.now() - mtimeMs) / DAY_MILLISECONDS;
}
