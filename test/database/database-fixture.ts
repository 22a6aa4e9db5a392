import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import postgres from 'postgres';
import { readEnv } from '#env.ts';

export const cacheDirectory = readEnv().CACHE_DIR;

/** A data directory that nobody but root may enter, as one below /root is. */
export async function closedDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'aliquot-database-'));
}

export async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}

export interface Starter {
  child: ChildProcess;
  url: string;
  adopted: boolean;
  postmaster: number;
}

/** Opens the database from a process of its own, which can be killed. */
export async function startElsewhere(dataDirectory: string): Promise<Starter> {
  const program = resolve('test/database/open-and-wait.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, dataDirectory, cacheDirectory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  return { child, ...JSON.parse(line) };
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

export function connect(url: string) {
  return postgres(url, { max: 1, connect_timeout: 5, onnotice: () => undefined });
}
