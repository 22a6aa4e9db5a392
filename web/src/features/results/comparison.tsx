import { useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { type CatalogQuery, CompareRunsDocument, type CompareRunsQuery } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { decimal } from '../../ui/format.ts';
import { Loading, QueryFault } from '../../ui/states.tsx';
import { CurveChart, curveName } from './curve-chart.tsx';
import { basisNames } from './figures.ts';

type Metric = CatalogQuery['catalog']['metrics'][number];
type Compared = Extract<NonNullable<CompareRunsQuery['nodes'][number]>, { __typename: 'ModelRun' }>;

/** Up to four runs side by side: every metric, and their curves over each other. */
export function Comparison(props: {
  ids: readonly string[];
  metrics: readonly Metric[];
  onClear: () => void;
}) {
  const { ids, metrics, onClear } = props;
  const [{ data, error, fetching }, refetch] = useQuery({
    query: CompareRunsDocument,
    variables: { ids: [...ids] },
    pause: ids.length < 2,
  });
  const runs = useMemo(
    () =>
      (data?.nodes ?? []).filter(
        (node): node is Compared => node?.__typename === 'ModelRun' && ids.includes(node.id),
      ),
    [data, ids],
  );
  if (ids.length === 0) return null;
  const action = <Button onClick={onClear}>Clear</Button>;
  if (ids.length === 1) {
    return (
      <Card title="Comparison" action={action}>
        <p role="status" className="text-body text-label-2">
          Choose one more model in the leaderboard, or up to three.
        </p>
      </Card>
    );
  }
  return (
    <Card
      title="Comparison"
      description="Up to four models; the best value of each line is marked."
      action={action}
    >
      {error && !data && <QueryFault error={error} onRetry={() => refetch()} />}
      {fetching && runs.length === 0 && <Loading what="the models" />}
      {runs.length > 0 && (
        <div className="grid gap-8">
          <Metrics runs={runs} metrics={metrics} />
          <Curves runs={runs} />
        </div>
      )}
    </Card>
  );
}

function Metrics({ runs, metrics }: { runs: readonly Compared[]; metrics: readonly Metric[] }) {
  const lines = metrics.filter(({ key }) =>
    runs.some((run) => run.metrics.some((value) => value.key === key)),
  );
  return (
    <section
      aria-label="Metrics side by side"
      className="overflow-x-auto"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
      tabIndex={0}
    >
      <table className="w-full text-left">
        <thead className="text-footnote text-label-2">
          <tr>
            <th scope="col" className="py-2 pr-4 font-medium">
              Metric
            </th>
            {runs.map(({ id, label, metrics: [first] }) => (
              <th key={id} scope="col" className="min-w-28 px-2 py-2 text-right font-medium">
                <span className="text-label">{label}</span>
                {first && <span className="block text-caption">{basisNames[first.basis].name}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ key, label, greaterIsBetter }) => {
            const values = runs.map((run) => run.metrics.find((value) => value.key === key)?.value ?? null);
            const known = values.filter((value) => value !== null);
            const best = greaterIsBetter ? Math.max(...known) : Math.min(...known);
            return (
              <tr key={key} className="border-t border-line">
                <th scope="row" className="py-2 pr-4 font-normal">
                  {label}
                  <span className="ml-1 text-caption text-label-2">{greaterIsBetter ? '↑' : '↓'}</span>
                  <span className="sr-only">{greaterIsBetter ? ' more is better' : ' less is better'}</span>
                </th>
                {runs.map(({ id }, index) => {
                  const value = values[index] ?? null;
                  const isBest = value !== null && value === best;
                  return (
                    <td
                      key={id}
                      className={`px-2 py-2 text-right ${isBest ? 'font-semibold' : 'text-label-2'}`}
                    >
                      {isBest && (
                        <span className="mr-1.5 text-accent" role="img" aria-label="best">
                          ●
                        </span>
                      )}
                      {value === null ? '–' : decimal(value)}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Curves({ runs }: { runs: readonly Compared[] }) {
  const [wish, setWish] = useState<string | null>(null);
  const curves = runs.flatMap((run) =>
    (run.curves ?? []).map((curve) => ({ run, curve, key: keyOf(curve) })),
  );
  const options = [
    ...new Map(
      curves.map(({ key, curve: { kind, label } }) => [
        key,
        { value: key, label: label == null ? curveName(kind) : `${curveName(kind)}: ${label}` },
      ]),
    ).values(),
  ];
  const key = options.find(({ value }) => value === wish)?.value ?? options[0]?.value;
  const shown = curves.filter((each) => each.key === key);
  const [first] = shown;
  if (!first) return null;
  return (
    <CurveChart
      kind={first.curve.kind}
      about={first.curve.label ?? null}
      curves={shown.map(({ run, curve }) => ({ name: run.label, x: curve.x, y: curve.y }))}
      choice={{ value: keyOf(first.curve), options, onChange: setWish }}
    />
  );
}

const keyOf = ({ kind, label }: { kind: string; label?: string | null }): string =>
  label == null ? kind : `${kind} ${label}`;
