import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Sandbox } from '#ports/sandbox.ts';
import { generous, localForTests, mebibyte } from './workbench.ts';

/** The interpreter of an installed Python environment; the test is skipped where the server has not set one up. */
const python = findPython();
const isRoot = process.getuid?.() === 0;

test.skipIf(!python).each(['namespaces', 'landlock'])(
  'scikit-learn, XGBoost, LightGBM and pools train inside local:%s',
  async (tier) => {
    await using made = await localForTests({ python, tier, packageName: 'library_runner' });
    // without namespaces an ordinary user's job has no /dev/shm, so that pools cannot make their locks
    const result = await run(made.sandbox, isRoot || tier === 'namespaces' ? ['pool'] : []);
    expect(result).toMatchObject({ exitCode: 0, limit: null });
    const scores = JSON.parse(result.lines[0] ?? '{}');
    expect(scores).toMatchObject({ parquet: 2000 });
    for (const name of ['forest', 'crossValidation', 'xgboost', 'lightgbm']) {
      expect(scores[name]).toBeGreaterThan(0.8);
    }
    if (isRoot || tier === 'namespaces') expect(scores.pool).toBe(45);
    const times = [];
    for (let count = 0; count < 5; count += 1) {
      const began = performance.now();
      await run(made.sandbox, ['import']);
      times.push(performance.now() - began);
    }
    // a cold start of these imports takes seconds
    expect(Math.min(...times)).toBeLessThan(500);
  },
  60_000,
);

async function run(sandbox: Sandbox, args: string[]) {
  const lines: string[] = [];
  const collectInto = mkdtempSync(join(tmpdir(), 'aliquot-collected-'));
  const limits = { ...generous, memoryBytes: 2048 * mebibyte };
  try {
    const job = { id: 'libraries', owner: 'test', args, inputs: [], limits, collectInto };
    const result = await sandbox.run(job, { onLine: (line) => lines.push(line) });
    return { ...result, lines };
  } finally {
    rmSync(collectInto, { recursive: true });
  }
}

function findPython() {
  const cache = '/var/cache/aliquot';
  const names = existsSync(cache) ? readdirSync(cache) : [];
  const paths = names
    .filter((name) => name.startsWith('python-') || name === 'dev-venv')
    .map((name) => join(cache, name, 'bin/python'));
  return paths.find((path) => existsSync(path));
}
