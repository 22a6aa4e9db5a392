import { realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { runQuietly } from './progress.mjs';
import { installLine, SetupError } from './remedies.mjs';
import { runsAsRoot } from './settings.mjs';

const oldestMinor = 11;
const newestMinor = 14;

const question = `
import sys
try:
    import ensurepip, venv
    complete = True
except ImportError:
    complete = False
print(sys.version_info[0], sys.version_info[1], complete, sys.executable, sep="|")
`;

/**
 * The Python that the environment is built on: the one of PYTHON, else the system's, else that on PATH. Asked for its
 * own path, so that a shim (pyenv's) leads to the program behind it.
 */
export async function findBasePython() {
  const candidates = process.env.PYTHON
    ? [process.env.PYTHON]
    : ['/usr/bin/python3', 'python3', ...versioned()];
  const faults = [];
  for (const candidate of candidates) {
    const answer = await runQuietly(candidate, ['-I', '-c', question]).catch(() => null);
    if (answer === null) {
      faults.push(`${candidate}: not found`);
      continue;
    }
    const [major, minor, complete, executable] = answer.trim().split('|');
    const version = `${major}.${minor}`;
    const fault = faultOf(Number(major), Number(minor), complete === 'True', executable);
    if (!fault) return { executable: realpathSync(executable), version };
    faults.push(`${candidate} (${version}): ${fault}`);
  }
  throw new SetupError(
    `Python 3.${oldestMinor} to 3.${newestMinor} with its module venv is needed:\n` +
      `${faults.map((fault) => `    ${fault}`).join('\n')}\n  Install it: ${installLine('python')}`,
  );
}

const versioned = () => {
  const names = [];
  for (let minor = newestMinor; minor >= oldestMinor; minor--) names.push(`python3.${minor}`);
  return names;
};

function faultOf(major, minor, complete, executable) {
  if (major !== 3 || minor < oldestMinor) return 'too old';
  if (minor > newestMinor) return 'newer than the libraries support';
  if (!complete) return 'its module venv is missing';
  if (runsAsRoot && !reachableByOthers(realpathSync(executable))) {
    return 'lies in a directory closed to other users, where sandboxed jobs cannot reach it';
  }
  return null;
}

function reachableByOthers(path) {
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    if (!(statSync(directory).mode & 0o001)) return false;
    if (directory === '/') return true;
  }
}
