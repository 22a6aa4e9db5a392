import { lstat, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { newId } from '#ids.ts';

/** Begins the names of files that a crash may leave and the sweep of local copies frees. */
export const COPY_PREFIX = 'object-';

/** A copy of an object, readable by its owner alone, until it is released. */
export async function localCopy(bytes: Readable, workDirectory: string) {
  const path = join(workDirectory, `${COPY_PREFIX}${newId()}`);
  // A stream that opens its file by itself may do so after it failed, and after the removal below.
  const file = await open(path, 'wx', 0o600);
  try {
    await pipeline(bytes, file.createWriteStream());
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return { path, release: () => rm(path, { force: true }) };
}

/** Removes the copies that processes made before `before` and never released. Returns how many. */
export async function sweepLocalCopies(workDirectory: string, before: Date): Promise<number> {
  let removed = 0;
  for (const name of await readdir(workDirectory)) {
    const path = join(workDirectory, name);
    if (!name.startsWith(COPY_PREFIX)) continue;
    const found = await lstat(path).catch(() => null);
    if (!found?.isFile() || found.mtime >= before) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}
