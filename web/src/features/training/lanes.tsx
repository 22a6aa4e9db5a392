import { Badge, type Tone } from '../../ui/badge.tsx';
import { classNames } from '../../ui/class-names.ts';
import { count, decimal } from '../../ui/format.ts';
import type { LaneState } from './story.ts';

const states: Record<LaneState['state'], { tone: Tone; name: string }> = {
  WAITING: { tone: 'neutral', name: 'Waiting' },
  RUNNING: { tone: 'accent', name: 'Training' },
  DONE: { tone: 'good', name: 'Done' },
  FAILED: { tone: 'bad', name: 'Failed' },
};

/** A line for each model: its folds as they are scored, its trials, its score. */
export function Lanes({ lanes, folds }: { lanes: readonly LaneState[]; folds: number }) {
  if (lanes.length === 0) return null;
  return (
    <ul className="divide-y divide-line" aria-label="Models">
      {lanes.map((lane) => (
        <li
          key={lane.id}
          className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 py-2.5 sm:grid-cols-[12rem_1fr_auto]"
        >
          <span className="flex min-w-0 items-center gap-2">
            <span className="truncate font-medium">{lane.label}</span>
            <Badge tone={states[lane.state].tone}>{states[lane.state].name}</Badge>
          </span>
          <FoldMarks scores={lane.folds} count={folds} />
          <span className="text-right text-footnote text-label-2">
            {lane.rounds !== null && `${count(lane.rounds)} rounds · `}
            {lane.trials > 0 && `${lane.trials} ${lane.trials === 1 ? 'trial' : 'trials'} · `}
            <span className="font-semibold text-label">
              {lane.score === null ? '—' : decimal(lane.score)}
            </span>
          </span>
          {lane.fault && <span className="col-span-full text-footnote text-bad">{lane.fault}</span>}
        </li>
      ))}
    </ul>
  );
}

function FoldMarks({ scores, count }: { scores: readonly (number | null)[]; count: number }) {
  const done = scores.filter((score) => score !== null).length;
  return (
    <span
      className="order-last col-span-full flex gap-1 sm:order-none sm:col-span-1"
      role="img"
      aria-label={`${done} of ${count} folds scored`}
    >
      {Array.from({ length: Math.max(count, scores.length) }, (_, fold) => {
        const score = scores[fold] ?? null;
        return (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a fold is its number
            key={fold}
            title={score === null ? `Fold ${fold + 1}` : `Fold ${fold + 1}: ${decimal(score)}`}
            className={classNames(
              'h-2 max-w-12 flex-1 rounded-full transition-colors duration-200',
              score === null ? 'bg-fill-strong' : 'bg-accent',
            )}
          />
        );
      })}
    </span>
  );
}
