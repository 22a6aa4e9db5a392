import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Child {
  /** Resolves with what the process says when it can do its work; rejects when it ends before. */
  ready: Promise<ReadyMessage>;
  /** Resolves with how the process ended. */
  ended: Promise<string>;
  /** Asks the process to end, and ends it and its descendants after the limit. */
  stop(limitMilliseconds: number): Promise<void>;
}

export interface ReadyMessage {
  ready: true;
  url?: string;
}

const tsx = import.meta.resolve('tsx');

/**
 * Starts a process of ours in a session of its own: Ctrl-C reaches only the supervisor, which then stops everything
 * in order. A process ends by itself when its channel to the supervisor closes.
 */
export function startChild(program: string, settings: Record<string, string>): Child {
  const path = fileURLToPath(new URL(`../${program}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', tsx, path], {
    // biome-ignore lint/style/noProcessEnv: a child reads its settings from the same environment
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  const ended = once(child, 'exit').then(
    ([code, signal]) => (signal ? `signal ${signal}` : `code ${code}`),
    (error: Error) => error.message,
  );
  const ready = Promise.race([firstReadyMessage(child), ended.then((how) => rejectEarlyEnd(program, how))]);
  ready.catch(() => undefined);
  return { ready, ended, stop: (limitMilliseconds) => stopChild(child, ended, limitMilliseconds) };
}

function firstReadyMessage(child: ChildProcess): Promise<ReadyMessage> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      if (message && typeof message === 'object' && 'ready' in message) resolve(message as ReadyMessage);
    });
  });
}

function rejectEarlyEnd(program: string, how: string): never {
  throw new Error(`The ${program} ended with ${how} before it was ready.`);
}

async function stopChild(child: ChildProcess, ended: Promise<string>, limitMilliseconds: number) {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    const timer = setTimeout(() => killSession(child), limitMilliseconds);
    await ended;
    clearTimeout(timer);
  }
  killSession(child);
}

/** Also ends what the process started in its session and left behind. */
function killSession(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // nothing is left of it
  }
}
