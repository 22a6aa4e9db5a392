import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { Sandbox as RemoteBox } from '@e2b/code-interpreter';
import { connection, type E2bAccount } from './account.ts';

/** Names a process for as long as this host knows it: a later one with the same number began at another time. */
function workerOf(pid: number): string {
  return `${hostname()}/${pid}/${beginningOf(pid)}`;
}

export const thisWorker = workerOf(process.pid);

/**
 * Ends the boxes of this installation whose worker ran on this host and is dead. Those of other hosts end by
 * themselves once nobody keeps them alive.
 */
export async function sweepOrphans(account: E2bAccount, installation: string): Promise<void> {
  const query = { metadata: { aliquot: installation } };
  const pages = RemoteBox.list({ ...connection(account), query, limit: 100 });
  while (pages.hasNext) {
    for (const { sandboxId, metadata } of await pages.nextItems()) {
      if (isOrphan(metadata.worker ?? '')) await RemoteBox.kill(sandboxId, connection(account));
    }
  }
}

function isOrphan(worker: string): boolean {
  const [host, pid] = worker.split('/');
  return host === hostname() && worker !== workerOf(Number(pid));
}

/** Clock ticks since the start of the host, where that can be read; otherwise only whether the process lives. */
function beginningOf(pid: number): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')')).split(' ')[20] ?? '';
  } catch {
    return isAlive(pid) ? 'alive' : 'dead';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
