import { createHash, randomUUID } from 'node:crypto';
import { chmod, cp, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const launcherDirectory = fileURLToPath(new URL('./launcher/', import.meta.url));

/**
 * Puts the launcher and the runner where every user of this host can read them: the checkout may lie in a
 * directory that the users of jobs cannot enter. Answers the directory that holds both packages.
 */
export async function installRunner(runnerDirectory: string, packageName: string, cacheDirectory: string) {
  const packages = [
    { name: 'aliquot_launcher', from: launcherDirectory },
    { name: packageName, from: join(runnerDirectory, packageName) },
  ];
  const hash = createHash('sha256');
  for (const { name, from } of packages) {
    for (const path of await sourceFiles(from)) {
      hash.update(`${name}/${relative(from, path)}\0`).update(await readFile(path));
    }
  }
  const target = join(cacheDirectory, `runner-${hash.digest('hex').slice(0, 16)}`);
  if (await exists(target)) return target;
  const draft = `${target}.${randomUUID()}`;
  await mkdir(draft, { recursive: true, mode: 0o755 });
  for (const { name, from } of packages) {
    await cp(from, join(draft, name), { recursive: true, filter: (path) => !path.endsWith('__pycache__') });
  }
  await makeReadable(draft);
  await rename(draft, target).catch(async (error) => {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  });
  return target;
}

/** A directory that others can pass through but not list. */
export async function makePassable(path: string) {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o711);
}

async function sourceFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function makeReadable(directory: string) {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
}

export async function exists(path: string) {
  return stat(path).then(
    () => true,
    () => false,
  );
}
