import type { NumbersFragment } from '../../gql/graphql.ts';
import { ChartFrame } from '../../ui/charts/chart-frame.tsx';
import { Histogram } from '../../ui/charts/histogram.tsx';
import { count, decimal } from '../../ui/format.ts';

const day = new Intl.DateTimeFormat(navigator.language, { dateStyle: 'medium', timeZone: 'UTC' });

/** How often the numbers or dates of a column fall into bins of equal width. */
export function Distribution(props: {
  title: string;
  histogram: NonNullable<NumbersFragment['histogram']>;
  isDate?: boolean;
}) {
  const { title, histogram, isDate = false } = props;
  const { edges, counts } = histogram;
  const format = (edge: number) => (isDate ? day.format(edge) : decimal(Number(edge.toPrecision(4))));
  return (
    <ChartFrame
      title={title}
      table={{
        columns: ['From', 'To', 'Rows'],
        rows: counts.map((rows, index) => [
          format(edges[index] ?? 0),
          format(edges[index + 1] ?? 0),
          count(rows),
        ]),
      }}
    >
      {(width) => <Histogram name={title} edges={edges} counts={counts} width={width} format={format} />}
    </ChartFrame>
  );
}
