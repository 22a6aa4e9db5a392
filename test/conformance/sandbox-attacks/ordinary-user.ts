import { fork } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Attack, openArena, Remains, Sight } from './arena.ts';

export type Arena = Pick<Awaited<ReturnType<typeof openArena>>, 'attack' | 'close'>;

/** Nobody else's on this host, so that even a signal to everything of this user would hit no bystander. */
const USER = 64_321;
const root = fileURLToPath(new URL('../../..', import.meta.url));
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/**
 * The same arena in a process of an ordinary user, where the tests run as root. It runs a copy of what it needs: that
 * user may not be able to enter the checkout.
 */
export async function openArenaOfOrdinaryUser(tier: string): Promise<Arena> {
  const copy = mkdtempSync(join(tmpdir(), 'aliquot-ordinary-'));
  const temporary = join(copy, 'tmp');
  mkdirSync(temporary);
  chownSync(temporary, USER, USER);
  chmodSync(copy, 0o755);
  const here = 'test/conformance/sandbox-attacks';
  for (const path of [
    'package.json',
    'src/adapters/sandbox/local.ts',
    'src/adapters/sandbox/local',
    'src/ports/sandbox.ts',
    here,
  ]) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path), { recursive: true });
  }
  const child = fork(join(copy, here, 'arena-process.ts'), [tier, String(USER)], {
    cwd: copy,
    env: { ...process.env, TMPDIR: temporary, HOME: temporary },
    execArgv: ['--import', loader],
    serialization: 'advanced',
  });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.on('message', ({ id, value, fault }: { id: number; value?: unknown; fault?: string }) => {
    if (fault === undefined) waiting.get(id)?.resolve(value);
    else waiting.get(id)?.reject(new Error(fault));
    waiting.delete(id);
  });
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the server of the ordinary user was ended'));
  });
  let asked = 0;
  const answer = <T>(id: number) =>
    new Promise<T>((resolve, reject) => void waiting.set(id, { resolve: resolve as () => void, reject }));
  const ask = <T>(attack: Attack | null) => {
    asked += 1;
    const answered = answer<T>(asked);
    child.send({ id: asked, attack });
    return answered;
  };
  await answer<void>(0);
  return {
    attack: (attack) => ask<Sight>(attack),
    async close() {
      try {
        return await ask<Remains>(null);
      } finally {
        await ended;
        rmSync(copy, { recursive: true, force: true });
      }
    },
  };
}
