import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { isAlive, startMark } from '#adapters/database/process-facts.ts';

interface Owner {
  pid: number;
  startMark: string | null;
  claim: string;
}

/** Who stops the database. Of several that claim it at once the last is the owner: never two, never none. */
export async function claimOwnership(path: string): Promise<string> {
  const claim = randomUUID();
  const owner: Owner = { pid: process.pid, startMark: await startMark(process.pid), claim };
  await writeFile(`${path}.${claim}`, JSON.stringify(owner), { mode: 0o600 });
  await rename(`${path}.${claim}`, path);
  return claim;
}

export async function isOwner(path: string, claim: string): Promise<boolean> {
  return (await readOwner(path))?.claim === claim;
}

/** Whether the process that would stop the database is still there. */
export async function ownerLives(path: string): Promise<boolean> {
  const owner = await readOwner(path);
  if (!owner || !(await isAlive(owner.pid))) return false;
  return owner.startMark === (await startMark(owner.pid));
}

async function readOwner(path: string): Promise<Owner | null> {
  return readFile(path, 'utf8').then(
    (text) => JSON.parse(text) as Owner,
    () => null,
  );
}
