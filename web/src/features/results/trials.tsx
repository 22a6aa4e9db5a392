import { type ReactNode, useEffect, useState } from 'react';
import { useClient } from 'urql';
import { TrialsDocument, type TrialsQuery } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Bars } from '../../ui/charts/bars.tsx';
import { ChartFrame } from '../../ui/charts/chart-frame.tsx';
import { Legend, Lines } from '../../ui/charts/lines.tsx';
import { count, decimal, duration, percent } from '../../ui/format.ts';
import type { Metric, Run } from './run-page.tsx';

type Page = Extract<NonNullable<TrialsQuery['node']>, { __typename: 'ModelRun' }>['trials'];
type Trial = Page['nodes'][number];

/** What was tried, and how the best grew with it. */
export function Trials(props: {
  runId: string;
  metric: Metric | null;
  tuning: Run['tuning'];
  action: ReactNode;
}) {
  const { runId, metric, tuning, action } = props;
  const { trials, hasMore, more } = useTrials(runId);
  if (trials.length < 2) return action;
  const name = metric?.label ?? 'Score';
  // a pruned one was scored on fewer rows
  const scored = trials.filter(
    (trial): trial is Trial & { score: number } => trial.score != null && !trial.pruned,
  );
  const ties = new Set(tuning?.ties);
  const better = (metric?.greaterIsBetter ?? true) ? Math.max : Math.min;
  const best = scored.map(
    ({ number }, index) =>
      [number, better(...scored.slice(0, index + 1).map((trial) => trial.score))] as const,
  );
  return (
    <Card>
      <div className="grid gap-5">
        {tuning && <Gain tuning={tuning} name={name} />}
        <ChartFrame
          title="Tuning"
          description={`${count(trials.length)} trials; the first one is the configuration before tuning`}
          table={{
            columns: ['Trial', name, '', 'Time', 'Parameters'],
            rows: trials.map(({ number, score, seconds, pruned, parameters }) => [
              number,
              score == null ? '–' : decimal(score),
              pruned ? 'pruned' : number === tuning?.bestTrial ? 'best' : ties.has(number) ? 'tied' : '',
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
              x={{ name: 'Trial', isWhole: true }}
              y={{ name }}
              kind="BOTH"
              width={width}
            />
          )}
        </ChartFrame>
        <Legend names={['Best so far', 'Each trial']} />
        <div className="flex flex-wrap gap-2">
          {action}
          {hasMore && <Button onClick={more}>Load more trials</Button>}
        </div>
        {tuning && <Importance tuning={tuning} />}
      </div>
    </Card>
  );
}

type Tuning = NonNullable<Run['tuning']>;

/** What tuning has brought, in words: where the data cannot tell trials apart, it says so. */
function Gain({ tuning, name }: { tuning: Tuning; name: string }) {
  const { baselineScore, bestScore, improvement, trials, ties } = tuning;
  return (
    <p className="text-body">
      {improvement != null && baselineScore != null && improvement > 0 ? (
        <>
          {name} went from {decimal(baselineScore)} to{' '}
          <span className="font-semibold">{decimal(bestScore)}</span>, better by{' '}
          <span className="font-semibold">{decimal(improvement)}</span>, in {count(trials)} trials.
        </>
      ) : (
        `${count(trials)} trials found nothing better than the configuration before tuning.`
      )}{' '}
      {ties.length > 0 && (
        <span className="text-label-2">
          {count(ties.length)} {ties.length === 1 ? 'other trial is' : 'other trials are'} tied with the best:
          within one standard error, fold by fold.
        </span>
      )}
    </p>
  );
}

/** Which parameters mattered. */
function Importance({ tuning }: { tuning: Tuning }) {
  if (!tuning.importance || tuning.importance.length === 0) return null;
  const bars = tuning.importance.map(({ parameter, importance }) => ({
    ...{ label: parameter, value: importance, text: percent(importance) },
  }));
  return (
    <ChartFrame
      title="What mattered in tuning"
      description="Share of the differences between trials that a parameter explains (PED-ANOVA)"
      table={{ columns: ['Parameter', 'Share'], rows: bars.map(({ label, text }) => [label, text]) }}
    >
      {(width) => <Bars name="Importance of the parameters" bars={bars} width={width} />}
    </ChartFrame>
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
