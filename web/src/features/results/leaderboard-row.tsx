import { Checkbox } from '@base-ui/react/checkbox';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { LeaderboardRowFragment } from '../../gql/graphql.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { bytes, decimal, duration } from '../../ui/format.ts';
import { basisNames, interval, perRow } from './figures.ts';
import { IntervalPlot } from './interval-plot.tsx';
import { type Interval, intervalOf, type Standing, standingOf } from './ranking.ts';

const marks: Record<Standing, { tone: Tone; name: string } | null> = {
  COMPLETE: null,
  PARTIAL: { tone: 'caution', name: 'Partial' },
  OPEN: { tone: 'accent', name: 'Training' },
  FAILED: { tone: 'bad', name: 'Failed' },
};

type Props = {
  run: LeaderboardRowFragment;
  index: number;
  scale: Interval | null;
  isTied: boolean;
  isChosen: boolean;
  onChoose: (id: string) => void;
  measure: (row: Element | null) => void;
};

/** One run: what it scored, how sure that is, and what it costs. */
export const LeaderboardRow = memo((props: Props) => {
  const { run, index, scale, isTied, isChosen, onChoose, measure } = props;
  const standing = standingOf(run);
  const mark = run.status === 'QUEUED' ? { tone: 'neutral' as Tone, name: 'Waiting' } : marks[standing];
  const own = intervalOf(run);
  return (
    <tr
      ref={measure}
      data-index={index}
      aria-rowindex={index + 2}
      className="h-16 border-t border-line align-middle"
    >
      <td>
        <Checkbox.Root
          checked={isChosen}
          disabled={run.score == null}
          onCheckedChange={() => onChoose(run.id)}
          aria-label={`Compare ${run.label}`}
          className="grid size-11 place-items-center data-disabled:opacity-40"
        >
          <span
            className={`grid size-5 place-items-center rounded-small border ${isChosen ? 'border-accent bg-accent' : 'border-label-3'}`}
          >
            <Checkbox.Indicator className="text-caption leading-none text-on-accent">✓</Checkbox.Indicator>
          </span>
        </Checkbox.Root>
      </td>
      <td className="px-1 text-label-2">{run.rank ?? '–'}</td>
      <td className="px-2 py-2">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <Link
            to="/runs/$runId"
            params={{ runId: run.id }}
            className="min-w-0 truncate font-medium hover:text-accent"
          >
            {run.label}
          </Link>
          {mark && <Badge tone={mark.tone}>{mark.name}</Badge>}
          {isTied && <Badge tone="accent">Tied</Badge>}
        </p>
        <p className="mt-0.5 text-caption text-label-2">{noteOf(run, standing)}</p>
      </td>
      <td className="px-2">
        {run.score != null && (
          <div className="grid gap-0.5 sm:grid-cols-[6.5rem_1fr] sm:items-center sm:gap-3">
            <div>
              <p className="font-semibold">{decimal(run.score)}</p>
              <p className="text-caption text-label-2">
                {run.scoreBasis && basisNames[run.scoreBasis].name}
                {own && <span className="sr-only">, 95 % interval {interval(own)}</span>}
              </p>
            </div>
            {scale && (
              <IntervalPlot
                score={run.score}
                interval={own}
                baseline={run.baselineScore ?? null}
                scale={scale}
                isTied={isTied}
              />
            )}
          </div>
        )}
      </td>
      <td className="hidden px-2 text-right text-footnote text-label-2 md:table-cell">
        {run.fitSeconds == null ? '–' : duration(run.fitSeconds)}
      </td>
      <td className="hidden px-2 text-right text-footnote text-label-2 lg:table-cell">
        {run.predictMicrosPerRow == null ? '–' : perRow(run.predictMicrosPerRow)}
      </td>
      <td className="hidden px-2 text-right text-footnote text-label-2 md:table-cell">
        {run.modelBytes == null ? '–' : bytes(run.modelBytes)}
      </td>
    </tr>
  );
});

/** Why it is not like the others, or, where the columns have no room, what it costs. */
function noteOf(run: LeaderboardRowFragment, standing: Standing) {
  if (run.failure) return <span className="line-clamp-2 text-bad">{run.failure.message}</span>;
  if (standing === 'PARTIAL') {
    const folds = run.foldScores.length;
    return `The time was up after ${folds} ${folds === 1 ? 'fold' : 'folds'}: scored on fewer rows, so without a rank.`;
  }
  if (run.fitSeconds == null) return null;
  return (
    <span className="md:hidden">
      fit {duration(run.fitSeconds)}
      {run.modelBytes != null && ` · ${bytes(run.modelBytes)}`}
    </span>
  );
}
