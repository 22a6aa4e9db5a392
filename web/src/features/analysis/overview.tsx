import type { ReportFragment } from '../../gql/graphql.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Card, Figure } from '../../ui/card.tsx';
import { classNames } from '../../ui/class-names.ts';
import { bytes, count, percent } from '../../ui/format.ts';
import { severityOf } from './severity.ts';

type Parts = NonNullable<ReportFragment['overview']>;
type Issue = NonNullable<ReportFragment['issues']>[number];

export function Overview({ overview, target }: { overview: Parts; target: string | null }) {
  const { rowCount, columnCount, memoryBytes, duplicateRows, missingCells, qualityScore } = overview;
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-5 lg:gap-4">
      <Figure
        name="Rows"
        value={count(rowCount)}
        detail={duplicateRows === 0 ? 'none repeated' : `${count(duplicateRows)} repeated`}
      />
      <Figure
        name="Columns"
        value={count(columnCount)}
        detail={
          Number(missingCells) === 0 ? 'no cell missing' : `${count(Number(missingCells))} cells missing`
        }
      />
      <Figure
        name="Target"
        value={<span className="block truncate">{target ?? 'none'}</span>}
        detail="what is predicted"
      />
      <Figure name="Memory" value={bytes(memoryBytes)} detail="estimated" />
      <Figure
        name="Quality"
        value={`${Math.round(qualityScore)} of 100`}
        detail={verdict(qualityScore).name}
      />
    </dl>
  );
}

function verdict(score: number): { name: string; tone: Tone; bar: string } {
  if (score >= 90) return { name: 'Good', tone: 'good', bar: 'bg-good' };
  if (score >= 70) return { name: 'Usable', tone: 'caution', bar: 'bg-caution' };
  return { name: 'Needs work', tone: 'bad', bar: 'bg-bad' };
}

/** The score with what it is made of, and how many findings there are of each weight. */
export function Quality({ overview, issues }: { overview: Parts; issues: readonly Issue[] }) {
  const { qualityParts } = overview;
  const severities = ['ERROR', 'WARNING', 'INFO'].map((severity) => ({
    ...severityOf(severity),
    found: issues.filter((issue) => issue.severity === severity).length,
  }));
  return (
    <Card title="Quality" description="A weighted mean of five checks.">
      <ul className="grid gap-4">
        {qualityParts.map(({ name, score, weight, reason }) => {
          const { name: state, tone, bar } = verdict(score);
          return (
            <li key={name} className="grid gap-1.5">
              <p className="flex items-baseline justify-between gap-2">
                <span className="inline-block font-medium first-letter:uppercase">
                  {name}{' '}
                  <span className="text-caption font-normal text-label-2">counts {percent(weight, 0)}</span>
                </span>
                <span className="flex items-baseline gap-2">
                  <Badge tone={tone}>{state}</Badge>
                  <span className="w-8 text-right font-medium">{Math.round(score)}</span>
                </span>
              </p>
              <span aria-hidden="true" className="h-1.5 overflow-hidden rounded-full bg-fill-strong">
                <span
                  className={classNames('block h-full rounded-full', bar)}
                  style={{ width: `${score}%` }}
                />
              </span>
              <p className="text-caption text-label-2">{reason}</p>
            </li>
          );
        })}
      </ul>
      <ul className="mt-5 flex flex-wrap gap-2 border-t border-line pt-4">
        {severities.map(({ name, tone, found }) => (
          <li key={name}>
            <Badge tone={found === 0 ? 'neutral' : tone}>
              {found} {name}
            </Badge>
          </li>
        ))}
      </ul>
    </Card>
  );
}
