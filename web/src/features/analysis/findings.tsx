import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ReportFragment } from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { count } from '../../ui/format.ts';
import { Empty } from '../../ui/states.tsx';
import { useWizard } from '../wizard/wizard-page.tsx';
import { severityOf, spoken } from './severity.ts';

type Issue = NonNullable<ReportFragment['issues']>[number];
type Recommendation = NonNullable<ReportFragment['recommendations']>[number];

const FEW = 6;

type Acts = {
  onColumn: (name: string) => void;
  /** Null: the question stays as it is. */
  onTarget: (() => void) | null;
};

/** What a careful person would look at, the heaviest first, with what to do. */
export function Issues({ issues, ...acts }: { issues: readonly Issue[] } & Acts) {
  const [isAll, setAll] = useState(false);
  const sorted = [...issues].sort((a, b) => severityOf(b.severity).rank - severityOf(a.severity).rank);
  const shown = isAll ? sorted : sorted.slice(0, FEW);
  return (
    <Card title="Findings" description="What was found, how, and what to do about it.">
      {issues.length === 0 && <Empty title="Nothing stands out">The table can be trained on as it is.</Empty>}
      <ul className="divide-y divide-line">
        {shown.map((issue) => (
          <IssueRow key={`${issue.code} ${issue.column}`} issue={issue} {...acts} />
        ))}
      </ul>
      {issues.length > FEW && (
        <Button kind="plain" className="-ml-4" onClick={() => setAll(!isAll)}>
          {isAll ? 'Show fewer' : `Show all ${count(issues.length)}`}
        </Button>
      )}
    </Card>
  );
}

function IssueRow({ issue, onColumn, onTarget }: { issue: Issue } & Acts) {
  const { severity, column, affectedRows, message, detection, fix, fixAction } = issue;
  const { name, tone } = severityOf(severity);
  return (
    <li className="grid gap-x-4 gap-y-1 py-3 first:pt-0 md:grid-cols-[6rem_1fr_auto]">
      <div>
        <Badge tone={tone}>{name}</Badge>
      </div>
      <div className="min-w-0 break-words">
        <p className="font-medium">{message}</p>
        <p className="text-footnote text-label-2">
          {detection}
          {affectedRows !== null && ` · ${count(affectedRows)} rows`}
        </p>
        <p className="mt-1 text-footnote">
          <span className="font-medium">To do: </span>
          {fix}
        </p>
      </div>
      <div className="-ml-4 flex flex-wrap items-start md:ml-0">
        {column !== null && (
          <Button kind="plain" onClick={() => onColumn(column)} aria-label={`Look at ${column}`}>
            Look
          </Button>
        )}
        <Fix action={fixAction} onTarget={onTarget} />
      </div>
    </li>
  );
}

/** One click to where the fix is made. */
function Fix({ action, onTarget }: { action: Issue['fixAction'] } & Pick<Acts, 'onTarget'>) {
  const { id: experimentId, analysis } = useWizard();
  if (action.kind === 'STEP' && analysis?.status === 'SUCCEEDED') {
    return (
      <Link
        to="/experiments/$experimentId/prepare"
        params={{ experimentId }}
        className={buttonClass('secondary')}
        aria-label={`Prepare: ${spoken(action.step ?? '')} ${namesOf(action.columns)}`}
      >
        Prepare
      </Link>
    );
  }
  if ((action.kind === 'CHOOSE_TARGET' || action.kind === 'CHOOSE_TASK') && onTarget) {
    return <Button onClick={onTarget}>{action.kind === 'CHOOSE_TASK' ? 'Choose the kind' : 'Choose'}</Button>;
  }
  if (action.kind === 'CHOOSE_METRIC') {
    return (
      <Link
        to="/experiments/$experimentId/train"
        params={{ experimentId }}
        className={buttonClass('secondary')}
      >
        Choose the metric
      </Link>
    );
  }
  return null;
}

/** What to do, the most important first; the next step does it. */
export function Recommendations({ recommendations }: { recommendations: readonly Recommendation[] }) {
  if (recommendations.length === 0) return null;
  return (
    <Card title="Recommendations" description="The most important first. The next step writes them for you.">
      <ol className="divide-y divide-line">
        {recommendations.map(({ priority, reason, expectedEffect, action }) => (
          <li key={priority} className="flex gap-4 py-3 first:pt-0 last:pb-0">
            <span
              aria-hidden="true"
              className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-footnote font-semibold text-accent"
            >
              {priority}
            </span>
            <div className="min-w-0 break-words">
              <p className="font-medium first-letter:uppercase">{spoken(action.step)}</p>
              <p className="text-footnote text-label-2">{namesOf(action.columns)}</p>
              <p className="mt-1 text-footnote">{reason}</p>
              <p className="text-footnote text-label-2">{expectedEffect}</p>
            </div>
          </li>
        ))}
      </ol>
    </Card>
  );
}

const namesOf = (columns: readonly string[]): string =>
  columns.length <= 8
    ? columns.join(', ')
    : `${columns.slice(0, 8).join(', ')} and ${count(columns.length - 8)} more`;
