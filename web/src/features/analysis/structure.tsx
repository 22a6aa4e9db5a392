import type { ReportFragment } from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';

type Parts = NonNullable<ReportFragment['structure']>;

/** What decides how rows may be split for judging a model. */
export function Structure({ report, onColumn }: { report: Parts; onColumn: (name: string) => void }) {
  const { timeOrder, groups } = report;
  const hints = [
    ...(timeOrder ? [{ kind: 'Order in time', ...timeOrder }] : []),
    ...groups.map((group) => ({ kind: 'Groups of rows', ...group })),
  ];
  if (hints.length === 0) return null;
  return (
    <Card
      title="Structure"
      description="Rows that belong together have to stay together when a model is judged."
    >
      <ul className="grid gap-3">
        {hints.map(({ kind, column, reason }) => (
          <li key={`${kind} ${column}`} className="flex flex-wrap items-baseline gap-2 text-footnote">
            <Badge tone="accent">{kind}</Badge>
            <button
              type="button"
              onClick={() => onColumn(column)}
              className="min-h-6 font-medium text-accent"
            >
              {column}
            </button>
            <span className="min-w-0 text-label-2">{reason}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
