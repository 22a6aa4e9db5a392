import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withLock } from './setup/lock.mjs';
import { installNodePackages, nodePackagesReady } from './setup/node-packages.mjs';
import { installPythonPackages, pythonEnvironment } from './setup/python-packages.mjs';
import { checkNode, SetupError } from './setup/remedies.mjs';
import { cacheDirectory, loadSettingsFile, runsAsRoot } from './setup/settings.mjs';

/** The Python interpreter of the runner's environment, or null before the set-up. */
export function pythonInterpreter() {
  return pythonEnvironment(false)?.interpreter ?? null;
}

/** Brings the machine to where the server can start; does nothing, quickly, when it is there already. */
export async function setUp({ development = false } = {}) {
  checkNode();
  loadSettingsFile();
  const isReady = () => nodePackagesReady(development) && pythonEnvironment(development) !== null;
  if (isReady()) return;
  // the environment serves jobs that run as other users
  const mask = runsAsRoot ? process.umask(0o022) : null;
  try {
    await withLock(cacheDirectory(), async () => {
      if (isReady()) return;
      process.stderr.write('Setting up Aliquot. This happens once.\n');
      const parts = [];
      if (!nodePackagesReady(development)) parts.push(installNodePackages());
      if (!pythonEnvironment(development)) parts.push(installPythonPackages(development));
      const results = await Promise.allSettled(parts);
      const failed = results.find(({ status }) => status === 'rejected');
      if (failed) throw failed.reason;
    });
  } finally {
    if (mask !== null) process.umask(mask);
  }
}

/** Ends the program with the reason, which is the owner's to put right, or ours to look into. */
export function explain(error) {
  process.stderr.write(`\n${error instanceof SetupError ? error.message : error.stack}\n`);
  process.exit(1);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  setUp({ development: process.argv.includes('--dev') }).then(() => {
    if (process.argv.includes('--print')) process.stdout.write(`${pythonInterpreter()}\n`);
  }, explain);
}
