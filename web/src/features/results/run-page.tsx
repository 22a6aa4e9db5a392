import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';
import { usePageTitle } from '../../app/page-title.ts';
import { CatalogDocument, type CatalogQuery, RunDocument, type RunQuery } from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { Figure } from '../../ui/card.tsx';
import { bytes, decimal, duration } from '../../ui/format.ts';
import { Empty, Fault, Loading, QueryFault } from '../../ui/states.tsx';
import { basisNames, interval, perRow } from './figures.ts';
import { PortableModel } from './portable-model.tsx';
import { Prediction } from './prediction.tsx';
import { intervalOf, standingOf } from './ranking.ts';
import { Diagnostics } from './run-diagnostics.tsx';
import { RunFiles } from './run-files.tsx';
import { Folds, Members, Metrics, Parameters } from './run-parts.tsx';
import { Trials } from './trials.tsx';
import { TuneFurther } from './tune-further.tsx';
import { Verification } from './verification.tsx';

export type Run = Extract<NonNullable<RunQuery['node']>, { __typename: 'ModelRun' }>;
export type Metric = CatalogQuery['catalog']['metrics'][number];

/** One model: how good it is and how sure that is, what it looks at, what it is made of, and its use. */
export function RunPage() {
  const { runId = '' } = useParams({ strict: false });
  const [{ data, error, fetching }, refetch] = useQuery({ query: RunDocument, variables: { id: runId } });
  const [{ data: open }] = useQuery({ query: CatalogDocument });
  const run = data?.node?.__typename === 'ModelRun' ? data.node : null;
  usePageTitle(run ? `${run.label}, ${run.experiment.name}` : null);

  if (error && !run) return <QueryFault error={error} onRetry={() => refetch()} />;
  if (!run && (fetching || !data)) return <Loading what="the model" />;
  if (!run) return <Empty title="This model is not there">It was deleted, or it is somebody else’s.</Empty>;
  if (!open) return <Loading what="the model" />;
  const { metrics, algorithms } = open.catalog;
  const metric = metrics.find(({ key }) => key === run.experiment.metric) ?? null;
  return (
    <div className="grid grid-cols-1 gap-6">
      <Header run={run} />
      {run.failure && <Fault title="This model could not be trained" {...run.failure} />}
      {run.score != null && (
        <>
          <Figures run={run} metric={metric} />
          <div className="grid items-start gap-6 lg:grid-cols-2">
            <Metrics values={run.metrics} metrics={metrics} />
            <div className="grid gap-6">
              {run.status === 'SUCCEEDED' && <Prediction runId={run.id} dataset={run.experiment.dataset} />}
              <RunFiles run={run} />
              {run.status === 'SUCCEEDED' && <Verification run={run} />}
              <PortableModel run={run} onMade={() => refetch({ requestPolicy: 'network-only' })} />
            </div>
          </div>
          <Diagnostics run={run}>
            <Folds run={run} metric={metric} />
          </Diagnostics>
          <div className="grid items-start gap-6 lg:grid-cols-2">
            <Parameters values={run.parameters} tier={run.sandboxTier ?? null} />
            <Members members={run.members} algorithms={algorithms} />
          </div>
          <Trials
            runId={run.id}
            metric={metric}
            tuning={run.tuning}
            action={<TuneFurther run={run} algorithms={algorithms} />}
          />
        </>
      )}
    </div>
  );
}

function Header({ run }: { run: Run }) {
  const { experiment, label, rank } = run;
  const standing = standingOf(run);
  return (
    <header className="grid gap-1">
      <Link
        to="/experiments/$experimentId/results"
        params={{ experimentId: experiment.id }}
        className="-ml-1 inline-flex min-h-11 items-center gap-1 justify-self-start rounded-small px-1 text-footnote font-medium text-accent md:min-h-8"
      >
        <span aria-hidden="true">‹</span> {experiment.name}
      </Link>
      <div className="flex flex-wrap items-center gap-3">
        <h1 className="min-w-0 text-display font-bold break-words">{label}</h1>
        {rank != null && (
          <Badge tone={rank === 1 ? 'good' : 'neutral'}>{rank === 1 ? 'Best' : `Place ${rank}`}</Badge>
        )}
        {standing === 'PARTIAL' && <Badge tone="caution">Partial</Badge>}
        {standing === 'OPEN' && <Badge tone="accent">Training</Badge>}
        {standing === 'FAILED' && <Badge tone="bad">Failed</Badge>}
      </div>
      <p className="text-body text-label-2">
        Predicts “{experiment.target}” in {experiment.dataset.name}.
        {standing === 'PARTIAL' && ' The time was up before all folds were scored, so it has no rank.'}
      </p>
    </header>
  );
}

function Figures({ run, metric }: { run: Run; metric: Metric | null }) {
  const own = intervalOf(run);
  const figures: { name: string; value: ReactNode; detail?: string }[] = [
    {
      name: metric?.label ?? 'Score',
      value: run.score == null ? '—' : decimal(run.score),
      detail: [
        own && `95 % ${interval(own)}`,
        run.scoreBasis && basisNames[run.scoreBasis].name.toLowerCase(),
      ]
        .filter(Boolean)
        .join(' · '),
    },
  ];
  if (run.baselineScore != null)
    figures.push({ name: 'Before tuning', value: decimal(run.baselineScore), detail: gainOf(run, metric) });
  if (run.fitSeconds != null)
    figures.push({ name: 'Time to fit', value: duration(run.fitSeconds), detail: 'all folds together' });
  if (run.predictMicrosPerRow != null)
    figures.push({ name: 'Time to predict', value: perRow(run.predictMicrosPerRow), detail: 'a row' });
  if (run.modelBytes != null)
    figures.push({ name: 'Size', value: bytes(run.modelBytes), detail: 'of the model file' });
  return (
    <dl className="grid grid-cols-2 gap-3 md:grid-cols-3 lg:grid-cols-5">
      {figures.map((figure) => (
        <Figure key={figure.name} {...figure} />
      ))}
    </dl>
  );
}

function gainOf({ score, baselineScore }: Run, metric: Metric | null): string {
  if (score == null || baselineScore == null || score === baselineScore) return 'tuning found nothing better';
  const gain = (metric?.greaterIsBetter ?? true) ? score - baselineScore : baselineScore - score;
  return `${decimal(Math.abs(gain))} ${gain > 0 ? 'won' : 'lost'} by tuning`;
}
