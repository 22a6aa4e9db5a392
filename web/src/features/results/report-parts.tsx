import type { CatalogQuery } from '../../gql/graphql.ts';
import { Card } from '../../ui/card.tsx';
import { decimal, duration, percent } from '../../ui/format.ts';
import { interval } from './figures.ts';
import { intervalOf, tiesOf } from './ranking.ts';
import type { Reported } from './report-page.tsx';

type Metrics = CatalogQuery['catalog']['metrics'];
const MOST_ISSUES = 12;
const cell = 'py-1.5 pr-4 text-left align-top whitespace-nowrap';

export function Findings({ issues }: { issues: NonNullable<NonNullable<Reported['analysis']>['issues']> }) {
  const shown = issues.slice(0, MOST_ISSUES);
  return (
    <Card
      title="What the analysis found"
      description={issues.length > shown.length ? `The first ${shown.length} of ${issues.length}` : undefined}
    >
      {shown.length === 0 ? (
        <p className="text-body text-label-2">Nothing to mend.</p>
      ) : (
        <ul className="grid gap-1.5 text-body">
          {shown.map(({ severity, column, message }) => (
            <li key={`${column} ${message}`}>
              <span className="text-footnote font-medium text-label-2">{severity.toLowerCase()}</span>{' '}
              {message}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

export function Steps({ preprocessing }: { preprocessing: NonNullable<Reported['preprocessing']> }) {
  const { steps, strategy, generator } = preprocessing;
  const author = generator === 'CLAUDE' ? 'Claude' : 'the rules';
  return (
    <Card title="Preparation" description={`${strategy.toLowerCase()}, written by ${author}`}>
      {steps.length === 0 ? (
        <p className="text-body text-label-2">No steps: the models took the typed columns as they are.</p>
      ) : (
        <ol className="grid list-decimal gap-1.5 pl-5 text-body">
          {steps.map(({ key, columns, reason }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: steps are known by their place
            <li key={place}>
              <span className="font-medium">{key.replaceAll('_', ' ')}</span>{' '}
              <span className="break-words text-label-2">{columns.join(', ')}</span>
              {reason && <span className="block text-footnote text-label-2">{reason}</span>}
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

export function Ranking(props: { runs: Reported['leaderboard']['nodes']; metric: Metrics[number] | null }) {
  const scored = props.runs.filter(({ score }) => score != null);
  const ties = tiesOf(scored);
  const name = props.metric?.label ?? 'Score';
  if (scored.length === 0)
    return (
      <Card title="Leaderboard">
        <p className="text-body text-label-2">No model has been scored yet.</p>
      </Card>
    );
  return (
    <Card
      title="Leaderboard"
      description={`${name}, ${props.metric?.greaterIsBetter === false ? 'less' : 'more'} is better`}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
      <section className="overflow-x-auto" aria-label="Ranking" tabIndex={0}>
        <table className="w-full text-body tabular-nums">
          <thead className="text-footnote text-label-2">
            <tr className="border-b border-line">
              {['Place', 'Model', name, '95 % interval', 'Fit'].map((title) => (
                <th key={title} scope="col" className={`${cell} font-medium`}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {scored.map((run) => {
              const own = intervalOf(run);
              return (
                <tr key={run.id} className="border-b border-line last:border-0">
                  <td className={cell}>
                    {run.rank ?? (run.partial ? 'partial' : '—')}
                    {ties.has(run.id) && ties.size > 1 ? ' (tied)' : ''}
                  </td>
                  <td className={`${cell} font-medium`}>{run.label}</td>
                  <td className={cell}>{run.score == null ? '—' : decimal(run.score)}</td>
                  <td className={cell}>{own ? interval(own) : '—'}</td>
                  <td className={cell}>{run.fitSeconds == null ? '—' : duration(run.fitSeconds)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </section>
    </Card>
  );
}

export function BestModel({ run, metrics }: { run: NonNullable<Reported['bestRun']>; metrics: Metrics }) {
  const important = run.featureImportance ?? [];
  return (
    <Card title={`Best model: ${run.label}`}>
      <div className="grid gap-6 sm:grid-cols-2">
        <dl className="grid content-start gap-1.5 text-body tabular-nums">
          {run.metrics.map(({ key, value }) => (
            <div key={key} className="flex justify-between gap-4">
              <dt className="text-label-2">{metrics.find((one) => one.key === key)?.label ?? key}</dt>
              <dd className="font-medium">{decimal(value)}</dd>
            </div>
          ))}
        </dl>
        {important.length > 0 && (
          <dl className="grid content-start gap-1.5 text-body tabular-nums">
            {important.map(({ feature, importance }) => (
              <div key={feature} className="flex justify-between gap-4">
                <dt className="min-w-0 break-words text-label-2">{feature}</dt>
                <dd className="font-medium">{percent(importance)}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </Card>
  );
}
