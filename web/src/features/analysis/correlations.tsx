import { useMemo, useState } from 'react';
import type { ReportFragment } from '../../gql/graphql.ts';
import { Card } from '../../ui/card.tsx';
import { ChartFrame } from '../../ui/charts/chart-frame.tsx';
import { Heatmap } from '../../ui/charts/heatmap.tsx';
import { Select } from '../../ui/choice.tsx';
import { count, decimal } from '../../ui/format.ts';
import { spoken } from './severity.ts';

type Parts = NonNullable<ReportFragment['correlations']>;
type Pair = Parts['pairs'][number];
type Method = 'PEARSON' | 'SPEARMAN';

const methods: { value: Method; label: string }[] = [
  { value: 'PEARSON', label: 'Straight line (Pearson)' },
  { value: 'SPEARMAN', label: 'Order (Spearman)' },
];
const between = (first: string, second: string): string => [first, second].sort().join('\n');

/** Which columns go together: each pair by the measure that suits its types. */
export function Correlations({ report }: { report: Parts }) {
  const [method, setMethod] = useState<Method>('PEARSON');
  const { columns, pairs, omittedColumns, sampleRows } = report;
  const hasNumbers = pairs.some((pair) => pair.method === 'PEARSON');
  const found = useMemo(() => {
    const other = method === 'PEARSON' ? 'SPEARMAN' : 'PEARSON';
    const shown = pairs.filter((pair) => pair.method !== other && pair.method !== 'MUTUAL_INFORMATION');
    return new Map<string, Pair>(shown.map((pair) => [between(pair.first, pair.second), pair]));
  }, [pairs, method]);
  if (columns.length < 2) return null;
  const at = (down: number, across: number) => {
    const [first, second] = [columns[down] ?? '', columns[across] ?? ''];
    return { first, second, pair: found.get(between(first, second)) };
  };
  const omitted = omittedColumns > 0 ? ` ${count(omittedColumns)} columns are left out.` : '';
  return (
    <Card
      title="Columns that go together"
      description={`On ${count(sampleRows)} rows.${omitted}`}
      action={
        hasNumbers && (
          <div className="w-full sm:w-56">
            <Select label="For two numbers" value={method} options={methods} onChange={setMethod} />
          </div>
        )
      }
    >
      <ChartFrame
        title="Correlations"
        description="Blue: they rise together. Amber: one rises as the other falls. Categories have no direction."
        table={{
          columns: ['First', 'Second', 'Measure', 'Value', 'Rows'],
          rows: pairs.map(({ first, second, method: measure, value, rows }) => [
            first,
            second,
            spoken(measure),
            decimal(value),
            count(rows),
          ]),
        }}
      >
        {(width) => (
          <Heatmap
            name="Correlations of the columns"
            rows={columns}
            columns={columns}
            width={width}
            valueAt={(down, across) => (down === across ? null : (at(down, across).pair?.value ?? null))}
            titleAt={(down, across) => {
              const { first, second, pair } = at(down, across);
              return pair
                ? `${first} and ${second}: ${decimal(pair.value)} (${spoken(pair.method)})`
                : `${first} and ${second}`;
            }}
          />
        )}
      </ChartFrame>
    </Card>
  );
}
