import { ChartFrame } from '../../ui/charts/chart-frame.tsx';
import { Lines } from '../../ui/charts/lines.tsx';
import { decimal, duration } from '../../ui/format.ts';
import type { Story } from './story.ts';

/** The best score as it grew: it holds until the next one. */
export function ScoreChart(props: { best: Story['best']; name: string; description: string | undefined }) {
  const { best, name, description } = props;
  const last = best.at(-1);
  const points = best.flatMap(({ seconds, score }, index) => {
    const before = best[index - 1];
    return before
      ? [[seconds, before.score] as const, [seconds, score] as const]
      : [[seconds, score] as const];
  });
  return (
    <ChartFrame
      title="Best score over time"
      description={description}
      table={{
        columns: ['After', name, 'Model'],
        rows: best.map(({ seconds, score, label }) => [duration(seconds), decimal(score), label]),
      }}
    >
      {(width) => (
        <Lines
          label={`${name} over time${last ? `: ${decimal(last.score)} after ${duration(last.seconds)}, by ${last.label}` : ''}`}
          lines={[{ name, points }]}
          x={{ name: 'Time since the start', format: duration }}
          y={{ name }}
          width={width}
        />
      )}
    </ChartFrame>
  );
}
