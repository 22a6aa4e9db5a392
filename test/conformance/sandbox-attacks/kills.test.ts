import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { localForTests, processesWith, runPython, tiers, until } from './workbench.ts';

const isRoot = process.getuid?.() === 0;
const slots = ['/run/aliquot', '/dev/shm/aliquot', '/tmp/aliquot-slots'];

/** The file that keeps a user id for one job, and whether anybody holds it. */
function isHeld(user: string): boolean {
  const paths = slots.map((directory) => join(directory, user)).filter(existsSync);
  return paths.some((path) => spawnSync('flock', ['--nonblock', path, 'true']).status !== 0);
}

const inSharedMemory = (mark: string) => readdirSync('/dev/shm').filter((name) => name.includes(mark));

test.each(tiers)(
  'local:%s leaves nothing on this host when its server is killed in mid-job',
  async (tier) => {
    const made = await localForTests();
    const { cacheDirectory } = made;
    const mark = randomUUID();
    const holder = fileURLToPath(new URL('./holder.ts', import.meta.url));
    const server = spawn(process.execPath, ['--import', 'tsx', holder, cacheDirectory, tier, mark], {
      env: { ...process.env, TMPDIR: cacheDirectory },
    });
    const line = await new Promise<string>((resolve) =>
      server.stdout.once('data', (data) => resolve(`${data}`)),
    );
    const user = line.trim().split(' ')[1] ?? '';
    const hasSlot = isRoot && tier === 'landlock';
    expect(hasSlot && isHeld(user)).toBe(hasSlot);
    if (hasSlot) expect(inSharedMemory(mark)).toHaveLength(1);
    server.kill('SIGKILL');

    expect(await until(() => processesWith(cacheDirectory).length === 0, 60_000)).toBe(true);
    const work = join(cacheDirectory, 'work');
    expect(await until(() => readdirSync(work).length === 0, 10_000)).toBe(true);
    expect(inSharedMemory(mark)).toEqual([]);
    expect(hasSlot && isHeld(user)).toBe(false);
    // the copy of the runner, which the next server uses, and the directory of the sandbox's caller
    expect(
      readdirSync(cacheDirectory).filter(
        (name) => !/^(work|runner-\w+|tsx-\d+|aliquot-collected-\w+)$/.test(name),
      ),
    ).toEqual([]);
    await made[Symbol.asyncDispose]();
  },
  120_000,
);

test.each(tiers)(
  'local:%s ends a job whose supervisor is killed, and runs the next one',
  async (tier) => {
    await using made = await localForTests({ tier });
    const { sandbox, cacheDirectory } = made;
    await sandbox.warm();
    const host = processesWith(cacheDirectory)[0]?.pid ?? 0;
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const source =
      'import os, time\ndef main(arguments):\n    os.fork()\n    os.write(3, b"x\\n")\n    time.sleep(90)\n';
    const job = runPython(sandbox, source, { handlers: { onLine: () => begin() } });
    const outcome = expect(job).rejects.toThrow('the supervisor of the job ended');
    await begun;
    const isChild = (pid: number) =>
      readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[1] === `${host}`;
    const [supervisor] = processesWith(cacheDirectory).filter(({ pid }) => isChild(pid));
    process.kill(supervisor?.pid ?? 0, 'SIGKILL');
    await outcome;
    expect(await until(() => processesWith(cacheDirectory).length === 1, 60_000)).toBe(true);
    const next = await runPython(sandbox, 'def main(arguments):\n    print("next")\n');
    expect(next).toMatchObject({ exitCode: 0, output: 'next\n' });
    expect(
      readdirSync(join(cacheDirectory, 'work')).flatMap((name) =>
        readdirSync(join(cacheDirectory, 'work', name)),
      ),
    ).toEqual(['control.sock']);
  },
  120_000,
);
