import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import { TrialsDocument, type TrialsQuery } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { ChartFrame } from '../../ui/charts/chart-frame.tsx';
import { Legend, Lines } from '../../ui/charts/lines.tsx';
import { count, decimal, duration } from '../../ui/format.ts';
import type { Metric } from './run-page.tsx';

type Page = Extract<NonNullable<TrialsQuery['node']>, { __typename: 'ModelRun' }>['trials'];
type Trial = Page['nodes'][number];

/** What was tried, and how the best grew with it. */
export function Trials({ runId, metric }: { runId: string; metric: Metric | null }) {
  const { trials, hasMore, more } = useTrials(runId);
  if (trials.length < 2) return null;
  const name = metric?.label ?? 'Score';
  const scored = trials.filter((trial): trial is Trial & { score: number } => trial.score != null);
  const better = (metric?.greaterIsBetter ?? true) ? Math.max : Math.min;
  const best = scored.map(
    ({ number }, index) =>
      [number, better(...scored.slice(0, index + 1).map((trial) => trial.score))] as const,
  );
  return (
    <Card>
      <div className="grid gap-3">
        <ChartFrame
          title="Tuning"
          description={`${count(trials.length)} trials; the first one is the configuration before tuning`}
          table={{
            columns: ['Trial', name, 'Seconds', 'Parameters'],
            rows: trials.map(({ number, score, seconds, parameters }) => [
              number,
              score == null ? '–' : decimal(score),
              duration(seconds),
              Object.entries(parameters as object)
                .map(([key, value]) => `${key} ${typeof value === 'number' ? decimal(value) : value}`)
                .join(', '),
            ]),
          }}
        >
          {(width) => (
            <Lines
              label={`${name} of ${trials.length} trials and the best so far`}
              lines={[
                { name: 'Best so far', points: best },
                { name: 'Trial', points: scored.map(({ number, score }) => [number, score] as const) },
              ]}
              x={{ name: 'Trial' }}
              y={{ name }}
              kind="BOTH"
              width={width}
            />
          )}
        </ChartFrame>
        <Legend names={['Best so far', 'Each trial']} />
        {hasMore && (
          <div>
            <Button onClick={more}>Load more trials</Button>
          </div>
        )}
      </div>
    </Card>
  );
}

/** The trials of a run, page by page. */
function useTrials(id: string) {
  const client = useClient();
  const [trials, setTrials] = useState<readonly Trial[]>([]);
  const [after, setAfter] = useState<string | null>(null);
  const [next, setNext] = useState<string | null>(null);

  useEffect(() => {
    let isStopped = false;
    async function load(): Promise<void> {
      const { data } = await client.query(TrialsDocument, { id, after }).toPromise();
      if (isStopped || data?.node?.__typename !== 'ModelRun') return;
      const { nodes, pageInfo } = data.node.trials;
      setTrials((present) => (after === null ? nodes : [...present, ...nodes]));
      setNext(pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null);
    }
    void load();
    return () => {
      isStopped = true;
    };
  }, [client, id, after]);
  return { trials, hasMore: next !== null, more: () => setAfter(next) };
}
