import { endsExperiment } from '#domains/experiment/events.ts';
import type { Events } from '#ports/events.ts';
import type { Leaderboards } from './leaderboard.ts';
import type { ModelRunRow } from './table.ts';

const SHOWN_RUNS = 50;
const SHORTEST_GAP_MILLISECONDS = 250;
const changing = new Set([
  'RunStarted',
  'RunFinished',
  'RunFailed',
  'TrialFinished',
  'BestChanged',
  'ExperimentFinished',
]);

export type LeaderboardSnapshot = { streamId: string; sequence: number; runs: ModelRunRow[] };

/** The leaderboard of an experiment at once, and again when its events change it. */
export async function* leaderboardSnapshots(
  { events, leaderboards }: { events: Events; leaderboards: Leaderboards },
  streamId: string,
  isGone: () => Promise<boolean>,
): AsyncGenerator<LeaderboardSnapshot> {
  const take = async (sequence: number): Promise<LeaderboardSnapshot> => {
    const page = await leaderboards.pagesByExperiment([streamId], { orderBy: null, limit: SHOWN_RUNS });
    return { streamId, sequence, runs: (page.get(streamId) ?? []).map(({ run }) => run) };
  };
  let seen = (await events.lastSequence([streamId])).get(streamId) ?? 0;
  yield take(seen);
  let last = Date.now();
  let owed = false;
  for await (const event of events.follow(streamId, { after: seen, isEnd: endsExperiment, isGone })) {
    seen = event.sequence;
    if (!changing.has(event.type)) continue;
    const rest = last + SHORTEST_GAP_MILLISECONDS - Date.now();
    // a replayed burst is skipped through to its newest event
    const newest = (await events.lastSequence([streamId])).get(streamId) ?? seen;
    if (newest > seen && rest > 0) {
      owed = true;
      continue;
    }
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    owed = false;
    yield take(seen);
    last = Date.now();
  }
  if (owed) yield take(seen);
}
