import type { RunProof } from '#contract/proof.ts';
import type { VerifyMessageOf } from '#contract/verify.ts';

/** Of relative differences of scores: on the same machine with the same software; with one or the other changed. */
const SAME = 1e-9;
const OTHER_MACHINE = 1e-3;
const OTHER_SOFTWARE = 1e-2;
/** Scores below it are compared by it. */
const LEAST_SCALE = 1e-3;

export type Refit = Pick<
  VerifyMessageOf<'refitted'>,
  'algorithm' | 'trial' | 'fold' | 'score' | 'predictionsSha256'
>;
export type Recorded = { score: number; foldScores: readonly number[]; lockSha256: string; proof: RunProof };
export type Told = { refits: readonly Refit[]; end: VerifyMessageOf<'verified'>; lockSha256: string };
export type Comparison = {
  proved: boolean;
  score: number | null;
  /** The largest, relative to the recorded score. */
  difference: number | null;
  bitEqual: boolean;
  tolerance: number;
  reason: string | null;
  environmentDifferences: string[];
};

/** Holds what a refit has told against what was recorded. */
export function compare(recorded: Recorded, told: Told): Comparison {
  const { proof } = recorded;
  const { end } = told;
  const software = softwareDifferences(recorded, told);
  const otherMachine = proof.machine !== end.machine;
  const machine = otherMachine ? [`machine: ${proof.machine}, now ${end.machine}`] : [];
  const tolerance = software.length > 0 ? OTHER_SOFTWARE : otherMachine ? OTHER_MACHINE : SAME;
  const pairs = pairsOf(recorded, told);
  const differences = pairs.map(({ was, now }) => differenceOf(was, now));
  const difference = Math.max(...differences);
  const worst = pairs[differences.indexOf(difference)];
  const sameFolds = proof.foldsSha256 === end.foldsSha256;
  const bitEqual =
    sameFolds && proof.predictionsSha256 === end.predictionsSha256 && pairs.every(({ equal }) => equal);
  const fault = !sameFolds
    ? 'The folds are other ones than those that were recorded.'
    : difference > tolerance && worst
      ? `${worst.name}: ${worst.was} was recorded, ${worst.now ?? 'nothing'} came out.`
      : null;
  return {
    ...{ proved: fault === null, score: end.score, bitEqual, tolerance, reason: fault },
    difference: Number.isFinite(difference) ? difference : null,
    environmentDifferences: [...software, ...machine],
  };
}

type Pair = { name: string; was: number; now: number | null; equal: boolean };

function pairsOf({ score, foldScores, proof }: Recorded, { refits, end }: Told): Pair[] {
  const found = new Map(refits.map((refit) => [placeOf(refit), refit]));
  const fits = proof.trials.flatMap(({ algorithm, trial, folds }) =>
    folds.flatMap((fold, place): Pair[] => {
      const refit = found.get(placeOf({ algorithm, trial, fold: fold.fold }));
      const name = `${algorithm}, trial ${trial}, fold ${fold.fold + 1}`;
      const pair = (was: number): Pair => ({
        ...{ name, was, now: refit?.score ?? null },
        equal: refit?.predictionsSha256 === fold.predictionsSha256,
      });
      // of a run of one trial the leaderboard tells the scores by fold too
      return proof.blend === null
        ? [pair(fold.score), pair(foldScores[place] ?? Number.NaN)]
        : [pair(fold.score)];
    }),
  );
  return [{ name: 'score', was: score, now: end.score, equal: score === end.score }, ...fits];
}

const placeOf = ({ algorithm, trial, fold }: { algorithm: string; trial: number; fold: number }) =>
  `${algorithm} ${trial} ${fold}`;

function differenceOf(was: number, now: number | null): number {
  if (now === null || !Number.isFinite(was)) return Number.POSITIVE_INFINITY;
  return Math.abs(was - now) / Math.max(Math.abs(was), LEAST_SCALE);
}

/** Libraries one by one; the lock and the runner where these do not tell. */
function softwareDifferences(recorded: Recorded, told: Told): string[] {
  const before = recorded.proof.libraries;
  const now = told.end.libraries;
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  const libraries = names.flatMap((name) =>
    before[name] === now[name] ? [] : [`${name}: ${before[name] ?? 'none'}, now ${now[name] ?? 'none'}`],
  );
  const runner =
    recorded.proof.runnerSha256 === told.end.runnerSha256 ? [] : ['runner: the sources have changed'];
  const lock = recorded.lockSha256 === told.lockSha256 ? [] : ['lock: the locked libraries have changed'];
  return [...libraries, ...runner, ...lock];
}
