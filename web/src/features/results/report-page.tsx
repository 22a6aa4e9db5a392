import { Link, useParams } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { usePageTitle } from '../../app/page-title.ts';
import { CatalogDocument, ReportDocument, type ReportQuery } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { count, dateTime, duration, percent } from '../../ui/format.ts';
import { Empty, Loading, QueryFault } from '../../ui/states.tsx';
import { taskNames } from '../analysis/task-names.ts';
import { basisNames } from './figures.ts';
import { BestModel, Findings, Ranking, Steps } from './report-parts.tsx';

export type Reported = Extract<NonNullable<ReportQuery['node']>, { __typename: 'Experiment' }>;

/** One experiment on paper: the question, the data, what was done, what came of it, and how far that can be trusted. */
export function ReportPage() {
  const { experimentId = '' } = useParams({ strict: false });
  const [{ data, error }, refetch] = useQuery({
    query: ReportDocument,
    variables: { id: experimentId },
    requestPolicy: 'cache-and-network',
  });
  const [{ data: open }] = useQuery({ query: CatalogDocument });
  const experiment = data?.node?.__typename === 'Experiment' ? data.node : null;
  usePageTitle(experiment ? `Report, ${experiment.name}` : null);

  if (error && !experiment) return <QueryFault error={error} onRetry={() => refetch()} />;
  if (!data || !open) return <Loading what="the report" />;
  if (!experiment)
    return <Empty title="This experiment is not there">It was deleted, or it is somebody else’s.</Empty>;
  const { metrics } = open.catalog;
  const metric = metrics.find(({ key }) => key === experiment.metric) ?? null;
  return (
    <article className="grid grid-cols-1 gap-6 print:gap-4">
      <header className="grid gap-1">
        <Link
          to="/experiments/$experimentId/results"
          params={{ experimentId }}
          className="-ml-1 inline-flex min-h-11 items-center gap-1 justify-self-start rounded-small px-1 text-footnote font-medium text-accent md:min-h-8 print:hidden"
        >
          <span aria-hidden="true">‹</span> Results
        </Link>
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h1 className="min-w-0 text-display font-bold break-words">{experiment.name}</h1>
          <Button kind="primary" className="print:hidden" onClick={() => window.print()}>
            Print or save as PDF
          </Button>
        </div>
        <p className="text-body text-label-2">
          {experiment.target ? `Predicts “${experiment.target}”` : 'Without a target yet'} from{' '}
          {experiment.dataset.fileName}. Read on {dateTime(new Date().toISOString())}.
        </p>
      </header>
      <Question experiment={experiment} metricName={metric?.label ?? null} />
      {experiment.analysis?.issues && <Findings issues={experiment.analysis.issues} />}
      {experiment.preprocessing && <Steps preprocessing={experiment.preprocessing} />}
      <Ranking runs={experiment.leaderboard.nodes} metric={metric} />
      {experiment.bestRun && <BestModel run={experiment.bestRun} metrics={metrics} />}
      <Trust runs={experiment.leaderboard.nodes} />
    </article>
  );
}

function Question({ experiment, metricName }: { experiment: Reported; metricName: string | null }) {
  const { dataset, analysis, settings, startedAt, finishedAt } = experiment;
  const { seed, folds, budgetSeconds } = settings as Record<string, number | undefined>;
  const facts: [name: string, value: string | null][] = [
    ['Task', experiment.taskType ? taskNames[experiment.taskType] : null],
    ['Metric', metricName],
    ['Rows', dataset.rowCount == null ? null : count(dataset.rowCount)],
    ['Columns', dataset.columns ? count(dataset.columns.length) : null],
    ['Data quality', analysis?.overview ? `${Math.round(analysis.overview.qualityScore)} of 100` : null],
    ['Missing cells', analysis?.overview ? percent(analysis.overview.missingFraction) : null],
    ['Repeated rows', analysis?.overview ? count(analysis.overview.duplicateRows) : null],
    ['Folds', folds === undefined ? null : String(folds)],
    ['Budget', budgetSeconds === undefined ? null : duration(budgetSeconds)],
    ['Seed', seed === undefined ? null : String(seed)],
    ['Started', startedAt ? dateTime(startedAt) : null],
    ['Finished', finishedAt ? dateTime(finishedAt) : null],
  ];
  return (
    <Card title="Question and data">
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3 sm:grid-cols-3 lg:grid-cols-4">
        {facts.map(
          ([name, value]) =>
            value !== null && (
              <div key={name}>
                <dt className="text-footnote text-label-2">{name}</dt>
                <dd className="text-body font-medium tabular-nums">{value}</dd>
              </div>
            ),
        )}
      </dl>
      {dataset.sha256 && (
        <p className="mt-4 font-mono text-caption break-all text-label-2">SHA-256 {dataset.sha256}</p>
      )}
    </Card>
  );
}

/** How the scores came about, for whoever reads them without this app. */
function Trust({ runs }: { runs: Reported['leaderboard']['nodes'] }) {
  const bases = [...new Set(runs.flatMap(({ scoreBasis }) => scoreBasis ?? []))];
  if (bases.length === 0) return null;
  return (
    <Card title="How to read the scores">
      <ul className="grid gap-1 text-body text-label-2">
        {bases.map((basis) => (
          <li key={basis}>
            <span className="font-medium text-label">{basisNames[basis].name}:</span>{' '}
            {basisNames[basis].meaning}.
          </li>
        ))}
        <li>
          <span className="font-medium text-label">Interval:</span> 95 %. Where intervals overlap, these data
          do not tell which model is better.
        </li>
      </ul>
    </Card>
  );
}
