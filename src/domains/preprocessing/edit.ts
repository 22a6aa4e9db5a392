import { isDeepStrictEqual } from 'node:util';
import type { PlannedStep } from '#contract/preprocessing.ts';
import { compileSteps, parseCode } from './code.ts';
import { openExamination, staticGate } from './examination.ts';
import { type GenerationPorts, rulesOf, type Written } from './generation.ts';
import type { PlanSource } from './source.ts';
import type { Teller } from './teller.ts';

/** Reads what the owner sent and has it looked at by the gates. */
export async function takeEdit(
  ports: GenerationPorts,
  source: PlanSource,
  { teller }: { teller: Teller },
  signal: AbortSignal,
): Promise<Written> {
  const { row, subject } = source;
  const { revision } = row;
  if (row.origin === 'EDITED_STEPS') {
    await teller.plan(revision, row.steps);
    return { ...(await examined(row.steps)), steps: row.steps, change: {} };
  }
  const started = performance.now();
  const { steps, faults } = await parseCode(ports, subject, row.code, await before(), signal);
  const seconds = (performance.now() - started) / 1_000;
  const syntax = staticGate(faults, `${steps.length} steps were read from the file.`, seconds);
  await teller.tell('GateFinished', { gate: syntax });
  if (faults.length > 0)
    return { code: row.code, steps: row.steps, gates: [syntax], verdict: 'FAILED', faults: [], change: {} };
  await teller.plan(revision, steps);
  const found = await examined(steps, true);
  return {
    ...found,
    ...{ steps, gates: [syntax, ...found.gates], change: {} },
    // what does not compile stays to be seen as it was sent
    code: found.code || row.code,
  };

  async function examined(given: PlannedStep[], isChecked = false) {
    const examination = openExamination(ports, source, teller, signal);
    const rules = await rulesOf(ports, source, signal);
    return examination.plan(given, 'USER', rules, isChecked).finally(examination.close);
  }

  /** The plan that was edited, with the file that was shown for it. */
  async function before() {
    const { accepted, steps: edited } = row;
    if (accepted && isDeepStrictEqual(accepted.steps, edited)) return { steps: edited, code: accepted.code };
    return { steps: edited, code: await compileSteps(ports, subject, edited, signal) };
  }
}
