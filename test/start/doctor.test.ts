import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '#cli/local/diagnosis.ts';

interface Diagnosis {
  exitCode: number;
  healthy: boolean;
  findings: Finding[];
}

describe('aliquot doctor', { timeout: 120_000 }, () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'aliquot-doctor-'));
  });

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const diagnose = async (settings: Record<string, string>): Promise<Diagnosis> => {
    const child = spawn(process.execPath, ['bin/aliquot.mjs', 'doctor', '--json'], {
      env: { ...process.env, DATABASE_URL: '', DATA_DIR: join(directory, 'data'), ...settings },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    return { exitCode, ...JSON.parse(output) };
  };
  const part = ({ findings }: Diagnosis, name: string) => findings.find((finding) => finding.name === name);

  test('finds nothing wrong with this installation', async () => {
    const diagnosis = await diagnose({ STORAGE_ENCRYPTION_KEY: 'ab'.repeat(32) });
    expect(diagnosis.findings.filter(({ state }) => state === 'fault')).toEqual([]);
    expect(diagnosis).toMatchObject({ exitCode: 0, healthy: true });
    expect(part(diagnosis, 'Database')?.detail).toMatch(/^PostgreSQL \d+.*, embedded$/);
    expect(part(diagnosis, 'Storage')?.detail).toMatch(/ GiB free, encrypted \(AES-256-GCM\)$/);
    expect(part(diagnosis, 'Python')?.detail).toContain('lightgbm ');
    expect(part(diagnosis, 'Sandbox')?.detail).toContain('local:');
  });

  test('names what is wrong and what to do', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const diagnosis = await diagnose({
      DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/none',
      DATA_DIR: join(file, 'data'),
      SANDBOX_URL: 'unsafe:',
    });
    expect(diagnosis).toMatchObject({ exitCode: 1, healthy: false });
    expect(part(diagnosis, 'Database')).toMatchObject({
      state: 'fault',
      detail: expect.stringContaining('ECONNREFUSED'),
      remedy: expect.stringContaining('DATABASE_URL'),
    });
    expect(part(diagnosis, 'Storage')).toMatchObject({
      state: 'fault',
      remedy: expect.stringContaining('DATA_DIR'),
    });
    expect(part(diagnosis, 'Sandbox')).toMatchObject({ state: 'warning' });
  });

  test('tells why a bucket cannot be used', async () => {
    const diagnosis = await diagnose({
      STORAGE_URL: 's3://bucket/files?endpoint=http://127.0.0.1:9',
      AWS_ACCESS_KEY_ID: 'nobody',
      AWS_SECRET_ACCESS_KEY: 'nothing',
      SANDBOX_URL: 'unsafe:',
    });
    expect(diagnosis).toMatchObject({ exitCode: 1, healthy: false });
    expect(part(diagnosis, 'Storage')).toMatchObject({
      state: 'fault',
      detail: expect.stringContaining('STORAGE_UNREACHABLE'),
      remedy: expect.stringContaining('S3_ENDPOINT'),
    });
  });
});
