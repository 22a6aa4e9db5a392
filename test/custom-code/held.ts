import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GateBench, openGateBench } from './gate-bench.ts';
import { type Program, programsOf } from './programs.ts';
import { shopTable } from './shop.ts';

/** Far more than the slowest machine needs for some programs at once. */
const TIMEOUT = 900_000;
export const SHOP = { target: 'bought', taskType: 'BINARY_CLASSIFICATION', metric: 'roc_auc' } as const;

/** Holds every program of these files against the gates, some at once, over one table whose folds are cut once. */
export function holdPrograms(kinds: readonly string[]): void {
  let gates: GateBench;
  beforeAll(async () => {
    gates = await openGateBench(shopTable(1_500), SHOP);
  }, TIMEOUT);
  afterAll(() => gates?.close());

  describe.concurrent.each(kinds)('%s', (kind) => {
    test.each(programsOf(kind))('$name', { timeout: TIMEOUT }, async (program) => {
      const { verdict, outcomes, faults } = await gates.judge(program.code);
      const refusing = outcomes.find((outcome) => outcome.verdict !== 'PASSED');
      expect({ verdict, gate: refusing?.name ?? null, told: refusing?.detail ?? null }).toEqual(
        expectationOf(program),
      );
      expect(faults.map(({ gate }) => gate)).toEqual(refusing ? [refusing.name] : []);
    });
  });
}

const expectationOf = ({ gates }: Program) =>
  gates.length === 0
    ? { verdict: 'PASSED', gate: null, told: null }
    : { verdict: 'FAILED', gate: expect.toBeOneOf(gates), told: expect.any(String) };
