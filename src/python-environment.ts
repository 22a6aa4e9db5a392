import { createHash } from 'node:crypto';
import { access, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Env } from '#env.ts';

export interface PythonEnvironment {
  /** Absolute path; exists when `ready`. */
  interpreter: string | null;
  ready: boolean;
  /** What to do when it is not ready. */
  remedy: string | null;
}

interface EnvironmentRecord {
  interpreter: string;
  basePython: string;
}

const lockFile = fileURLToPath(new URL('../runner/uv.lock', import.meta.url));

/** SHA-256 of the lock file that says which libraries the runner uses. */
export async function lockDigest(): Promise<string> {
  return createHash('sha256')
    .update(await readFile(lockFile))
    .digest('hex');
}

/** Finds the environment that `bin/setup.mjs` built for the lock file of the runner. */
export async function pythonEnvironment(env: Env): Promise<PythonEnvironment> {
  const missing = { interpreter: null, ready: false, remedy: 'Run `node bin/setup.mjs`.' };
  try {
    const hash = (await lockDigest()).slice(0, 16);
    const text = await readFile(join(env.CACHE_DIR, `python-${hash}.json`), 'utf8');
    const { interpreter, basePython } = JSON.parse(text) as EnvironmentRecord;
    await access(interpreter);
    if (env.PYTHON && (await realpath(env.PYTHON)) !== basePython) return missing;
    return { interpreter, ready: true, remedy: null };
  } catch {
    return missing;
  }
}
