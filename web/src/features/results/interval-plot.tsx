import { decimal } from '../../ui/format.ts';
import { interval as text } from './figures.ts';
import type { Interval } from './ranking.ts';

/** A score with its interval on the scale of the whole leaderboard, and where it was before tuning. */
export function IntervalPlot(props: {
  score: number;
  interval: Interval | null;
  baseline: number | null;
  scale: Interval;
  isTied: boolean;
}) {
  const { score, interval, baseline, scale, isTied } = props;
  const place = (value: number) => (100 * (value - scale[0])) / (scale[1] - scale[0]);
  const held = (value: number) => Math.min(100, Math.max(0, place(value)));
  const isOff = place(score) < 0 || place(score) > 100;
  const colour = isTied ? 'bg-accent' : 'bg-label-3';
  const parts = [
    interval && `95 % interval ${text(interval)}`,
    baseline !== null && baseline !== score && `${decimal(baseline)} before tuning`,
    isOff && 'off this scale',
  ].filter(Boolean);
  return (
    <div role="img" aria-label={parts.join(', ')} title={parts.join(', ')} className="relative h-6 w-full">
      <div className="absolute inset-x-0 top-1/2 h-px bg-line" />
      {interval && (
        <div
          className={`absolute top-1/2 h-1 -translate-y-1/2 rounded-full opacity-40 ${colour}`}
          style={{
            left: `${held(interval[0])}%`,
            width: `${Math.max(0.5, held(interval[1]) - held(interval[0]))}%`,
          }}
        />
      )}
      {baseline !== null && baseline !== score && (
        <div
          className="absolute top-1/2 h-3 w-px -translate-y-1/2 bg-label-2"
          style={{ left: `${held(baseline)}%` }}
        />
      )}
      {isOff ? (
        <span
          aria-hidden="true"
          className={`absolute top-1/2 -translate-y-1/2 text-caption text-label-2 ${place(score) < 0 ? 'left-0' : 'right-0'}`}
        >
          {place(score) < 0 ? '‹' : '›'}
        </span>
      ) : (
        <div
          className={`absolute top-1/2 size-2.5 -translate-x-1/2 -translate-y-1/2 rounded-full ring-2 ring-surface ${colour}`}
          style={{ left: `${held(score)}%` }}
        />
      )}
    </div>
  );
}
