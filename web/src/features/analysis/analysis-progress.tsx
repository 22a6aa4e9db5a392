import type { ColumnFragment } from '../../gql/graphql.ts';
import { Card } from '../../ui/card.tsx';
import { Sparkline } from '../../ui/charts/sparkline.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Progress } from '../../ui/progress.tsx';
import { shapeOf } from './shape.ts';
import type { AnalysisProgress as Progressed } from './use-analysis.ts';

/** From which fraction on the server is at which step. */
const stages = [
  { from: 0, name: 'Draw a sample' },
  { from: 0.1, name: 'Measure every column' },
  { from: 0.72, name: 'Look for copies' },
  { from: 0.85, name: 'Look at gaps' },
  { from: 0.88, name: 'Compare columns' },
  { from: 0.93, name: 'Look at the target' },
  { from: 0.97, name: 'Write down what was found' },
];

const MOST_COLUMNS = 24;

/** What the server is doing now, as it tells. */
export function AnalysisProgress(props: {
  progress: Progressed | null;
  /** Columns that are done while the others are not. */
  measured: readonly ColumnFragment[];
}) {
  const { progress, measured } = props;
  const fraction = progress?.fraction ?? null;
  const current = fraction === null ? -1 : stages.findLastIndex(({ from }) => fraction >= from);
  return (
    <Card title="Looking at the data">
      <div className="grid gap-5">
        <Progress label={progress?.message ?? 'Waiting for a worker'} fraction={fraction} />
        <ol className="grid gap-1 sm:grid-cols-2 lg:grid-cols-4">
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
        {measured.length > 0 && (
          <ul
            aria-label="Columns measured so far"
            className="grid grid-cols-[repeat(auto-fill,minmax(9rem,1fr))] gap-2 border-t border-line pt-4"
          >
            {measured.slice(-MOST_COLUMNS).map((column) => (
              <li key={column.name} className="grid min-w-0 gap-1 rounded-control bg-fill p-3">
                <span className="truncate text-footnote font-medium">{column.name}</span>
                <Sparkline counts={shapeOf(column)} />
              </li>
            ))}
          </ul>
        )}
        <p className="sr-only" aria-live="polite">
          {stages[current]?.name}
        </p>
      </div>
    </Card>
  );
}
