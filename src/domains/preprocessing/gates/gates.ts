import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type GateOutcome, hasOwnCode } from '#contract/preprocessing.ts';
import { JobError } from '#errors.ts';
import type { GateFault } from '#ports/generator.ts';
import type { CodeJobs } from '../custom-code/jobs.ts';
import type { Bench, Piece } from './bench.ts';
import { contractGate, saveLoadGate, type Trial, tryOut, withoutValues } from './contract.ts';
import { noteOpening } from './holdout.ts';
import { noLeakGate } from './no-leak.ts';
import { gateMetric, judgeFolds, judgeHoldout } from './non-inferiority.ts';
import { pairedScores, plannedSteps, prepareFolds } from './scores.ts';
import { type Candidate, type Finding, failed, type GateReport, passed, undecided } from './subject.ts';

const JACKKNIFE_GROUPS = 20;

interface Run {
  bench: Bench;
  candidate: Candidate;
  jobs: CodeJobs;
  secondsLeft(): number;
}
type Gate = { name: string; run: () => Promise<Finding>; isOfWorth?: boolean };

/**
 * Holds a plan against every gate, in order; after one that does not pass, the costly others are skipped. Each outcome is
 * told as soon as it is there. A plan for which the time does not do is UNDECIDED.
 * @throws whatever is not the plan's fault: JobError, TableError, SandboxUnavailableError; what `signal` is aborted with
 */
export async function runGates(
  bench: Bench,
  candidate: Candidate,
  listener: (outcome: GateOutcome) => void,
  signal: AbortSignal,
): Promise<GateReport> {
  const { ports, limits, subject } = bench;
  const late = AbortSignal.timeout(limits.seconds * 1_000);
  const end = performance.now() + limits.seconds * 1_000;
  const directory = await mkdtemp(join(bench.directory, 'plan-'));
  const jobs: CodeJobs = {
    ...{ sandbox: ports.sandbox, owner: subject.ownerId, limits: limits.job, directory },
    signal: AbortSignal.any([signal, late]),
  };
  const run: Run = { bench, candidate, jobs, secondsLeft: () => (end - performance.now()) / 1_000 };
  const isCode = hasOwnCode(candidate.steps);
  const outcomes: GateOutcome[] = [];
  const faults: GateFault[] = [];
  const labels = subject.columns.map(({ name }) => name);
  try {
    let isOpen = true;
    for (const { name, run: gate, isOfWorth = false } of isCode ? gatesOfCode(run) : gatesOfSteps(run)) {
      const began = performance.now();
      let finding: Finding = { verdict: 'SKIPPED', detail: 'An earlier gate has not passed.', figures: null };
      if (isOpen) {
        finding = await gate().catch((error) => {
          signal.throwIfAborted();
          if (late.aborted)
            return undecided(
              `The time for all gates together, ${limits.seconds} s, was up before it had an answer.`,
            );
          if (!isOfPlan(error)) throw error;
          return { ...failed(error.message), fault: withoutValues(error, candidate.code, labels) };
        });
      }
      if (isOfWorth && finding.verdict === 'FAILED' && candidate.author === 'USER')
        finding = { ...finding, verdict: 'UNDECIDED' };
      const { verdict, detail, figures, fault = detail } = finding;
      if (verdict === 'FAILED') faults.push({ gate: name, step: null, message: fault });
      isOpen &&= verdict === 'PASSED';
      const outcome = { name, verdict, detail, seconds: (performance.now() - began) / 1_000, figures };
      outcomes.push(outcome);
      listener(outcome);
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return { outcomes, verdict: verdictOf(outcomes), faults };
}

function verdictOf(outcomes: readonly GateOutcome[]): GateReport['verdict'] {
  if (outcomes.some(({ verdict }) => verdict === 'FAILED')) return 'FAILED';
  return outcomes.some(({ verdict }) => verdict === 'UNDECIDED') ? 'UNDECIDED' : 'PASSED';
}

/** Told by code that is not ours, or of what it did; or of steps that do not fit the table. */
const isOfPlan = (error: unknown): error is JobError =>
  error instanceof JobError &&
  /^(CODE_FAILED|CODE_CONTRACT|SANDBOX_LIMIT|STEP_FAILED|SPEC_INVALID|OUT_OF_MEMORY|FIT_FAILED)$/.test(
    error.code,
  );

function gatesOfCode(run: Run): Gate[] {
  const { bench, candidate, jobs, secondsLeft } = run;
  const { code } = candidate;
  let trial: Promise<Trial> | undefined;
  const tried = () => (trial ??= tryOut(bench, code, jobs));
  return [
    {
      name: 'runs',
      run: async () => {
        try {
          const { seconds } = await tried();
          const { train, validationCount } = (await bench.cuts()).sample[0];
          const rows = train.count + validationCount;
          return passed(`It ran on ${rows} rows.`, { rows, seconds });
        } catch (error) {
          if (!(error instanceof JobError) || error.code !== 'CODE_CONTRACT') throw error;
          return passed('It ran to its end.');
        }
      },
    },
    { name: 'contract', run: async () => contractGate(bench, code, jobs, await tried()) },
    { name: 'save_load', run: async () => saveLoadGate(bench, code, jobs, await tried()) },
    { name: 'no_leak', run: () => noLeakGate(bench, code, jobs, secondsLeft()) },
    ...gatesOfWorth(
      run,
      async () => prepareFolds(bench, 'folds', code, (await bench.cuts()).folds, jobs),
      async () => prepareFolds(bench, 'holdout', code, [await bench.holdoutCut()], jobs),
    ),
  ];
}

/**
 * The trainer applies such steps itself, fold by fold, in a process that ends with it. A user's choice of them is the
 * user's: what it is worth is measured afterwards, and the locked rows stay locked.
 */
function gatesOfSteps(run: Run): Gate[] {
  const plan = async () => plannedSteps(run.bench, run.candidate.steps);
  const isChosen = run.candidate.author === 'USER';
  return [
    { name: 'runs', run: () => stepsRun(run) },
    {
      name: 'contract',
      run: async () =>
        passed('Every step of the catalogue is held to the contract by the tests of this version.'),
    },
    ...(isChosen ? [] : gatesOfWorth(run, plan, plan)),
  ];
}

async function stepsRun({ bench, candidate, jobs, secondsLeft }: Run): Promise<Finding> {
  const piece = await bench.samplePiece();
  const options = {
    metric: gateMetric(bench.subject.taskType, bench.subject.metric),
    seconds: secondsLeft(),
  };
  const plan = plannedSteps(bench, candidate.steps);
  const { isComplete } = await pairedScores(bench, piece, plan, options, jobs.signal);
  return isComplete
    ? passed(`It ran on ${piece.rowCount} rows.`, { rows: piece.rowCount })
    : undecided('The time was up before it had run.');
}

type MakePlan = () => Promise<Parameters<typeof pairedScores>[2]>;

function gatesOfWorth({ bench, jobs, secondsLeft }: Run, onFolds: MakePlan, onHoldout: MakePlan): Gate[] {
  const { subject, piece, foldsPerRepeat, hasHoldout } = bench;
  const metric = gateMetric(subject.taskType, subject.metric);
  const used = (split: Piece['splits'][number] | undefined) =>
    (split?.train.length ?? 0) + (split?.validation.length ?? 0);
  const folds: Gate = {
    name: 'non_inferiority',
    isOfWorth: true,
    run: async () => {
      const plan = await onFolds();
      const scores = await pairedScores(bench, piece, plan, { metric, seconds: secondsLeft() }, jobs.signal);
      const rows = used(piece.splits[0]);
      return scores.isComplete
        ? judgeFolds(scores, { metric, foldsPerRepeat, rows, isSmall: !hasHoldout })
        : undecided('The time was up before every fold was measured.', { rows });
    },
  };
  const holdout: Gate = {
    name: 'holdout',
    isOfWorth: true,
    run: async () => {
      const locked = await bench.holdoutPiece();
      const rows = locked.splits[0]?.validation.length ?? 0;
      if (rows === 0) return undecided('None of the locked rows has a target.', { rows });
      const plan = await onHoldout();
      const openings = await noteOpening(bench.ports, subject);
      const options = { metric, groups: JACKKNIFE_GROUPS, seconds: secondsLeft() };
      const scores = await pairedScores(bench, locked, plan, options, jobs.signal);
      return scores.isComplete
        ? judgeHoldout(scores, { metric, rows, openings })
        : undecided('The time was up before the locked rows were measured.', { rows, openings });
    },
  };
  return hasHoldout ? [folds, holdout] : [folds];
}
