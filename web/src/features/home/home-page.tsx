import { useQuery } from 'urql';
import { type ExperimentCardFragment, HomeDocument } from '../../gql/graphql.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { ago, decimal } from '../../ui/format.ts';
import { Progress } from '../../ui/progress.tsx';
import { Empty, Loading, QueryFault } from '../../ui/states.tsx';

/** What was done lately, and the way to something new. */
export function HomePage() {
  const [{ data, error, fetching }, refetch] = useQuery({ query: HomeDocument });
  if (error && !data) return <QueryFault error={error} onRetry={() => refetch()} />;
  if (fetching && !data) return <Loading what="your work" />;
  if (!data) return null;
  const experiments = data.experiments.nodes;
  return (
    <div className="grid gap-6">
      <h1 className="text-display font-bold">From a table to a model you can prove</h1>
      <Card title="Experiments">
        {experiments.length === 0 ? (
          <Empty title="No experiments yet">Start with a file of yours, or with a sample.</Empty>
        ) : (
          <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
            {experiments.map((experiment) => (
              <ExperimentCard key={experiment.id} experiment={experiment} />
            ))}
          </ul>
        )}
      </Card>
    </div>
  );
}

const tones: Record<ExperimentCardFragment['status'], Tone> = {
  DRAFT: 'neutral',
  QUEUED: 'neutral',
  RUNNING: 'accent',
  SUCCEEDED: 'good',
  FAILED: 'bad',
  CANCELED: 'caution',
};

function ExperimentCard({ experiment }: { experiment: ExperimentCardFragment }) {
  const { name, dataset, target, status, progress, bestRun, createdAt } = experiment;
  return (
    <li className="grid gap-2 rounded-control bg-fill p-4">
      <div className="flex items-start justify-between gap-2">
        <h3 className="min-w-0 truncate font-semibold">{name}</h3>
        <Badge tone={tones[status]}>{status.toLowerCase()}</Badge>
      </div>
      <p className="truncate text-footnote text-label-2">
        {dataset.name}
        {target && ` · ${target}`}
      </p>
      {status === 'RUNNING' && (
        <Progress label={progress?.message ?? 'Starting'} fraction={progress?.fraction ?? null} />
      )}
      <p className="text-caption text-label-2">
        {bestRun?.score != null && `${bestRun.label} ${decimal(bestRun.score)} · `}
        {ago(createdAt)}
      </p>
    </li>
  );
}
