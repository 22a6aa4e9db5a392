import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { e2bForTests } from './e2b-for-tests.ts';
import { sandboxConformance } from './sandbox-attacks/promises.ts';
import { localForTests, processesWith, runPython, tiers, until } from './sandbox-attacks/workbench.ts';

// every job has a box of its own, so that nothing of it remains but what outlived its box
sandboxConformance('e2b:test-template', () => e2bForTests());

for (const tier of tiers) {
  sandboxConformance(`local:${tier}`, async () => {
    const made = await localForTests({ tier });
    await made.sandbox.warm();
    // the warm process itself is the only one that stays
    return { ...made, remains: () => processesWith(made.cacheDirectory).slice(1) };
  });

  test(`local:${tier} leaves no process and no file when its server is killed`, async () => {
    const { cacheDirectory, ...made } = await localForTests();
    const holder = fileURLToPath(new URL('./sandbox-attacks/holder.ts', import.meta.url));
    const server = spawn(process.execPath, ['--import', 'tsx', holder, cacheDirectory, tier], {
      env: { ...process.env, TMPDIR: cacheDirectory },
    });
    await new Promise((resolve) => server.stdout.once('data', resolve));
    expect(processesWith(cacheDirectory).length).toBeGreaterThan(3);
    server.kill('SIGKILL');
    expect(await until(() => processesWith(cacheDirectory).length === 0, 8000)).toBe(true);
    expect(await until(() => readdirSync(join(cacheDirectory, 'work')).length === 0, 3000)).toBe(true);
    await made[Symbol.asyncDispose]();
  }, 120_000);
}

test('close ends running jobs and every process', async () => {
  const { sandbox, cacheDirectory, ...made } = await localForTests();
  const job = runPython(sandbox, 'import time\ndef main(arguments):\n    time.sleep(60)\n');
  await until(() => processesWith(cacheDirectory).length > 3, 5000);
  await sandbox.close();
  expect((await job).canceled).toBe(true);
  expect(processesWith(cacheDirectory)).toEqual([]);
  expect(existsSync(join(cacheDirectory, 'work')) && readdirSync(join(cacheDirectory, 'work'))).toEqual([]);
  await expect(runPython(sandbox, '')).rejects.toThrow('closed');
  await made[Symbol.asyncDispose]();
});

test('what a job starts is the first to go when memory is short', async () => {
  await using made = await localForTests({ tier: 'namespaces' });
  const source = `
import os, time
def main(arguments):
    own = lambda: open('/proc/self/oom_score_adj').read()
    child = os.fork()
    if child == 0:
        while own() != '1000\\n':
            time.sleep(0.02)
        os._exit(0)
    os.waitpid(child, 0)
    os.write(3, own().encode())
`;
  const { lines, limit } = await runPython(made.sandbox, source);
  expect({ lines, limit }).toEqual({ lines: ['900'], limit: null });
});

test('unsafe runs with limits and without isolation, and says so', async () => {
  await using made = await localForTests({ unsafe: true });
  const result = await runPython(made.sandbox, 'import time\ndef main(arguments):\n    time.sleep(60)\n', {
    limits: { wallSeconds: 0.3 },
  });
  expect(result).toMatchObject({ tier: 'unsafe', limit: 'WALL' });
  expect(await made.sandbox.selfTest()).toMatchObject({ tier: 'unsafe', passed: false });
});

test('refuses with a remedy when no tier passes', async () => {
  await using made = await localForTests({ tier: 'none of them' });
  await expect(made.sandbox.warm()).rejects.toMatchObject({
    code: 'SANDBOX_UNAVAILABLE',
    message: expect.stringContaining('SANDBOX_URL=unsafe:'),
  });
});
