import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const isLinux = process.platform === 'linux';

/** A process that still does something: zombies count as gone, they hold nothing but their number. */
export async function isAlive(pid: number): Promise<boolean> {
  if (!(pid > 0)) return false; // 0 and below mean process groups
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return !isLinux || (await statFields(pid))?.[0] !== 'Z';
}

/** When the process started, in units of the system: tells a process from a later one with the same number. */
export async function startMark(pid: number): Promise<string | null> {
  if (isLinux) return (await statFields(pid))?.[19] ?? null;
  return processStatus(pid, 'lstart');
}

/** The program that the process runs, for example `postgres`; null when it is gone. */
export async function programName(pid: number): Promise<string | null> {
  if (!isLinux) return processStatus(pid, 'comm');
  return readFile(`/proc/${pid}/comm`, 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
}

/** The directory that the process works in; null where the system does not tell. */
export async function workDirectory(pid: number): Promise<string | null> {
  return isLinux ? readlink(`/proc/${pid}/cwd`).catch(() => null) : null;
}

/** The fields of `/proc/PID/stat` behind the program's name, which may itself hold spaces. */
async function statFields(pid: number): Promise<string[] | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

async function processStatus(pid: number, column: string): Promise<string | null> {
  const result = await run('ps', ['-o', `${column}=`, '-p', String(pid)]).catch(() => null);
  return result?.stdout.trim() || null;
}
