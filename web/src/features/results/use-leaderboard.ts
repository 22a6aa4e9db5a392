import { useCallback, useEffect, useState } from 'react';
import { type CombinedError, useClient } from 'urql';
import { useEvents } from '../../app/events.ts';
import { LeaderboardDocument, type LeaderboardRowFragment, ResultsDocument } from '../../gql/graphql.ts';

type Runs = ReadonlyMap<string, LeaderboardRowFragment>;
const none: Runs = new Map();

const merged = (present: Runs, fresh: readonly LeaderboardRowFragment[]): Runs =>
  new Map([...present, ...fresh.map((run) => [run.id, run] as const)]);

/** All runs of an experiment, page after page; while it runs, as they change. */
export function useLeaderboard(id: string, isLive: boolean) {
  const client = useClient();
  const [runs, setRuns] = useState<Runs>(none);
  const [isComplete, setComplete] = useState(false);
  const [error, setError] = useState<CombinedError | null>(null);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the ranks are settled when it ends, and a new attempt is one
  useEffect(() => {
    let isStopped = false;
    async function load(): Promise<void> {
      let after: string | null = null;
      do {
        const answer: Awaited<ReturnType<typeof page>> = await page(after);
        if (isStopped) return;
        setError(answer.error ?? null);
        if (answer.data?.node?.__typename !== 'Experiment') return;
        const { nodes, pageInfo } = answer.data.node.leaderboard;
        setRuns((present) => merged(present, nodes));
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null);
      setComplete(true);
    }
    const page = (after: string | null) =>
      client.query(ResultsDocument, { id, after }, { requestPolicy: 'network-only' }).toPromise();
    void load();
    return () => {
      isStopped = true;
    };
  }, [client, id, isLive, attempt]);

  useEvents({
    document: LeaderboardDocument,
    id: isLive ? id : null,
    eventOf: ({ leaderboardUpdates }) => leaderboardUpdates,
    onEvent: (snapshot) => setRuns((present) => merged(present, snapshot.runs)),
  });
  const retry = useCallback(() => setAttempt((last) => last + 1), []);
  return { runs, isComplete, error, retry };
}
