import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, startMark } from '#adapters/database/process-facts.ts';

/** The server that runs on a data directory, as told to others on this machine. */
export interface RunningServer {
  url: string;
  /** Process id of the supervisor. */
  pid: number;
  startMark: string | null;
}

const recordPath = (dataDirectory: string) => join(dataDirectory, 'server.json');

export async function announceServer(dataDirectory: string, url: string): Promise<void> {
  const record: RunningServer = { url, pid: process.pid, startMark: await startMark(process.pid) };
  const unfinished = `${recordPath(dataDirectory)}.${process.pid}`;
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  await writeFile(unfinished, `${JSON.stringify(record)}\n`);
  await rename(unfinished, recordPath(dataDirectory));
}

/** The server that runs on the data directory; a record whose process is gone counts for nothing. */
export async function findRunningServer(dataDirectory: string): Promise<RunningServer | null> {
  const text = await readFile(recordPath(dataDirectory), 'utf8').catch(() => null);
  if (text === null) return null;
  const record = JSON.parse(text) as RunningServer;
  if (!(await isAlive(record.pid)) || record.startMark !== (await startMark(record.pid))) return null;
  return record;
}

export async function withdrawServer(dataDirectory: string): Promise<void> {
  const record = await findRunningServer(dataDirectory);
  if (record?.pid === process.pid) await rm(recordPath(dataDirectory), { force: true });
}
