import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CliError } from '#cli/errors.ts';
import type { Env } from '#env.ts';
import { findRunningServer } from '#supervisor/running-server.ts';

export interface OpenServer {
  url: string;
  /** Whether it runs for this command only. */
  startedHere: boolean;
  close(): Promise<void>;
}

const pollMilliseconds = 100;
const stopLimitMilliseconds = 40_000;
const keptLines = 40;
const program = fileURLToPath(new URL('../../../bin/aliquot.mjs', import.meta.url));

/** The server that runs on the data directory, or one that is started for this command. */
export async function openServer(
  env: Env,
  { say, signal }: { say: (line: string) => void; signal: AbortSignal },
): Promise<OpenServer> {
  const running = await findRunningServer(env.DATA_DIR);
  if (running) return { url: running.url.replace(/\/$/, ''), startedHere: false, close: async () => {} };
  say(`No server runs on ${env.DATA_DIR}: starting one for this run.`);
  const child = await spawnServer();
  const lastLines = readLines(child, say);
  const close = () => stop(child);
  try {
    const url = await untilReady(env, child, signal);
    return { url, startedHere: true, close };
  } catch (error) {
    await close();
    if (signal.aborted || !(error instanceof CliError)) throw error;
    throw new CliError(error.code, [error.message, ...lastLines].join('\n'));
  }
}

async function spawnServer(): Promise<ChildProcess> {
  const PORT = String(await freePort());
  return spawn(process.execPath, [program, 'start'], {
    // biome-ignore lint/style/noProcessEnv: the server reads its settings from the same environment
    env: { ...process.env, HOST: '127.0.0.1', PORT, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is for this command, which stops the server in its own time
    detached: true,
  });
}

/** A port of its own choice, so that the server keeps its address when it has to start again. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Passes on what people should read, and keeps the last lines for the case that it fails. */
function readLines(child: ChildProcess, say: (line: string) => void): string[] {
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() === '') return;
      lastLines.push(line);
      if (lastLines.length > keptLines) lastLines.shift();
      if (/^(Making|Setting up|Installing) /.test(line)) say(line);
    });
  }
  return lastLines;
}

async function untilReady(env: Env, child: ChildProcess, signal: AbortSignal): Promise<string> {
  while (child.exitCode === null && child.signalCode === null) {
    signal.throwIfAborted();
    const running = await findRunningServer(env.DATA_DIR);
    if (running) return running.url.replace(/\/$/, '');
    await wait(pollMilliseconds, undefined, { signal });
  }
  throw new CliError('SERVER_NOT_STARTED', 'The server did not start. The last it said:');
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const limit = new AbortController();
  await Promise.race([
    ended,
    wait(stopLimitMilliseconds, undefined, { signal: limit.signal }).catch(() => {}),
  ]);
  limit.abort();
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}
