import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEnv } from '#env.ts';
import type { Sandbox } from '#ports/sandbox.ts';
import { pythonEnvironment } from '#python-environment.ts';
import { generous, localForTests, mebibyte } from './workbench.ts';

const { interpreter } = await pythonEnvironment(readEnv());
const isRoot = process.getuid?.() === 0;

test.each(['namespaces', 'landlock'])(
  'scikit-learn, XGBoost, LightGBM, CatBoost and pools train inside local:%s',
  async (tier) => {
    await using made = await localForTests({
      ...(interpreter ? { python: interpreter } : {}),
      ...{ tier, packageName: 'library_runner' },
    });
    await made.sandbox.selfTest();
    const importing = performance.now();
    await made.sandbox.warm();
    const importMilliseconds = performance.now() - importing;
    // without namespaces an ordinary user's job has no /dev/shm, so that pools cannot make their locks
    const hasPools = isRoot || tier === 'namespaces';
    const result = await run(made.sandbox, hasPools ? ['pool'] : []);
    expect(result).toMatchObject({ exitCode: 0, limit: null });
    const scores = JSON.parse(result.lines[0] ?? '{}');
    expect(scores).toMatchObject({ parquet: 2000 });
    for (const name of ['forest', 'crossValidation', 'xgboost', 'lightgbm', 'catboost']) {
      expect(scores[name]).toBeGreaterThan(0.8);
    }
    if (hasPools) expect(scores.pool).toBe(45);
    const times = [];
    for (let count = 0; count < 5; count += 1) {
      const began = performance.now();
      await run(made.sandbox, ['import']);
      times.push(performance.now() - began);
    }
    // forked from the process that has them, a job does not import again
    expect(Math.min(...times)).toBeLessThan(importMilliseconds / 3);
  },
  120_000,
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
