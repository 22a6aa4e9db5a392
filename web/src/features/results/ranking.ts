import type { JobStatus, LeaderboardRowFragment } from '../../gql/graphql.ts';

export type SortKey = 'rank' | 'score' | 'label' | 'fitSeconds' | 'predictMicrosPerRow' | 'modelBytes';
export const byRank: { key: SortKey; isDescending: boolean } = { key: 'rank', isDescending: false };
export type Standing = 'COMPLETE' | 'PARTIAL' | 'OPEN' | 'FAILED';

/** Only complete runs are scored on the same rows. */
export function standingOf({ status, partial }: { status: JobStatus; partial: boolean }): Standing {
  if (status === 'SUCCEEDED') return partial ? 'PARTIAL' : 'COMPLETE';
  return status === 'QUEUED' || status === 'RUNNING' ? 'OPEN' : 'FAILED';
}

const byName = new Intl.Collator(undefined, { numeric: true });
const order: Record<Standing, number> = { COMPLETE: 0, PARTIAL: 1, OPEN: 2, FAILED: 3 };

/** Complete runs first, then by the key; what has no value comes last in both directions. */
export function sortRuns(
  runs: Iterable<LeaderboardRowFragment>,
  options: { key: SortKey; isDescending: boolean },
): LeaderboardRowFragment[] {
  const { key, isDescending } = options;
  const sign = isDescending ? -1 : 1;
  return [...runs].sort((first, second) => {
    const standing = order[standingOf(first)] - order[standingOf(second)];
    if (standing !== 0) return standing;
    if (key === 'label') return sign * byName.compare(first.label, second.label);
    const [a, b] = [numberOf(first[key]), numberOf(second[key])];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (a - b) || (first.rank ?? 0) - (second.rank ?? 0);
  });
}

const numberOf = (value: number | string | null | undefined): number | null =>
  value == null ? null : Number(value);

export type Interval = readonly [low: number, high: number];

export const intervalOf = ({ scoreInterval }: LeaderboardRowFragment): Interval | null => {
  const [low, high] = scoreInterval ?? [];
  return low === undefined || high === undefined ? null : [low, high];
};

/** The run whose score is better than that of the first in rank, if there is one; `ranked`: by rank. */
export function betterThanFirst(
  ranked: readonly LeaderboardRowFragment[],
  greaterIsBetter: boolean,
): LeaderboardRowFragment | null {
  const complete = ranked.filter((run) => standingOf(run) === 'COMPLETE' && run.score != null);
  const sign = greaterIsBetter ? 1 : -1;
  const [first] = complete;
  const best = complete.reduce<LeaderboardRowFragment | undefined>(
    (found, run) => (found && sign * ((run.score ?? 0) - (found.score ?? 0)) <= 0 ? found : run),
    first,
  );
  return best && best !== first ? best : null;
}

/** Runs that the data cannot tell from the best: their intervals overlap with its own. */
export function tiesOf(ranked: readonly LeaderboardRowFragment[]): ReadonlySet<string> {
  const [best] = ranked;
  const bound = best && standingOf(best) === 'COMPLETE' ? intervalOf(best) : null;
  if (!best || !bound) return new Set();
  const tied = ranked.filter((run) => {
    const own = intervalOf(run);
    return standingOf(run) === 'COMPLETE' && own !== null && own[0] <= bound[1] && own[1] >= bound[0];
  });
  return tied.length > 1 ? new Set(tied.map(({ id }) => id)) : new Set();
}

/** A scale on which most intervals lie; a few far ones run out of it, so that the others can be told apart. */
export function scaleOf(runs: readonly LeaderboardRowFragment[]): Interval | null {
  const ends = runs
    .flatMap((run) => intervalOf(run) ?? (run.score == null ? [] : [run.score]))
    .sort((a, b) => a - b);
  if (ends.length === 0) return null;
  const quartile = (share: number) => ends[Math.round(share * (ends.length - 1))] ?? 0;
  const reach = 1.5 * (quartile(0.75) - quartile(0.25));
  const low = Math.max(ends[0] ?? 0, quartile(0.25) - reach);
  const high = Math.min(ends.at(-1) ?? 0, quartile(0.75) + reach);
  return low === high ? [low - 1, high + 1] : [low, high];
}
