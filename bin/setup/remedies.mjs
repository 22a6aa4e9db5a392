import { existsSync } from 'node:fs';

/** Something that only the owner of the machine can put right. Shown without a stack. */
export class SetupError extends Error {}

const packageNames = {
  node: { apt: 'nodejs npm', dnf: 'nodejs', brew: 'node' },
  python: { apt: 'python3 python3-venv', dnf: 'python3', brew: 'python@3.13' },
  openmp: { apt: 'libgomp1', dnf: 'libgomp', brew: 'libomp' },
};

/** The one line that installs something on this system. */
export function installLine(what) {
  const names = packageNames[what];
  if (process.platform === 'darwin') return `brew install ${names.brew}`;
  const sudo = process.getuid?.() === 0 ? '' : 'sudo ';
  if (existsSync('/usr/bin/dnf')) return `${sudo}dnf install -y ${names.dnf}`;
  if (existsSync('/usr/bin/apt-get')) {
    return `${sudo}apt-get update && ${sudo}apt-get install -y ${names.apt}`;
  }
  return `install ${names.apt} with the package manager of your system`;
}

const oldestNode = [20, 19];

export function checkNode() {
  if (process.platform === 'win32') {
    throw new SetupError('Aliquot runs on Linux and macOS; on Windows, use WSL 2: wsl --install');
  }
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  throw new SetupError(
    `Node.js ${oldestNode.join('.')} or newer is needed, this is ${process.versions.node}. ` +
      `The distribution's may be too old; with npm: npm install -g n && n 24, else: ${installLine('node')}`,
  );
}
