import { constants, type Stats } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  opendir,
  readdir,
  realpath,
  rename,
  rm,
  statfs,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileError, isMissing, linkFound, translate } from './file-errors.ts';

/** Room that is left for the database and for logs. */
const RESERVED_BYTES = 256 * 1024 ** 2;
/** A pipe that somebody planted would keep its opener waiting without O_NONBLOCK. */
const SAFE = constants.O_NOFOLLOW | constants.O_NONBLOCK;

export type FileTree = Awaited<ReturnType<typeof fileTree>>;

/** The directory of the store. No symbolic link below it is followed; paths are relative to it, with slashes. */
export async function fileTree(directory: string) {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // the directory itself may be the operator's link to another disk
  const root = await realpath(directory);

  /** Where a path is; with `make`, after its directories are made. @throws StorageError when a link is on the way. */
  async function locate(path: string, { make = false } = {}): Promise<string> {
    const names = path.split('/');
    let place = root;
    for (const [index, name] of names.entries()) {
      place = join(place, name);
      if (make && index < names.length - 1) await makeDirectory(place);
      const stats = await lstat(place).catch((error) => {
        if (error.code === 'ENOENT' && index === names.length - 1) return null;
        throw translate(error);
      });
      if (stats?.isSymbolicLink()) throw linkFound();
    }
    return place;
  }

  /** @throws StorageError OBJECT_NOT_FOUND, for a directory too: it is only the beginning of keys. */
  async function openFile(path: string, flags = constants.O_RDONLY): Promise<FileHandle> {
    const place = await locate(path, { make: (flags & constants.O_CREAT) !== 0 });
    try {
      const file = await open(place, flags | SAFE, 0o600);
      if ((await file.stat()).isFile()) return file;
      await file.close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw translate(error);
    }
    throw fileError('OBJECT_NOT_FOUND');
  }

  async function found(path: string): Promise<Stats | null> {
    try {
      const stats = await lstat(await locate(path));
      return stats.isFile() ? stats : null;
    } catch (error) {
      if (isMissing(translate(error))) return null;
      throw translate(error);
    }
  }

  /** Every plain file below a directory; what begins with a dot is not looked at. */
  async function* walk(directory = ''): AsyncGenerator<{ path: string; storedBytes: number }, void> {
    const entries = await opendir(join(root, directory)).catch((error) => {
      if (!isMissing(translate(error))) throw translate(error);
    });
    for await (const entry of entries ?? []) {
      const path = directory ? `${directory}/${entry.name}` : entry.name;
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) yield* walk(path);
      if (!entry.isFile()) continue;
      const stats = await lstat(join(root, path)).catch(() => null);
      if (stats?.isFile()) yield { path, storedBytes: stats.size };
    }
  }

  return {
    ...{ locate, openFile, walk },

    /** Moves a file to where it lasts, its name too. */
    async rename(from: string, to: string): Promise<void> {
      const target = await locate(to, { make: true });
      await rename(await locate(from), target);
      await syncDirectory(dirname(target));
    },

    has: async (path: string) => (await found(path)) !== null,

    /** No error when there is no such file. */
    async remove(path: string): Promise<void> {
      if (await found(path)) await rm(await locate(path), { force: true });
    },

    /** @throws StorageError STORAGE_FULL when so many bytes more would leave too little room. */
    async refuseWhenFull(bytes: number): Promise<void> {
      const { bavail, bsize } = await statfs(root);
      if (bavail * bsize < bytes + RESERVED_BYTES) throw fileError('STORAGE_FULL');
    },

    /** The names of the files directly in a directory, and when they were last written to. */
    async filesIn(directory: string): Promise<Map<string, Date>> {
      const files = new Map<string, Date>();
      for (const name of await readdir(await locate(directory)).catch(() => [])) {
        const stats = await found(`${directory}/${name}`);
        if (stats) files.set(name, stats.mtime);
      }
      return files;
    },
  };
}

async function makeDirectory(place: string): Promise<void> {
  try {
    await mkdir(place, 0o700);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    throw translate(error);
  }
  await syncDirectory(dirname(place));
}

async function syncDirectory(place: string): Promise<void> {
  const directory = await open(place, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  await directory.sync().finally(() => directory.close());
}
