import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory of the project. */
export const projectDirectory = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

export const runsAsRoot = process.getuid?.() === 0;

/** The same default as in src/env.ts, which needs packages that are not there yet. */
export function cacheDirectory() {
  if (process.env.CACHE_DIR) return resolve(process.env.CACHE_DIR);
  if (runsAsRoot) return '/var/cache/aliquot';
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'aliquot');
}

/** Reads `.env` of the working directory. What the environment has already wins. */
export function loadSettingsFile() {
  try {
    process.loadEnvFile();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
