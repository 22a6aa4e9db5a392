import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const penguins = join(root, 'samples/penguins.csv');
let app: TestApp;
let directory: string;

beforeAll(async () => {
  app = await createTestApp({ worker: true });
  directory = await mkdtemp(join(tmpdir(), 'aliquot-run-'));
});
afterAll(async () => {
  await app?.close();
  await rm(directory, { recursive: true, force: true });
});

type Ended = { exitCode: number; stdout: string; stderr: string };

function aliquot(...args: string[]): Promise<Ended> {
  const command = ['--import', 'tsx', 'src/cli/main.ts', ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: root, timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code ?? -1) : 0, stdout, stderr });
    });
  });
}

const run = (file: string, ...args: string[]) => aliquot('run', file, '--server', app.url, ...args);

describe('aliquot run', () => {
  test('learns, ranks and predicts, and prints one document', { timeout: 150_000 }, async () => {
    const [header, ...rows] = (await readFile(penguins, 'utf8')).trimEnd().split('\n');
    const asked = join(directory, 'asked.csv');
    const out = join(directory, 'predictions.csv');
    await writeFile(asked, [header, ...rows.slice(0, 20)].join('\n'));
    const { exitCode, stdout, stderr } = await run(
      penguins,
      ...['--target', 'species', '--budget', '10', '--algorithms', 'linear,decision_tree', '--seed', '1'],
      ...['--predict', asked, '--out', out, '--json'],
    );
    expect(stderr).toContain('Train: multiclass classification, by Log loss (smaller is better)');
    expect(exitCode).toBe(0);
    const document = JSON.parse(stdout);
    expect(Object.keys(document)).toEqual([
      'experiment',
      'leaderboard',
      'best',
      'predictions',
      'warnings',
      'server',
    ]);
    expect(document.experiment).toMatchObject({
      ...{
        status: 'SUCCEEDED',
        target: 'species',
        taskType: 'MULTICLASS_CLASSIFICATION',
        metric: 'log_loss',
      },
    });
    expect(document.leaderboard.map(({ rank }: { rank: number }) => rank)).toEqual([1, 2]);
    expect(document.best).toEqual(document.leaderboard[0]);
    expect(document.best.score).toBeLessThan(0.3);
    const predictions = await readFile(out, 'utf8');
    const sha256 = createHash('sha256').update(predictions).digest('hex');
    expect(document.predictions).toEqual({ path: out, rows: 20, sha256 });
    expect(predictions.trimEnd().split('\n')).toHaveLength(21);
    expect(predictions.split('\n')[0]?.trim().split(',').sort()).toEqual(['Adelie', 'Chinstrap', 'Gentoo']);
    expect((await readdir(directory)).sort()).toEqual(['asked.csv', 'predictions.csv']);
    const model = await fetch(document.best.model.url);
    const bytes = Buffer.from(await model.arrayBuffer());
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(document.best.model.sha256);
  });

  test('says what is wrong, where, and ends with 1', async () => {
    const empty = join(directory, 'empty.csv');
    await writeFile(empty, '');
    const ends = await Promise.all([
      run(penguins, '--target', 'nope'),
      run(penguins, '--target', 'species', '--algorithms', 'linear,foo'),
      run(empty, '--target', 'species'),
      run(join(directory, 'missing.csv'), '--target', 'species'),
      run(penguins, '--target', 'species', '--token', 'wrong'),
    ]);
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([1, 1, 1, 1, 1]);
    const reasons = ends.map(({ stderr }) => stderr.trim().split('\n').at(-1));
    expect(reasons[0]).toMatch(/^TARGET_NOT_FOUND: .*\(at input\.target\)$/);
    expect(reasons[1]).toMatch(/^ALGORITHM_UNKNOWN: .*\(at input\.algorithms\.1\)$/);
    expect(reasons[2]).toMatch(/^EMPTY_FILE: empty\.csv: /);
    expect(reasons[3]).toMatch(/^FILE_NOT_FOUND: /);
    expect(reasons[4]).toMatch(/^SIGN_IN_REQUIRED: /);
  });

  test('says so when no server is there, as one document where that was asked for', async () => {
    const nobody = ['--server', 'http://127.0.0.1:9', '--target', 'species', '--json'];
    const { exitCode, stdout } = await aliquot('run', penguins, ...nobody);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe('SERVER_UNREACHABLE');
  });
});

describe('the command line', () => {
  test('ends with 2 on wrong use and points to the help', async () => {
    const ends = await Promise.all([aliquot('run'), aliquot('fly'), aliquot('token', '--days', '0')]);
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([2, 2, 2]);
    expect(ends.map(({ stderr }) => stderr.trim().split('\n').at(-1))).toEqual([
      'See: aliquot help run',
      'See: aliquot help',
      'See: aliquot help token',
    ]);
  });

  test('has help and a version', async () => {
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    expect(await aliquot('--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
    const helps = await Promise.all([aliquot(), aliquot('help'), aliquot('--help')]);
    expect(new Set(helps.map(({ stdout }) => stdout)).size).toBe(1);
    const ofRun = await Promise.all([aliquot('help', 'run'), aliquot('run', '--help')]);
    expect(ofRun.map(({ stdout }) => stdout.split('\n')[0])).toEqual([
      'Usage: aliquot run FILE --target COLUMN [options]',
      'Usage: aliquot run FILE --target COLUMN [options]',
    ]);
  });
});
