import type { CodeJobs } from '../custom-code/jobs.ts';
import type { Bench, Piece } from './bench.ts';
import { measurePlans, type PlanToMeasure } from './measure.ts';
import { prepareFolds } from './scores.ts';
import { type Finding, failed, passed, undecided } from './subject.ts';

/** Standard deviations that chance does not reach in a lifetime of gates. */
const FAR = 5;

/**
 * Whether a plan that learns from labels of other rows predicts no better than chance. That it never sees validation rows
 * follows from how it is run: they are in no job that learns, and their labels in none at all. This looks whether that is
 * true of this plan.
 */
export async function noLeakGate(
  bench: Bench,
  code: string,
  jobs: CodeJobs,
  seconds: number,
): Promise<Finding> {
  const { permuted } = await bench.cuts();
  const plan = await prepareFolds(bench, 'permuted', code, [permuted], jobs);
  return judge(bench, plan, seconds, jobs.signal);
}

async function judge(
  bench: Bench,
  plan: PlanToMeasure,
  seconds: number,
  signal: AbortSignal,
): Promise<Finding> {
  const { piece, labels } = bench;
  const [split] = piece.splits;
  if (!split) return undecided('There are no folds.');
  const isRegression = bench.subject.taskType === 'REGRESSION';
  const metric = isRegression ? 'r2' : 'roc_auc';
  const one: Piece = { ...piece, splits: [split] };
  const options = { metric, labels, groups: 20, seconds };
  const { scores, isComplete } = await measurePlans(bench, one, [plan], options, signal);
  const found = scores.flatMap(({ proxy, score, withoutGroup }) =>
    score === null ? [] : [{ proxy, score, error: jackknifeError(withoutGroup) }],
  );
  if (!isComplete || found.length === 0)
    return undecided('There was no score with permuted labels to look at.');
  const chance = isRegression ? 0 : 0.5;
  const figures = Object.fromEntries(found.map(({ proxy, score }) => [`${proxy}_permuted`, score]));
  const leaking = found.find(({ score, error }) => score - chance > Math.max(0.05, FAR * error));
  if (leaking)
    return failed(
      `With labels of other rows it still predicts them: ${metric} ${leaking.score.toFixed(3)}, by chance ${chance}.`,
      figures,
    );
  return passed(
    'Rows that are validated are in no job that learns, their labels in none; with permuted labels it predicts like chance.',
    figures,
  );
}

function jackknifeError(withoutGroup: readonly (number | null)[]): number {
  const values = withoutGroup.filter((value) => value !== null);
  if (values.length < 2) return Number.POSITIVE_INFINITY;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(((values.length - 1) / values.length) * squares);
}
