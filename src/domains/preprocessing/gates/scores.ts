import { rm } from 'node:fs/promises';
import { JobError } from '#errors.ts';
import { runSteps } from '../code.ts';
import { type CutFold, transformFold } from '../custom-code/fold.ts';
import type { CodeJobs } from '../custom-code/jobs.ts';
import { writeFold } from '../custom-code/prepared.ts';
import type { Bench, Piece } from './bench.ts';
import { measurePlans, type PlanToMeasure, type Score } from './measure.ts';
import { together } from './together.ts';

/** Scores of a plan and of the rules on the same splits. */
export interface PairedScores {
  plan: Score[];
  rules: Score[];
  isComplete: boolean;
}

/**
 * Sends every fold through the code, a few at once, and leaves what came of it as files for the trainer.
 * @throws JobError CODE_FAILED, CODE_CONTRACT, SANDBOX_LIMIT or CANCELED
 */
export async function prepareFolds(
  bench: Bench,
  name: string,
  code: string,
  folds: readonly CutFold[],
  jobs: CodeJobs,
): Promise<PlanToMeasure> {
  const files: PlanToMeasure['files'] = [];
  const waiting = [...folds.entries()];
  const lane = async (signal: AbortSignal) => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [number, fold] = next;
      const made = await transformFold({ ...jobs, signal }, code, fold);
      await rm(made.state);
      files.push(...(await writeFold(jobs.directory, name, number, made)));
    }
  };
  const lanes = Math.min(bench.limits.jobs, folds.length);
  await together(jobs.signal, (signal) => Array.from({ length: lanes }, () => lane(signal)));
  return { plan: { steps: [], prepared: `in/${name}` }, files };
}

/** A plan of the catalogue's steps, which the trainer applies itself. */
export function plannedSteps(bench: Bench, steps: Parameters<typeof runSteps>[0]): PlanToMeasure {
  return { plan: { steps: runSteps(steps, bench.subject.columns) }, files: [] };
}

/**
 * Measures a plan beside the rules, whose scores are kept for the next plan.
 * @throws JobError STEP_FAILED and others: the plan could not be measured. RULES_FAILED: nor could the rules
 */
export async function pairedScores(
  bench: Bench,
  piece: Piece,
  plan: PlanToMeasure,
  options: { metric: string; groups?: number; seconds: number },
  signal: AbortSignal,
): Promise<PairedScores> {
  const known = bench.known.get(piece);
  const plans = known ? [plan] : [plan, plannedSteps(bench, bench.subject.rules)];
  const { scores, failures, isComplete } = await measurePlans(bench, piece, plans, options, signal);
  for (const { plan: place, code, message } of failures) {
    if (place === 0) throw new JobError(code, message);
    throw new JobError('RULES_FAILED', `The plan of the rules cannot be measured: ${message}`);
  }
  const rules = known ?? scores.filter((score) => score.plan === 1);
  if (!known && isComplete) bench.known.set(piece, rules);
  return { plan: scores.filter((score) => score.plan === 0), rules, isComplete };
}
