import { Link } from '@tanstack/react-router';
import type { ExperimentCardFragment } from '../../gql/graphql.ts';
import { ago, decimal } from '../../ui/format.ts';
import { Progress } from '../../ui/progress.tsx';
import { StatusBadge } from '../experiment/status-badge.tsx';
import { stepOf, steps } from '../wizard/steps.ts';

/** An experiment as it stands; it leads to where it stands. */
export function ExperimentCard({
  experiment,
  metricName,
}: {
  experiment: ExperimentCardFragment;
  metricName: string | undefined;
}) {
  const { id, name, dataset, target, status, stage, progress, bestRun, createdAt } = experiment;
  const step = stepOf(stage);
  const isRunning = status === 'RUNNING' || status === 'QUEUED';
  return (
    <li className="relative grid content-start gap-2 rounded-card bg-surface p-5 shadow-card transition-shadow duration-150 hover:shadow-sheet">
      <div className="flex items-start justify-between gap-2">
        <h3 className="min-w-0 text-headline font-semibold">
          <Link
            to="/experiments/$experimentId"
            params={{ experimentId: id }}
            className="line-clamp-2 after:absolute after:inset-0 after:rounded-card"
          >
            {name}
          </Link>
        </h3>
        <StatusBadge status={status} />
      </div>
      <p className="truncate text-footnote text-label-2">
        {dataset.name}
        {target && ` · predict ${target}`}
      </p>
      {isRunning && (
        <Progress label={progress?.message ?? 'Waiting for a worker'} fraction={progress?.fraction ?? null} />
      )}
      {!isRunning && bestRun?.score != null && (
        <p className="text-body">
          {bestRun.label}
          {metricName && `, ${metricName}`} <span className="font-semibold">{decimal(bestRun.score)}</span>
        </p>
      )}
      <p className="text-caption text-label-2">
        {status === 'DRAFT' && `At the step ${steps.find(({ path }) => path === step)?.name} · `}
        {ago(createdAt)}
      </p>
    </li>
  );
}
