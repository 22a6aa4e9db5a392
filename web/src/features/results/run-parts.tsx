import type { CatalogQuery } from '../../gql/graphql.ts';
import { Card } from '../../ui/card.tsx';
import { Bars } from '../../ui/charts/bars.tsx';
import { ChartFrame } from '../../ui/charts/chart-frame.tsx';
import { decimal, percent } from '../../ui/format.ts';
import { basisNames } from './figures.ts';
import type { Metric, Run } from './run-page.tsx';

/** Every metric of the task, with how it was obtained. */
export function Metrics({ values, metrics }: { values: Run['metrics']; metrics: readonly Metric[] }) {
  return (
    <Card title="Metrics">
      <table className="w-full text-left">
        <thead className="text-footnote text-label-2">
          <tr>
            <th scope="col" className="pb-2 font-medium">
              Metric
            </th>
            <th scope="col" className="pb-2 text-right font-medium">
              Value
            </th>
            <th scope="col" className="pb-2 pl-4 font-medium">
              Basis
            </th>
          </tr>
        </thead>
        <tbody>
          {values.map(({ key, value, basis }) => {
            const metric = metrics.find((each) => each.key === key);
            return (
              <tr key={key} className="border-t border-line">
                <th scope="row" className="py-2 font-normal">
                  {metric?.label ?? key}
                  <span className="block text-caption text-label-2">
                    {metric && (metric.greaterIsBetter ? 'more is better' : 'less is better')}
                  </span>
                </th>
                <td className="py-2 text-right font-semibold">{decimal(value)}</td>
                <td className="py-2 pl-4 text-footnote text-label-2">{basisNames[basis].name}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Card>
  );
}

/** How much the score depends on the rows that happen to be held out. */
export function Folds({ run, metric }: { run: Run; metric: Metric | null }) {
  const { foldScores } = run;
  if (foldScores.length === 0) return null;
  const name = metric?.label ?? 'Score';
  return (
    <Card>
      <ChartFrame
        title="Folds"
        description={`${name} on the rows of each fold: ${decimal(Math.min(...foldScores))} – ${decimal(Math.max(...foldScores))}`}
        table={{
          columns: ['Fold', name],
          rows: foldScores.map((score, index) => [index + 1, decimal(score)]),
        }}
      >
        {(width) => (
          <Bars
            name={`${name} by fold`}
            width={width}
            bars={foldScores.map((score, index) => ({
              label: `Fold ${index + 1}`,
              value: Math.max(0, score),
              text: decimal(score),
            }))}
          />
        )}
      </ChartFrame>
    </Card>
  );
}

/** The hyperparameters of the best trial. */
export function Parameters({ values, tier }: { values: unknown; tier: string | null }) {
  const entries = Object.entries((values ?? {}) as Record<string, unknown>);
  if (entries.length === 0 && tier === null) return null;
  return (
    <Card title="Parameters" description={tier === null ? undefined : `Trained in the sandbox tier ${tier}.`}>
      {entries.length === 0 ? (
        <p className="text-body text-label-2">It has none of its own.</p>
      ) : (
        <dl className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4">
          {entries.map(([name, value]) => (
            <div
              key={name}
              className="col-span-2 grid grid-cols-subgrid border-t border-line py-2 first:border-t-0"
            >
              <dt className="min-w-0 font-mono text-footnote break-words text-label-2">{name}</dt>
              <dd className="text-right">{typeof value === 'number' ? decimal(value) : String(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  );
}

/** What an ensemble is joined of. */
export function Members(props: {
  members: Run['members'];
  algorithms: CatalogQuery['catalog']['algorithms'];
}) {
  const { members, algorithms } = props;
  if (members.length === 0) return null;
  const nameOf = ({ algorithm, trial }: Run['members'][number]) => {
    const label = algorithms.find(({ key }) => key === algorithm)?.label ?? algorithm;
    const isAlone = members.filter((member) => member.algorithm === algorithm).length === 1;
    return isAlone || trial === null ? label : `${label}, trial ${trial}`;
  };
  const bars = members.map((member) => ({
    label: nameOf(member),
    value: member.weight,
    text: percent(member.weight),
  }));
  return (
    <Card>
      <ChartFrame
        title="Members"
        description="How much each model has to say in this ensemble"
        table={{ columns: ['Model', 'Weight'], rows: bars.map(({ label, text }) => [label, text]) }}
      >
        {(width) => <Bars name="Weights of the members" bars={bars} width={width} most={1} />}
      </ChartFrame>
    </Card>
  );
}
