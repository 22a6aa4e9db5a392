import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const directoryOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export interface Bundle {
  files: { path: string; data: string }[];
  /** Stands for the versions of the Python libraries that a template must hold. */
  lock: string;
}

/** The Python code that goes into every box: the launcher, its keeper in the box and the runner, below `directory`. */
export async function readBundle(
  runnerDirectory: string,
  packageName: string,
  directory: string,
): Promise<Bundle> {
  const packages = [
    { name: 'aliquot_launcher', from: directoryOf('../local/launcher/') },
    { name: 'aliquot_box', from: directoryOf('./box/') },
    { name: packageName, from: join(runnerDirectory, packageName) },
  ];
  const files: Bundle['files'] = [];
  for (const { name, from } of packages) {
    for (const path of await sourceFiles(from)) {
      files.push({
        path: `${directory}/${name}/${relative(from, path)}`,
        data: await readFile(path, 'utf8'),
      });
    }
  }
  return { files, lock: await lockHash() };
}

const lockFile = directoryOf('../../../../runner/uv.lock');

/** Templates are named by it: another lock file is another template. */
export async function lockHash(): Promise<string> {
  return createHash('sha256')
    .update(await readFile(lockFile))
    .digest('hex')
    .slice(0, 12);
}

async function sourceFiles(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(py|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
