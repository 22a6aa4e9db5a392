import { Link } from '@tanstack/react-router';
import type { LeaderboardRowFragment } from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { decimal, duration } from '../../ui/format.ts';
import { basisNames, interval, perRow } from './figures.ts';
import { intervalOf } from './ranking.ts';

/** The best three; the first is the one to go on with. */
export function Podium(props: {
  best: readonly LeaderboardRowFragment[];
  ties: ReadonlySet<string>;
  metricName: string;
}) {
  const { best, ties, metricName } = props;
  return (
    <ol className="grid grid-cols-2 gap-3 md:grid-cols-[1.35fr_1fr_1fr]" aria-label="The best models">
      {best.map((run, index) => (
        <li
          key={run.id}
          className={classNames(
            'grid rounded-card bg-surface p-5 shadow-card',
            index === 0 && 'col-span-2 ring-1 ring-accent md:col-span-1',
          )}
        >
          <Place run={run} isFirst={index === 0} isTied={ties.has(run.id)} metricName={metricName} />
        </li>
      ))}
    </ol>
  );
}

function Place(props: {
  run: LeaderboardRowFragment;
  isFirst: boolean;
  isTied: boolean;
  metricName: string;
}) {
  const { run, isFirst, isTied, metricName } = props;
  const own = intervalOf(run);
  return (
    <div className="flex flex-col gap-1">
      <p className="flex min-h-6 flex-wrap items-center gap-2 text-footnote text-label-2">
        <span>{isFirst ? 'Best' : `Place ${run.rank}`}</span>
        {isTied && <Badge tone="accent">{isFirst ? 'Tied' : 'Tied with the best'}</Badge>}
      </p>
      <h3 className="min-w-0 truncate text-headline font-semibold">{run.label}</h3>
      <p className={classNames('font-semibold', isFirst ? 'text-display font-bold' : 'text-title')}>
        {run.score == null ? '—' : decimal(run.score)}
      </p>
      <p className="text-footnote text-label-2">
        {metricName}
        {own && `, 95 % interval ${interval(own)}`}
      </p>
      <p className="text-footnote text-label-2">
        {[
          run.scoreBasis && basisNames[run.scoreBasis].name,
          run.fitSeconds != null && `fit ${duration(run.fitSeconds)}`,
          run.predictMicrosPerRow != null && `${perRow(run.predictMicrosPerRow)} a row`,
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <Link
        to="/runs/$runId"
        params={{ runId: run.id }}
        className={classNames(buttonClass(isFirst ? 'primary' : 'secondary'), 'mt-3 self-start')}
      >
        Open{isFirst && ' the best model'}
        <span className="sr-only">: {run.label}</span>
      </Link>
    </div>
  );
}
