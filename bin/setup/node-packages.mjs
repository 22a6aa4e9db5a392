import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runQuietly, step } from './progress.mjs';
import { installLine, SetupError } from './remedies.mjs';
import { projectDirectory } from './settings.mjs';

/**
 * Whether node_modules holds what package-lock.json says, by the copy of the lock that npm leaves there as its last
 * act. Packages for other systems may be absent, those for development too unless they are asked for.
 */
export function nodePackagesReady(development) {
  try {
    const wanted = readLock('package-lock.json');
    const present = readLock(join('node_modules', '.package-lock.json'));
    return Object.entries(wanted).every(([path, entry]) => {
      if (path === '' || entry.link) return true;
      const found = present[path];
      if (found) return found.version === entry.version;
      return entry.optional || entry.devOptional || (entry.dev && !development);
    });
  } catch {
    return false;
  }
}

const readLock = (path) => JSON.parse(readFileSync(join(projectDirectory, path), 'utf8')).packages;

export async function installNodePackages() {
  await step('Node packages', () =>
    runQuietly('npm', ['ci', '--include=dev', '--no-progress', '--prefix', projectDirectory], {
      cwd: projectDirectory,
    }).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
      throw new SetupError(`npm is missing. Install it: ${installLine('node')}`);
    }),
  );
}
