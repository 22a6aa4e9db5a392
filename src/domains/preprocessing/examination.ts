import type { GateOutcome, PlannedStep } from '#contract/preprocessing.ts';
import { JobError } from '#errors.ts';
import type { GateFault } from '#ports/generator.ts';
import { type CodePorts, compileSteps } from './code.ts';
import type { PlanSource } from './source.ts';
import type { Teller } from './teller.ts';

/** What the gates say of a plan, and the Python that it is. */
export type Examined = {
  code: string;
  gates: GateOutcome[];
  verdict: 'PASSED' | 'FAILED' | 'UNDECIDED';
  /** For whoever wrote the plan. */
  faults: GateFault[];
};

/** A plan of the rules: its steps passed every gate in the tests of this version, so compiling is all that is left. */
export async function examineRules(
  ports: CodePorts,
  source: PlanSource,
  steps: readonly PlannedStep[],
  teller: Teller,
  signal: AbortSignal,
): Promise<Examined> {
  const detail =
    'Steps of the catalogue: each has passed the contract of steps in the tests of this version.';
  const catalogue: GateOutcome = { name: 'catalogue', verdict: 'PASSED', detail, seconds: 0, figures: null };
  await teller.tell('GateFinished', { gate: catalogue });
  const { code, gate } = await compile(ports, source, steps, signal);
  await teller.tell('GateFinished', { gate });
  return { code, gates: [catalogue, gate], verdict: 'PASSED', faults: [] };
}

/** A plan of somebody else: Claude, or the owner. */
export async function examinePlan(
  ports: CodePorts,
  source: PlanSource,
  steps: readonly PlannedStep[],
  teller: Teller,
  signal: AbortSignal,
): Promise<Examined> {
  const compiled = await compile(ports, source, steps, signal).catch((error: unknown) => {
    // what cannot be compiled is a fault of the plan, unless somebody stopped the job
    if (signal.aborted || !(error instanceof JobError)) throw error;
    return error.message;
  });
  if (typeof compiled === 'string') {
    const gate: GateOutcome = {
      ...{ name: 'compile', verdict: 'FAILED', detail: compiled, seconds: 0, figures: null },
    };
    await teller.tell('GateFinished', { gate });
    const faults = [{ gate: 'compile', step: null, message: compiled }];
    return { code: '', gates: [gate], verdict: 'FAILED', faults };
  }
  await teller.tell('GateFinished', { gate: compiled.gate });
  return { code: compiled.code, gates: [compiled.gate], verdict: 'PASSED', faults: [] };
}

async function compile(
  ports: CodePorts,
  { subject }: PlanSource,
  steps: readonly PlannedStep[],
  signal: AbortSignal,
): Promise<{ code: string; gate: GateOutcome }> {
  const started = performance.now();
  const code = await compileSteps(ports, subject, steps, signal);
  const detail = `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}, compiled to Python by the runner.`;
  const seconds = (performance.now() - started) / 1_000;
  return { code, gate: { name: 'compile', verdict: 'PASSED', detail, seconds, figures: null } };
}
