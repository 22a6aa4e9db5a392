import { type GateOutcome, hasOwnCode, type PlannedStep } from '#contract/preprocessing.ts';
import { JobError } from '#errors.ts';
import { batched } from '#jobs.ts';
import type { GateFault } from '#ports/generator.ts';
import { type CodeFault, compileSteps, parseCode } from './code.ts';
import { runGates } from './gates/gates.ts';
import type { Candidate } from './gates/subject.ts';
import { type BenchPorts, openSourceBench, type PlanSource, type SourceBench } from './source.ts';
import type { Teller } from './teller.ts';

/** What the gates say of a plan, and the Python that it is. */
export type Examined = {
  code: string;
  gates: GateOutcome[];
  verdict: 'PASSED' | 'FAILED' | 'UNDECIDED';
  /** For whoever wrote the plan. */
  faults: GateFault[];
};

export type Examination = ReturnType<typeof openExamination>;

/** The gates of one job; the rows that they need are drawn for the first plan, and kept for the ones after it. */
export function openExamination(ports: BenchPorts, source: PlanSource, teller: Teller, signal: AbortSignal) {
  let opened: Promise<SourceBench> | undefined;

  async function compile(steps: readonly PlannedStep[]): Promise<{ code: string; gate: GateOutcome }> {
    const began = performance.now();
    const code = await compileSteps(ports, source.subject, steps, signal);
    const detail = `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}, compiled to Python by the runner.`;
    const seconds = (performance.now() - began) / 1_000;
    return { code, gate: { name: 'compile', verdict: 'PASSED', detail, seconds, figures: null } };
  }

  /** A courtesy to whoever wrote code: what would not work later on, and where. Nothing of it is run. */
  async function check(steps: readonly PlannedStep[], code: string) {
    const began = performance.now();
    const { faults } = await parseCode(ports, source.subject, code, { steps, code }, signal);
    const said = 'Nothing in the code is out of reach of a step.';
    const gate = staticGate(faults, said, (performance.now() - began) / 1_000);
    await teller.tell('GateFinished', { gate });
    return { gate, faults: faults.map(({ step, message }) => ({ gate: gate.name, step, message })) };
  }

  return {
    /** A plan of the rules: its steps passed every gate in the tests of this version; compiling is all that is left. */
    async rules(steps: readonly PlannedStep[]): Promise<Examined> {
      const detail = 'Steps of the catalogue: the tests of this version hold each of them to the contract.';
      const catalogue: GateOutcome = {
        ...{ name: 'catalogue', verdict: 'PASSED', detail, seconds: 0, figures: null },
      };
      await teller.tell('GateFinished', { gate: catalogue });
      const { code, gate } = await compile(steps);
      await teller.tell('GateFinished', { gate });
      return { code, gates: [catalogue, gate], verdict: 'PASSED', faults: [] };
    },

    /** A plan of somebody else, beside that of the rules. `isChecked`: it was read from code that has passed `static`. */
    async plan(
      steps: PlannedStep[],
      author: Candidate['author'],
      rules: PlannedStep[],
      isChecked = false,
    ): Promise<Examined> {
      const compiled = await compile(steps).catch((error: unknown) => {
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
      const { code, gate } = compiled;
      await teller.tell('GateFinished', { gate });
      const before = [gate];
      if (hasOwnCode(steps) && !isChecked) {
        const checked = await check(steps, code);
        before.push(checked.gate);
        if (checked.gate.verdict === 'FAILED')
          return { code, gates: before, verdict: 'FAILED', faults: checked.faults };
      }
      const telling = batched<GateOutcome>(async (outcomes) => {
        for (const outcome of outcomes) await teller.tell('GateFinished', { gate: outcome });
      });
      opened ??= openSourceBench(ports, source, rules, signal);
      const { bench } = await opened;
      const report = await runGates(bench, { steps, code, author }, telling.push, signal).finally(
        telling.settle,
      );
      return { ...report, code, gates: [...before, ...report.outcomes] };
    },

    async close(): Promise<void> {
      const found = await opened?.catch(() => undefined);
      await found?.close();
    },
  };
}

/** `said`: what is told where there are no faults. */
export function staticGate(faults: readonly CodeFault[], said: string, seconds: number): GateOutcome {
  const told = faults.map(({ line, message }) => (line === null ? message : `Line ${line}: ${message}`));
  const verdict = faults.length > 0 ? 'FAILED' : 'PASSED';
  return { name: 'static', verdict, detail: told.join('\n') || said, seconds, figures: null };
}
