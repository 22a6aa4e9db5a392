import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { App, Ports } from './app.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** No job works for so long. */
const WORK_LIFETIME = 2 * DAY;
/** What the store calls unfinished is older than any upload that still has its row. */
const STORE_LIFETIME = 7 * DAY;

/**
 * Frees what nobody needs any more: uploads that never ended, deleted datasets whose grace is over, objects without
 * references, what killed processes left. Each part stands alone and can be repeated at any time.
 */
export function maintenance(
  { log, storage, workDirectory }: Pick<Ports, 'log' | 'storage' | 'workDirectory'>,
  { services }: Pick<App, 'services'>,
) {
  /** As of `now`; returns how many of each were freed, and null where a part failed. */
  return async function maintain(now = new Date()) {
    const ago = (milliseconds: number) => new Date(now.getTime() - milliseconds);
    const part = (name: string, free: () => Promise<number>): Promise<number | null> =>
      free().catch((error) => {
        log.error({ err: error, part: name }, 'a part of the maintenance failed; the next round tries again');
        return null;
      });
    const freed = {
      expiredUploads: await part('expired uploads', () => services.expireUploads(now)),
      purgedDatasets: await part('deleted datasets', () => services.deletions.purge(now)),
      removedObjects: await part('objects', () => services.objects.sweep(now)),
      leftInStore: await part('left in the store', () => storage.sweep(ago(STORE_LIFETIME))),
      leftAtWork: await part('left at work', () => sweepWork(workDirectory, ago(WORK_LIFETIME))),
    };
    if (Object.values(freed).some((count) => count !== 0))
      log.info(freed, 'freed what nobody needs any more');
    return freed;
  };
}

/** Directories of jobs whose worker was killed. */
async function sweepWork(workDirectory: string, before: Date): Promise<number> {
  let removed = 0;
  for (const name of await readdir(workDirectory)) {
    const path = join(workDirectory, name);
    const found = await stat(path).catch(() => null);
    if (!found?.isDirectory() || found.mtime >= before) continue;
    await rm(path, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}
