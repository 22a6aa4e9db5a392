import { Link } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { CatalogDocument } from '../../gql/graphql.ts';
import { buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Empty, Fault, Loading, QueryFault } from '../../ui/states.tsx';
import { useWizard } from '../wizard/wizard-page.tsx';
import { Comparison } from './comparison.tsx';
import { basisNames } from './figures.ts';
import { Leaderboard } from './leaderboard.tsx';
import { Podium } from './podium.tsx';
import { betterThanFirst, byRank, sortRuns, standingOf, tiesOf } from './ranking.ts';
import { useLeaderboard } from './use-leaderboard.ts';

const PODIUM = 3;
const MOST_COMPARED = 4;

/** What the training has brought, as it comes: the best, all, and some side by side. */
export function ResultsStep() {
  const experiment = useWizard();
  const { id, status, progress, failure } = experiment;
  const isLive = status === 'QUEUED' || status === 'RUNNING';
  const { runs, isComplete, error, retry } = useLeaderboard(id, isLive);
  const [{ data }] = useQuery({ query: CatalogDocument });
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const choose = useCallback((run: string) => {
    setChosen((present) =>
      present.includes(run)
        ? present.filter((each) => each !== run)
        : [...present, run].slice(-MOST_COMPARED),
    );
  }, []);

  const found = data?.catalog.metrics.find(({ key }) => key === experiment.metric);
  const metric = { name: found?.label ?? 'Score', greaterIsBetter: found?.greaterIsBetter ?? true };
  const ranked = useMemo(() => sortRuns(runs.values(), byRank), [runs]);
  const ties = useMemo(() => tiesOf(ranked), [ranked]);
  const best = ranked.filter((run) => standingOf(run) === 'COMPLETE').slice(0, PODIUM);
  const better = betterThanFirst(ranked, metric.greaterIsBetter);
  const bases = [...new Set(ranked.flatMap(({ scoreBasis }) => scoreBasis ?? []))];

  if (error && runs.size === 0) return <QueryFault error={error} onRetry={retry} />;
  if (!data || (runs.size === 0 && !isComplete && !isLive)) return <Loading what="the leaderboard" />;
  return (
    <div className="grid grid-cols-1 gap-6">
      {failure && status === 'FAILED' && (
        <Fault title="The training failed" message={failure.message} code={failure.code} />
      )}
      {isLive && (
        <Card>
          <Progress
            label={progress?.message ?? 'Waiting for a worker'}
            fraction={progress?.fraction ?? null}
          />
          <p className="mt-2 text-footnote text-label-2">
            The training goes on; what follows changes with it.
          </p>
        </Card>
      )}
      {best.length > 0 && <Podium best={best} ties={ties} metricName={metric.name} />}
      {ties.size > 1 && <TieNote count={ties.size} />}
      {best[0] && better && <RankNote first={best[0].label} better={better.label} />}
      {best.length > 0 && <ToReport id={id} />}
      {runs.size === 0 ? (
        <Card>
          <Empty title="No models yet" action={<ToTraining id={id} />}>
            {isLive
              ? 'The first one is being trained.'
              : 'Models appear here as soon as one has been scored.'}
          </Empty>
        </Card>
      ) : (
        <Card
          title="Leaderboard"
          description={[
            `${metric.name}, ${metric.greaterIsBetter ? 'more' : 'less'} is better.`,
            ...bases.map((basis) => `${basisNames[basis].name}: ${basisNames[basis].meaning}.`),
          ].join(' ')}
        >
          <Leaderboard runs={ranked} ties={ties} metric={metric} chosen={chosen} onChoose={choose} />
        </Card>
      )}
      <Comparison ids={chosen} metrics={data.catalog.metrics} onClear={() => setChosen([])} />
    </div>
  );
}

/** A difference within the noise is none. */
function TieNote({ count }: { count: number }) {
  return (
    <p className="px-1 text-footnote text-label-2">
      {count} models are tied: their 95 % intervals overlap with that of the first, so these data do not tell
      which is better. Cost and simplicity may decide.
    </p>
  );
}

/** The best score of many models is partly luck; that of the ensemble is not. */
function RankNote({ first, better }: { first: string; better: string }) {
  return (
    <p className="px-1 text-footnote text-label-2">
      “{better}” has the better score, and “{first}” is first nevertheless: fold by fold they differ by two
      standard errors at most, and the best of many scores owes something to luck, that of an ensemble does
      not.
    </p>
  );
}

const ToReport = ({ id }: { id: string }) => (
  <Link
    to="/experiments/$experimentId/report"
    params={{ experimentId: id }}
    className={`${buttonClass('secondary')} justify-self-start`}
  >
    Report to print
  </Link>
);

const ToTraining = ({ id }: { id: string }) => (
  <Link
    to="/experiments/$experimentId/train"
    params={{ experimentId: id }}
    className={buttonClass('primary')}
  >
    Go to the training
  </Link>
);
