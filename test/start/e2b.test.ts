import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { e2bOptions, sandboxUrl } from '#adapters/sandbox/from-url.ts';
import type { Finding } from '#cli/local/diagnosis.ts';
import { readEnv } from '#env.ts';
import { pythonEnvironment } from '#python-environment.ts';
import { type E2bServer, startE2bServer } from '../e2b-server/server.ts';

describe('the sandbox is chosen', () => {
  test.each([
    [{}, 'local:'],
    [{ E2B_API_KEY: 'key' }, 'e2b:'],
    [{ E2B_API_KEY: 'key', SANDBOX_URL: 'local:' }, 'local:'],
    [{ SANDBOX_URL: 'unsafe:' }, 'unsafe:'],
    [{ SANDBOX_URL: 'e2b:' }, 'e2b:'],
  ])('by %j: %s', (settings, url) => {
    expect(sandboxUrl(readEnv(settings))).toBe(url);
  });

  test('with a key where it is needed', () => {
    expect(() => e2bOptions(readEnv({ SANDBOX_URL: 'e2b:' }), 'test')).toThrow('E2B_API_KEY');
  });
});

describe('an installation with E2B', { timeout: 90_000 }, () => {
  let directory: string;
  let server: E2bServer;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'aliquot-e2b-'));
    const { interpreter } = await pythonEnvironment(readEnv());
    server = await startE2bServer(interpreter ?? '');
  });
  afterAll(async () => {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function aliquot(args: string[], settings: Record<string, string> = {}) {
    const child = spawn(process.execPath, ['bin/aliquot.mjs', ...args], {
      env: { ...process.env, DATABASE_URL: '', DATA_DIR: directory, ...server.settings, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [output, errors, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    return { exitCode, output, errors };
  }
  const sandboxOf = async (settings: Record<string, string> = {}) => {
    const { output } = await aliquot(['doctor', '--json'], settings);
    const { findings } = JSON.parse(output) as { findings: Finding[] };
    return findings.find(({ name }) => name === 'Sandbox');
  };

  test('publishes its template, which doctor then finds to hold', async () => {
    expect(await sandboxOf()).toMatchObject({
      state: 'fault',
      remedy: expect.stringContaining('npx aliquot sandbox publish'),
    });
    const published = await aliquot(['sandbox', 'publish']);
    expect(published).toMatchObject({ exitCode: 0, output: `${[...server.templates.locks.keys()]}\n` });
    expect(await sandboxOf()).toMatchObject({
      state: 'ok',
      detail: expect.stringMatching(/^e2b:aliquot-\w+-\S+, 9 of 9 attacks/),
    });
    expect(server.boxes.all()).toEqual([]);
  });

  test('says what is wrong with its key', async () => {
    expect(await sandboxOf({ E2B_API_KEY: 'e2b_wrong' })).toMatchObject({
      state: 'fault',
      remedy: expect.stringContaining('E2B_API_KEY'),
    });
    const { exitCode, errors } = await aliquot(['sandbox', 'publish'], { E2B_API_KEY: 'e2b_wrong' });
    expect(exitCode).toBe(1);
    expect(errors).toContain('SANDBOX_UNAUTHORIZED');
  });
});
