import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { breakingProxy, hashOf, randomCuts, randomTable, resumeUpload } from '../api/upload-client.ts';
import { createTestApp, type TestApp } from '../harness.ts';
import { fetchObjectStore, type ObjectStore, startObjectStore } from '../object-store.ts';

const MEBIBYTE = 1024 ** 2;
const CASE_MILLISECONDS = 120_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const content = randomTable(8 * MEBIBYTE);
let directory: string;
let file: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'aliquot-upload-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));
beforeEach(async () => {
  file = join(directory, 'table.csv');
  await writeFile(file, content);
});

type Ended = { exitCode: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string };

/** `aliquot upload` in a process of its own. */
function upload(server: string, ...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const command = ['--import', 'tsx', 'src/cli/main.ts', 'upload', file, '--server', server, ...args];
  const child = spawn(process.execPath, command, {
    ...{ cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...process.env, XDG_STATE_HOME: join(directory, 'state') },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (output.stdout += chunk));
  child.stderr?.on('data', (chunk) => (output.stderr += chunk));
  const ended = once(child, 'close').then(([exitCode, signal]) => ({ exitCode, signal, ...output }));
  return { child, ended };
}

/** The document of one that succeeded. */
async function document(server: string, ...args: string[]) {
  const { exitCode, stdout, stderr } = await upload(server, '--json', ...args).ended;
  expect({ exitCode, error: exitCode === 0 ? '' : stdout + stderr }).toEqual({ exitCode: 0, error: '' });
  return JSON.parse(stdout);
}

const records = () => readdir(join(directory, 'state', 'aliquot', 'uploads')).catch(() => []);
const datasetsOf = async (app: TestApp) =>
  (await app.query('{ datasets(first: 100) { nodes { id name status } } }')).data.datasets.nodes;

describe('aliquot upload', () => {
  let app: TestApp;
  let proxy: Awaited<ReturnType<typeof breakingProxy>>;
  beforeAll(async () => {
    app = await createTestApp({ worker: true });
    proxy = await breakingProxy(app.url, 'PATCH');
  });
  afterAll(async () => {
    await proxy?.close();
    await app?.close();
  });

  /** Starts an upload and waits until it stands still in the middle. */
  async function halfway(after: number): Promise<ReturnType<typeof upload>> {
    const held = proxy.held;
    proxy.breaks = [{ after, end: 'HOLD' }];
    const running = upload(proxy.url);
    await expect.poll(() => proxy.held, { timeout: 60_000 }).toBe(held + 1);
    return running;
  }

  const expected = {
    rows: expect.any(Number),
    columns: 2,
    byteSize: content.length,
    sha256: hashOf(content),
  };

  test('brings a file to the server and says what it is', { timeout: CASE_MILLISECONDS }, async () => {
    const { exitCode, stdout, stderr } = await upload(app.url, '--name', 'My table').ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const [summary, id] = stdout.split('\n');
    expect(summary).toMatch(/^table\.csv: 8\.4 MB, \d+,\d+ rows, 2 columns$/);
    expect(await datasetsOf(app)).toContainEqual({ id, name: 'My table', status: 'READY' });
    expect(await records()).toEqual([]);
  });

  test('goes on by itself when its connection is cut', { timeout: CASE_MILLISECONDS }, async () => {
    proxy.breaks = randomCuts(4, 3 * MEBIBYTE);
    expect(await document(proxy.url)).toEqual({
      dataset: { id: expect.any(String), fileName: 'table.csv', ...expected },
      ...{ resumedAt: 0, warnings: [], server: proxy.url },
    });
    expect(proxy.breaks).toEqual([]);
  });

  test('called again after kill -9, twice, it goes on where it was', {
    timeout: CASE_MILLISECONDS,
  }, async () => {
    const before = (await datasetsOf(app)).length;
    for (const arrived of [2, 3]) {
      const { child, ended } = await halfway(2 * MEBIBYTE - arrived);
      child.kill('SIGKILL');
      await ended;
    }
    const { dataset, resumedAt } = await document(proxy.url);
    expect(dataset).toEqual({ id: expect.any(String), fileName: 'table.csv', ...expected });
    expect(resumedAt).toBeGreaterThan(3 * MEBIBYTE);
    expect(resumedAt).toBeLessThan(4 * MEBIBYTE);
    expect(await datasetsOf(app)).toHaveLength(before + 1);
    expect(await records()).toEqual([]);
  });

  test('Ctrl-C ends it and says what to do', { timeout: CASE_MILLISECONDS }, async () => {
    const { child, ended } = await halfway(MEBIBYTE);
    child.kill('SIGINT');
    expect(await ended).toEqual({
      ...{ exitCode: 130, signal: null, stdout: '' },
      stderr: 'Call it again to go on where it stopped.\nInterrupted\n',
    });
    const { exitCode, stderr } = await upload(proxy.url).ended;
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringMatching(
        /^Going on with table\.csv: (1\.0|9\d\d) [KM]B of 8\.4 MB are there\.\n$/,
      ),
    });
  });

  test('begins anew with a file that has another date', { timeout: CASE_MILLISECONDS }, async () => {
    const { child, ended } = await halfway(MEBIBYTE);
    child.kill('SIGKILL');
    await ended;
    await utimes(file, new Date(), new Date(Date.now() - 60_000));
    expect((await document(proxy.url)).resumedAt).toBe(0);
  });

  test('notices a file that changes on its way', { timeout: CASE_MILLISECONDS }, async () => {
    const { ended } = await halfway(MEBIBYTE);
    await appendFile(file, '1,one more row\n');
    proxy.cut();
    const { exitCode, stderr } = await ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(/^FILE_CHANGED: /) });
    expect(await records()).toEqual([]);
  });
});

const fetched = await fetchObjectStore();
if ('reason' in fetched) test.skip(`not run: ${fetched.reason}`, () => {});

describe.skipIf('reason' in fetched)('aliquot upload, straight to a bucket', () => {
  const large = randomTable(40 * MEBIBYTE);
  let store: ObjectStore;
  let app: TestApp;
  let proxy: Awaited<ReturnType<typeof breakingProxy>>;
  beforeAll(async () => {
    store = await startObjectStore('program' in fetched ? fetched.program : '');
    proxy = await breakingProxy(store.endpoint, 'PUT');
    const publicEndpoint = `&publicEndpoint=${encodeURIComponent(proxy.url)}`;
    app = await createTestApp({ worker: true, env: { STORAGE_URL: store.url('cli', publicEndpoint) } });
  });
  afterAll(async () => {
    await app?.close();
    await proxy?.close();
    await store?.stop();
  });

  const storedParts = async () => {
    const [dataset] = await datasetsOf(app);
    const { parts } = await resumeUpload(app, dataset.id, ['S3_MULTIPART']);
    return (parts ?? []).filter(({ isStored }) => isStored).length;
  };

  test('called again after kill -9, it sends the parts that are missing; one that is cut is sent again', {
    timeout: CASE_MILLISECONDS,
  }, async () => {
    await writeFile(file, large);
    proxy.breaks = Array.from({ length: 2 }, () => ({ after: 3 * MEBIBYTE, end: 'HOLD' as const }));
    const { child, ended } = upload(app.url);
    await expect.poll(() => proxy.held, { timeout: 60_000 }).toBe(2);
    await expect.poll(storedParts, { timeout: 60_000 }).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await ended;
    proxy.breaks = [{ after: 5 * MEBIBYTE, end: 'CUT' }];
    const { dataset, resumedAt } = await document(app.url);
    expect(proxy.breaks).toEqual([]);
    expect(dataset).toMatchObject({ byteSize: large.length, sha256: hashOf(large) });
    expect(resumedAt).toBeGreaterThan(0);
    expect(resumedAt).toBeLessThanOrEqual(large.length - 16 * MEBIBYTE);
  });
});
