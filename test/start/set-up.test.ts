import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnv } from '#env.ts';
import { pythonEnvironment } from '#python-environment.ts';

const run = promisify(execFile);
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aliquot-set-up-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('set-up', () => {
  test('has nothing to say when it is done, and tells the same interpreter as the server finds', async () => {
    const { stdout, stderr } = await run(process.execPath, ['bin/setup.mjs', '--print']);
    const found = await pythonEnvironment(readEnv());
    expect(stderr).toBe('');
    expect(found).toEqual({ interpreter: stdout.trim(), ready: true, remedy: null });
  });

  test('names the line that installs Python where there is none', async () => {
    const env = { ...process.env, CACHE_DIR: directory, PYTHON: join(directory, 'none') };
    const failed = await run(process.execPath, ['bin/setup.mjs'], { env }).catch((error) => error);
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stderr).toMatch(/none: not found\n {2}Install it: .*(apt-get|dnf|brew) install/);
    expect(failed.stderr).not.toMatch(/\n\s+at /);
  });

  test('refuses a Python that is too old', async () => {
    const python = join(directory, 'python3');
    await writeFile(python, '#!/bin/sh\necho "3|9|True|/usr/bin/python3"\n', { mode: 0o755 });
    const env = { ...process.env, CACHE_DIR: directory, PYTHON: python };
    const failed = await run(process.execPath, ['bin/setup.mjs'], { env }).catch((error) => error);
    expect(failed.stderr).toContain(`${python} (3.9): too old`);
  });
});

describe('the lock of the set-up', () => {
  const program = `
    import { withLock } from '${join(process.cwd(), 'bin/setup/lock.mjs')}';
    const say = (text) => process.stdout.write(text + '\\n');
    await withLock(process.argv[1], async () => {
      say('in ' + Date.now());
      await new Promise((done) => setTimeout(done, 300));
      say('out ' + Date.now());
    });`;
  const hold = () => run(process.execPath, ['--input-type=module', '-e', program, directory]);

  test('lets one in at a time', async () => {
    const outputs = await Promise.all([hold(), hold(), hold()]);
    const stays = outputs
      .map(({ stdout }) => stdout.match(/\d+/g)?.map(Number) ?? [])
      .sort(([one = 0], [other = 0]) => one - other);
    expect(stays).toHaveLength(3);
    for (const [index, [entered = 0]] of stays.slice(1).entries()) {
      expect(entered).toBeGreaterThanOrEqual(stays[index]?.[1] ?? Number.POSITIVE_INFINITY);
    }
  });

  test('is taken over from a holder that was killed', async () => {
    await writeFile(join(directory, 'set-up.lock'), '1 not-its-start-mark nobody');
    await hold();
  });
});
