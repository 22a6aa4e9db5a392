import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Attack, type Outcome, openArena } from './arena.ts';
import { type Arena, openArenaOfOrdinaryUser } from './ordinary-user.ts';
import { mebibyte, tiers } from './workbench.ts';

type Expectation = Omit<Attack, 'name'> & {
  expect?: Partial<Outcome>;
  judge?: (outcome: Outcome) => void;
};

const programs = readdirSync(fileURLToPath(new URL('./programs/', import.meta.url)), {
  recursive: true,
  encoding: 'utf8',
})
  .filter((name) => name.endsWith('.py'))
  .map((name) => name.slice(0, -'.py'.length))
  .sort();

const tight = { memoryBytes: 200 * mebibyte, diskBytes: 48 * mebibyte };

/** What the server has to see, beyond that nothing of it was touched. A program without an entry ends by itself. */
const expectations: Record<string, Expectation> = {
  'caps/forks': { limits: { processes: 16, wallSeconds: 10 }, expect: { limit: 'PROCESSES' } },
  'caps/zombies': {
    limits: { processes: 16 },
    // without namespaces the jobs of an ordinary user share what the kernel grants that user
    judge: ({ limit, output }) =>
      expect(limit === 'PROCESSES' ? 0 : Number.parseInt(output, 10)).toBeLessThanOrEqual(16),
  },
  'caps/threads': {
    limits: { processes: 16, wallSeconds: 5 },
    judge: ({ limit, output }) => expect(limit ? 0 : Number(output)).toBeLessThanOrEqual(16 * 8 + 16),
  },
  'caps/memory-of-many': { limits: tight, expect: { limit: 'MEMORY' } },
  'caps/memory-unseen': { limits: tight, expect: { limit: 'MEMORY' } },
  'caps/memory-mapped': { limits: tight, expect: { limit: 'MEMORY' } },
  'caps/memory-in-sockets': { limits: tight, expect: { limit: 'MEMORY' } },
  'caps/memory-in-files': { limits: { ...tight, memoryBytes: 100 * mebibyte } },
  'caps/disk-unseen': { limits: tight, expect: { limit: 'DISK' } },
  'caps/disk-mapped': { limits: tight, expect: { limit: 'DISK' } },
  'caps/disk-allocated': { limits: tight, expect: { limit: 'DISK' } },
  'caps/disk-renamed': { limits: tight, expect: { limit: 'DISK' } },
  'caps/disk-elsewhere': { limits: tight },
  'caps/many-entries': { limits: { diskBytes: 2 * mebibyte }, expect: { limit: 'DISK' } },
  'caps/deep-directories': { limits: tight, expect: { limit: 'DISK' } },
  'caps/descriptors': { judge: ({ output }) => expect(Number.parseInt(output, 10)).toBeLessThan(4096) },
  'caps/output-in-out': {
    limits: tight,
    judge: ({ files }) => expect(files.length).toBeLessThanOrEqual(256),
  },
  'caps/processor': { limits: { wallSeconds: 20, cpuSeconds: 0.5 }, expect: { limit: 'CPU' } },
  'caps/flood': {
    limits: { wallSeconds: 1, outputBytes: 5000 },
    expect: { limit: 'WALL' },
    judge: ({ output, outputDroppedBytes }) => {
      expect(Buffer.byteLength(output)).toBeLessThanOrEqual(15_000);
      expect(outputDroppedBytes).toBeGreaterThan(mebibyte);
    },
  },
  'channel/imitation': {
    expect: { exitCode: 5, limit: null },
    judge: ({ output }) => expect(output).toContain('imitated'),
  },
  'channel/lines': { limits: { wallSeconds: 1 }, expect: { limit: 'WALL' } },
  'channel/endless-line': { expect: { limit: 'LINE' } },
  'channel/many-writers': { expect: { exitCode: 0, limit: null } },
  'secrets/own-memory': { blind: true },
  'survival/stays-behind': { limits: { wallSeconds: 1 }, expect: { limit: 'WALL' } },
  'survival/stopped': { limits: { wallSeconds: 1 }, expect: { limit: 'WALL' } },
  'survival/respawn': { expect: { exitCode: 0, limit: null } },
  'survival/at-the-end': { expect: { exitCode: 0, limit: null } },
  'collector/closed-directories': {
    judge: ({ files, refused }) => {
      expect(files.map((file) => file.name)).toContain('unreadable');
      expect(refused).toContain('closed');
    },
  },
  'collector/sparse-output': {
    limits: tight,
    judge: ({ files }) => {
      const total = files.reduce((sum, file) => sum + file.byteSize, 0);
      expect(total).toBeLessThanOrEqual(tight.diskBytes);
      expect(files.length).toBeLessThanOrEqual(256);
    },
  },
  'collector/swaps-directories': { judge: ({ files }) => expect(files).toEqual([]) },
  'collector/links': { judge: ({ files }) => expect(files).toEqual([]) },
  'collector/races': {
    copies: 'model',
    judge: ({ files }) => expect(files.filter(({ name }) => !['model', 'other'].includes(name))).toEqual([]),
  },
  'collector/odd-names': {
    judge: ({ files, refused }) => {
      const plain = ['con', 'fine.json', 'nul'];
      expect(files.filter(({ name }) => !plain.includes(name))).toEqual([]);
      expect(files).toContainEqual({ name: 'fine.json', byteSize: 2 });
      expect(refused.filter((name) => !/^[\x20-\x7e]{1,128}$/.test(name))).toEqual([]);
    },
  },
  'files/hard-links': { judge: ({ files }) => expect(files).toEqual([]) },
};

const users: [string, (tier: string) => Promise<Arena>][] =
  process.getuid?.() === 0
    ? [
        ['root', openArena],
        ['an ordinary user', openArenaOfOrdinaryUser],
      ]
    : [['this user', openArena]];
const arenas = users.flatMap(([user, open]) => tiers.map((tier) => ({ user, tier, open })));

test('every expectation has its program', () => {
  expect(Object.keys(expectations).filter((name) => !programs.includes(name))).toEqual([]);
});

describe.each(arenas)('attacks in local:$tier of $user', ({ tier, open }) => {
  let arena: Arena;
  let isOver = false;
  beforeAll(async () => {
    arena = await open(tier);
  }, 60_000);
  afterAll(async () => {
    if (!isOver) await arena.close();
  });

  describe.concurrent('', () => {
    test.each(programs)(
      '%s',
      async (name) => {
        const { judge, expect: expected, ...attack } = expectations[name] ?? {};
        const { outcome, escaped, leaked, before, after } = await arena.attack({ name, ...attack });
        expect(escaped).toEqual([]);
        expect(leaked).toBe(false);
        expect(after).toEqual(before);
        expect(outcome.output).not.toContain('Traceback');
        expect(outcome).toMatchObject({ canceled: false, ...expected });
        judge?.(outcome);
      },
      60_000,
    );
  });

  test('nothing is left of any of them, and the job beside them was not touched', async () => {
    isOver = true;
    expect(await arena.close()).toEqual({
      // the warm process itself
      processes: 1,
      directories: [],
      neighbour: { canceled: true, exitCode: 6, left: 'untouched' },
    });
  });
});
