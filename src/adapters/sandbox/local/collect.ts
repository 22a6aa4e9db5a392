import { constants, createWriteStream } from 'node:fs';
import { chmod, chown, copyFile, lstat, open, opendir, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Names of files that go into a job and come out of it. */
export const plainName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

const MAXIMUM_ENTRIES = 256;

export interface Collected {
  files: { name: string; byteSize: number }[];
  refused: string[];
}

/**
 * Moves the plain files of `from`, which a job wrote, to `into`. All processes of the job are dead, so nothing
 * changes any more, but nothing it left is trusted: links, pipes, directories, odd names and sizes are refused.
 */
export async function collect(from: string, into: string, maximumBytes: number): Promise<Collected> {
  const found: Collected = { files: [], refused: [] };
  if (!(await lstat(from).catch(() => null))?.isDirectory()) return found;
  let remainingBytes = maximumBytes;
  for (const name of await entryNames(from)) {
    const byteSize = await plainSize(from, name);
    const fits = byteSize !== null && byteSize <= remainingBytes && found.files.length < MAXIMUM_ENTRIES;
    if (!fits) {
      found.refused.push(printable(name));
      continue;
    }
    remainingBytes -= byteSize;
    await move(join(from, name), join(into, name));
    found.files.push({ name, byteSize });
  }
  return found;
}

/**
 * Copies one plain file of `from` while the job is running. The job may put anything in its place at any moment: the
 * directory and the file are each opened without following a link, and only what was opened is read, up to its size.
 */
export async function copyOut(
  from: string,
  name: string,
  target: string,
  maximumBytes: number,
): Promise<boolean> {
  if (!plainName.test(name)) return false;
  const directory = await open(from, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(
    () => null,
  );
  if (!directory) return false;
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(`/proc/self/fd/${directory.fd}/${name}`, flags).catch(() => null);
    if (!file) return false;
    const status = await file.stat();
    const { size } = status;
    if (!status.isFile() || status.nlink !== 1 || size === 0 || size > maximumBytes) {
      await file.close();
      return false;
    }
    await pipeline(
      file.createReadStream({ start: 0, end: size - 1 }),
      createWriteStream(target, { mode: 0o600 }),
    );
    return true;
  } finally {
    await directory.close();
  }
}

/** One more than may be taken is read, so that an endless directory ends here. */
async function entryNames(directory: string) {
  const names: string[] = [];
  for await (const entry of await opendir(directory)) {
    names.push(entry.name);
    if (names.length > MAXIMUM_ENTRIES) break;
  }
  return names.sort();
}

async function plainSize(directory: string, name: string) {
  if (!plainName.test(name)) return null;
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(join(directory, name), flags).catch(() => null);
  if (!file) return null;
  try {
    const status = await file.stat();
    return status.isFile() && status.nlink === 1 ? status.size : null;
  } finally {
    await file.close();
  }
}

async function move(source: string, target: string) {
  await rename(source, target).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EXDEV') throw error;
    await copyFile(source, target);
    await unlink(source);
  });
  const user = process.getuid?.();
  if (user === 0) await chown(target, user, process.getgid?.() ?? 0);
  await chmod(target, 0o644);
}

function printable(name: string) {
  return name.slice(0, 128).replaceAll(/[^\x20-\x7e]/g, '?');
}
