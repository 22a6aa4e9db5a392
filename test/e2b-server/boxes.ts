import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Other than those of the local sandbox's jobs. Drawn, since several servers may run at once. */
const USERS = { from: 60_000, to: 65_000 };
const isRoot = process.getuid?.() === 0;

export type ProcessEvent =
  | { start: { pid: number } }
  | { data: { stdout: string } | { stderr: string } }
  | { end: { exitCode: number; exited: boolean; status: string; error?: string } };

export interface BoxProcess {
  child: ChildProcess;
  config: { cmd: string; args: string[]; envs: Record<string, string>; cwd?: string };
  /** Those who follow it; what it says while nobody does is gone, as with envd. */
  followers: Set<(event: ProcessEvent) => void>;
  ended: Extract<ProcessEvent, { end: unknown }> | null;
}

export interface Box {
  id: string;
  token: string;
  template: string;
  metadata: Record<string, string>;
  allowInternetAccess: boolean;
  startedAt: Date;
  endAt: Date;
  home: string;
  user: number;
  processes: Map<number, BoxProcess>;
  /** Numbers of processes whose end has not been seen. */
  started: Set<number>;
}

export type Boxes = ReturnType<typeof boxKeeper>;

/** Boxes are directories and real processes of users of their own (under root), ended with all they started. */
export function boxKeeper(python: string, onEnd: (id: string) => void) {
  const living = new Map<string, Box>();
  const timers = new Map<string, NodeJS.Timeout>();
  const ending = new Map<string, Promise<void>>();
  const made: Box[] = [];
  let root: Promise<string> | undefined;

  async function openRoot(): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'aliquot-e2b-'));
    await chmod(directory, 0o711);
    return directory;
  }

  function keepAlive(box: Box, seconds: number): void {
    clearTimeout(timers.get(box.id));
    box.endAt = new Date(Date.now() + seconds * 1_000);
    timers.set(box.id, setTimeout(() => void end(box.id), seconds * 1_000).unref());
  }

  async function create(asked: {
    template: string;
    lock: string;
    metadata: Record<string, string>;
    allowInternetAccess: boolean;
    seconds: number;
  }): Promise<Box> {
    root ??= openRoot();
    const id = `i${randomBytes(9).toString('hex')}`;
    const user = isRoot ? randomInt(USERS.from, USERS.to) : (process.getuid?.() ?? 0);
    const box: Box = {
      ...{ id, user, template: asked.template, metadata: asked.metadata },
      token: randomBytes(16).toString('hex'),
      allowInternetAccess: asked.allowInternetAccess,
      startedAt: new Date(),
      endAt: new Date(),
      home: join(await root, id),
      processes: new Map(),
      started: new Set(),
    };
    await makeDirectory(box, box.home);
    // what the template brings: the command that starts its Python, on the path of a login shell
    const command = join(box.home, '.local/bin/aliquot-python');
    await makeDirectory(box, dirname(command));
    await writeFile(
      command,
      `#!/bin/sh\nexec ${python} -X aliquot-lock=${asked.lock} -X ${markOf(id)} "$@"\n`,
      {
        mode: 0o755,
      },
    );
    await writeFile(
      join(box.home, '.bash_profile'),
      'PATH="$HOME/.local/bin:/usr/local/bin:/usr/bin:/bin"\n',
    );
    living.set(id, box);
    made.push(box);
    keepAlive(box, asked.seconds);
    return box;
  }

  /** As a virtual machine goes: every process at once, then its disk. False when there is no such box. */
  async function end(id: string): Promise<boolean> {
    const box = living.get(id);
    if (!box) {
      await ending.get(id);
      return false;
    }
    living.delete(id);
    clearTimeout(timers.get(id));
    for (const { followers } of box.processes.values()) followers.clear();
    onEnd(id);
    ending.set(id, clear(box));
    await ending.get(id);
    return true;
  }

  async function clear(box: Box): Promise<void> {
    while (killAll(box) > 0) await new Promise((done) => setTimeout(done, 5));
    // a process that was killed may still have been writing
    await rm(box.home, { recursive: true, force: true, maxRetries: 10 });
  }

  function start(box: Box, config: BoxProcess['config'], withInput: boolean): BoxProcess {
    const child = spawn(config.cmd, config.args, {
      cwd: config.cwd ? inHome(box, config.cwd) : box.home,
      env: { ...environment(box), ...config.envs },
      detached: true,
      stdio: [withInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      ...(isRoot ? { uid: box.user, gid: box.user } : {}),
    });
    const started: BoxProcess = { child, config, followers: new Set(), ended: null };
    const tell = (event: ProcessEvent) => {
      for (const follow of started.followers) follow(event);
    };
    child.stdin?.on('error', () => {});
    child.stdout?.on('data', (data) => tell({ data: { stdout: data.toString('base64') } }));
    child.stderr?.on('data', (data) => tell({ data: { stderr: data.toString('base64') } }));
    child.once('close', (code, signal) => {
      const status = signal ? `signal: ${signal}` : `exit status ${code}`;
      const exitCode = code ?? -1;
      started.ended = {
        end: { exitCode, exited: signal === null, status, ...(exitCode ? { error: status } : {}) },
      };
      tell(started.ended);
      box.processes.delete(child.pid ?? 0);
    });
    box.processes.set(child.pid ?? 0, started);
    box.started.add(child.pid ?? 0);
    child.once('exit', () => box.started.delete(child.pid ?? 0));
    return started;
  }

  return {
    create,
    end,
    start,
    keepAlive,
    get: (id: string) => living.get(id),
    all: () => [...living.values()],
    /** Every one that there was. */
    made,
    /** Processes that outlived their box. */
    remains: () => made.filter(({ id }) => !living.has(id)).flatMap(processesOf),
    async close() {
      await Promise.all([...living.keys()].map(end));
      if (root) await rm(await root, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** Never outside of the box's home, whatever is asked for. */
export function inHome(box: Box, path: string): string {
  const found = resolve(box.home, path.replace(/^~\//, ''));
  if (found !== box.home && !found.startsWith(`${box.home}/`)) throw new Error(`outside of the box: ${path}`);
  return found;
}

/** Makes a directory and those above it, all of them the box's. */
export async function makeDirectory(box: Box, path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o755 });
  if (!first || !isRoot) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await giveTo(box, made);
}

export async function giveTo(box: Box, path: string): Promise<void> {
  if (isRoot) await chown(path, box.user, box.user);
}

const environment = (box: Box) => ({
  ...{ HOME: box.home, USER: 'user', LOGNAME: 'user', LANG: 'C.UTF-8' },
  ...{ PATH: '/usr/local/bin:/usr/bin:/bin', E2B_SANDBOX_ID: box.id, E2B_SANDBOX: 'true' },
});

function killAll(box: Box): number {
  const found = processesOf(box);
  for (const pid of found) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // ended while we looked
    }
  }
  return found.length;
}

/** On the command line of everything that is forked from the box's Python. */
const markOf = (id: string) => `box=${id}`;

/** What the box started, what that started, and what was forked from its Python. Zombies do not count. */
function processesOf(box: Box): number[] {
  const present = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const status = readFileSync(`/proc/${name}/stat`, 'latin1');
        const [, state = '', parent] = status.slice(status.lastIndexOf(')')).split(' ');
        if ('ZX'.includes(state)) return [];
        const isMarked = readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(markOf(box.id));
        return [{ pid: Number(name), parent: Number(parent), isMarked }];
      } catch {
        return [];
      }
    });
  const isOurs = ({ pid, isMarked }: { pid: number; isMarked: boolean }) => isMarked || box.started.has(pid);
  const found = new Set(present.filter(isOurs).map(({ pid }) => pid));
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const { pid, parent } of present) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}
