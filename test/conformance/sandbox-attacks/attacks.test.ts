import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SandboxLimits } from '#ports/sandbox.ts';
import { plantVictim } from './victim.ts';
import { localForTests, mebibyte, processesWith, runPython, tiers } from './workbench.ts';

type Outcome = Awaited<ReturnType<typeof runPython>>;
type Attack = {
  limits?: Partial<SandboxLimits>;
  expect?: Partial<Outcome>;
  judge?: (outcome: Outcome) => void;
};

const programs = fileURLToPath(new URL('./programs/', import.meta.url));
const tight = { memoryBytes: 200 * mebibyte, diskBytes: 48 * mebibyte };

/** What the server has to see, beyond that nothing of it was touched. A program without an entry ends by itself. */
const attacks: Record<string, Attack> = {
  forks: { limits: { processes: 16 }, expect: { limit: 'PROCESSES' } },
  threads: {
    limits: { processes: 16, wallSeconds: 5 },
    judge: ({ limit, output }) => expect(limit ? 0 : Number(output)).toBeLessThanOrEqual(16 * 8 + 16),
  },
  'memory-of-many': { limits: tight, expect: { limit: 'MEMORY' } },
  'memory-unseen': { limits: tight, expect: { limit: 'MEMORY' } },
  'disk-unseen': { limits: tight, expect: { limit: 'DISK' } },
  'disk-mapped': { limits: tight, expect: { limit: 'DISK' } },
  'disk-elsewhere': { limits: tight },
  'many-entries': { limits: tight, expect: { limit: 'DISK' } },
  'deep-directories': { limits: tight, expect: { limit: 'DISK' } },
  'closed-directories': {
    judge: ({ files, refused }) => {
      expect(files.map((file) => file.name)).toContain('unreadable');
      expect(refused).toContain('closed');
    },
  },
  processor: { limits: { wallSeconds: 3, cpuSeconds: 1 }, judge: endedEarly },
  'stays-behind': { limits: { wallSeconds: 1 }, expect: { limit: 'WALL' } },
  flood: {
    limits: { wallSeconds: 2, outputBytes: 5000 },
    expect: { limit: 'WALL' },
    judge: ({ output, outputDroppedBytes }) => {
      expect(Buffer.byteLength(output)).toBeLessThanOrEqual(15_000);
      expect(outputDroppedBytes).toBeGreaterThan(mebibyte);
    },
  },
  imitation: {
    expect: { exitCode: 5, limit: null },
    judge: ({ output }) => expect(output).toContain('imitated'),
  },
  'sparse-output': {
    limits: tight,
    judge: ({ files }) => {
      const total = files.reduce((sum, file) => sum + file.byteSize, 0);
      expect(total).toBeLessThanOrEqual(tight.diskBytes);
      expect(files.length).toBeLessThanOrEqual(256);
    },
  },
  'swaps-directories': { judge: ({ files }) => expect(files).toEqual([]) },
};

function endedEarly({ wallSeconds, limit }: Outcome) {
  expect(limit === null ? wallSeconds : 0).toBeLessThan(3);
}

describe.each(tiers)('attacks in local:%s', (tier) => {
  let made: Awaited<ReturnType<typeof localForTests>>;
  let victim: Awaited<ReturnType<typeof plantVictim>>;
  beforeAll(async () => {
    made = await localForTests({ tier });
    victim = await plantVictim();
    await made.sandbox.warm();
  }, 60_000);
  afterAll(async () => {
    victim.close();
    await made[Symbol.asyncDispose]();
  });

  test.each(readdirSync(programs).map((name) => name.replace('.py', '')))(
    '%s',
    async (name) => {
      const attack = attacks[name] ?? {};
      const outcome = await runPython(made.sandbox, readFileSync(join(programs, `${name}.py`), 'utf8'), {
        args: [JSON.stringify({ ...victim.target, base: join(made.cacheDirectory, 'work') })],
        limits: { wallSeconds: 15, ...attack.limits },
      });
      const escaped = outcome.lines.filter((line) => line.includes('"escaped"'));
      expect(escaped).toEqual([]);
      expect(JSON.stringify([outcome.output, outcome.lines, ...outcome.contents.values()])).not.toContain(
        victim.secret,
      );
      expect(victim.state()).toEqual(victim.before);
      expect(processesWith(made.cacheDirectory)).toHaveLength(1);
      expect(readdirSync(join(made.cacheDirectory, 'work')).flatMap(jobsIn)).toEqual([]);
      expect(outcome.output).not.toContain('Traceback');
      expect(outcome).toMatchObject({ canceled: false, ...attack.expect });
      attack.judge?.(outcome);
    },
    30_000,
  );

  const jobsIn = (name: string) =>
    readdirSync(join(made.cacheDirectory, 'work', name)).filter((entry) => entry !== 'control.sock');
});
