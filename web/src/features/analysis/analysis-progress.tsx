import { Card } from '../../ui/card.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Progress } from '../../ui/progress.tsx';
import type { AnalysisProgress as Progressed } from './use-analysis.ts';

/** From which fraction on the server is at which step. */
const stages = [
  { from: 0, name: 'Load the table' },
  { from: 0.15, name: 'Measure every column' },
  { from: 0.6, name: 'Look at gaps' },
  { from: 0.68, name: 'Compare columns' },
  { from: 0.8, name: 'Look at the target' },
  { from: 0.95, name: 'Write down what was found' },
];

/** What the server is doing now, as it tells. */
export function AnalysisProgress({ progress }: { progress: Progressed | null }) {
  const fraction = progress?.fraction ?? null;
  const current = fraction === null ? -1 : stages.findLastIndex(({ from }) => fraction >= from);
  return (
    <Card title="Looking at the data">
      <div className="grid gap-5">
        <Progress label={progress?.message ?? 'Waiting for a worker'} fraction={fraction} />
        <ol className="grid gap-1 sm:grid-cols-2 lg:grid-cols-3">
          {stages.map(({ name }, index) => (
            <li
              key={name}
              aria-current={index === current ? 'step' : undefined}
              className={classNames(
                'flex min-h-9 items-center gap-2 text-footnote transition-colors duration-200',
                index === current ? 'font-medium text-label' : 'text-label-2',
              )}
            >
              <span
                aria-hidden="true"
                className={classNames(
                  'grid size-5 shrink-0 place-items-center rounded-full text-caption transition-colors duration-200',
                  index < current && 'bg-good-soft text-good',
                  index === current && 'bg-accent text-on-accent',
                  index > current && 'bg-fill-strong',
                )}
              >
                {index < current ? '✓' : ''}
              </span>
              {name}
              {index < current && <span className="sr-only">, done</span>}
            </li>
          ))}
        </ol>
        <p className="sr-only" aria-live="polite">
          {stages[current]?.name}
        </p>
      </div>
    </Card>
  );
}
