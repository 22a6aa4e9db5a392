import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Template } from '@e2b/code-interpreter';
import { connection, type E2bAccount, toldAs } from './account.ts';
import { lockHash } from './bundle.ts';

const UV_VERSION = '0.13.9';
const HOME = '/opt/aliquot';
/** The system, the launcher and what keeps the job in the box. */
const OWN_MEMORY_MEBIBYTES = 512;
const FREE_DISK_MEBIBYTES = 10 * 1024;

const runner = dirname(fileURLToPath(new URL('../../../../runner/uv.lock', import.meta.url)));

export interface TemplateSize {
  threads: number;
  memoryBytes: number;
}

/** Another lock file or another size is another template, so that two versions of a server do not get in their way. */
export async function templateName({ threads, memoryBytes }: TemplateSize): Promise<string> {
  return `aliquot-${await lockHash()}-${threads}x${memoryMebibytes(memoryBytes)}`;
}

const memoryMebibytes = (memoryBytes: number) =>
  2 * Math.ceil((memoryBytes / 1024 ** 2 + OWN_MEMORY_MEBIBYTES) / 2);

/** The runner's libraries as its lock file has them, and the command that boxes start them by. No code, no data. */
export function runnerTemplate(lock: string) {
  const sync = `uv sync --locked --no-install-project --no-default-groups --compile-bytecode --project ${HOME}`;
  const command = `#!/bin/sh\\nexec ${HOME}/.venv/bin/python -X aliquot-lock=${lock} "$@"\\n`;
  return Template({ fileContextPath: runner })
    .fromImage('python:3.12-slim-bookworm')
    .setUser('root')
    .setWorkdir('/')
    .aptInstall('libgomp1', { noInstallRecommends: true })
    .copy('uv.lock', `${HOME}/uv.lock`)
    .copy('pyproject.toml', `${HOME}/pyproject.toml`)
    .runCmd(`pip install --no-cache-dir uv==${UV_VERSION}`)
    .runCmd(`UV_PYTHON_DOWNLOADS=never UV_NO_CACHE=1 ${sync}`)
    .runCmd(`printf '${command}' > /usr/local/bin/aliquot-python && chmod 755 /usr/local/bin/aliquot-python`)
    .runCmd(`aliquot-python -I -c 'import catboost, lightgbm, pyarrow, sklearn, xgboost'`)
    .setUser('user');
}

export async function templateExists(account: E2bAccount, name: string): Promise<boolean> {
  return Template.exists(name, connection(account));
}

/**
 * Has E2B build the template, in a box of its own with internet and nothing of any user.
 * @param onProgress what the build says.
 */
export async function publishTemplate(
  account: E2bAccount,
  name: string,
  size: TemplateSize,
  onProgress: (message: string) => void,
): Promise<void> {
  await Template.build(runnerTemplate(await lockHash()), name, {
    ...connection(account),
    cpuCount: size.threads,
    memoryMB: memoryMebibytes(size.memoryBytes),
    minFreeDiskMb: FREE_DISK_MEBIBYTES,
    onBuildLogs: ({ message }) => onProgress(message),
  }).catch((error: unknown) => {
    throw toldAs(error, `the template ${name}`);
  });
}
