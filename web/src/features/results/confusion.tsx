import { ChartFrame } from '../../ui/charts/chart-frame.tsx';
import { shortened } from '../../ui/charts/shortened.ts';
import { count, percent } from '../../ui/format.ts';

const LABEL = 104;
const HEAD = 48;
const CELL_HEIGHT = 56;
const NARROWEST_CELL = 56;

/** How often which class was taken for which; shades are shares of a row, so that rare classes show as well. */
export function Confusion({
  matrix,
}: {
  matrix: { labels: readonly string[]; counts: readonly (readonly number[])[] };
}) {
  const { labels, counts } = matrix;
  const totals = counts.map((row) => row.reduce((sum, value) => sum + value, 0));
  const right = counts.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  const all = totals.reduce((sum, value) => sum + value, 0);
  return (
    <ChartFrame
      title="Confusion matrix"
      description={`${count(right)} of ${count(all)} rows are right (${percent(all === 0 ? 0 : right / all)}); true classes down, predicted ones across`}
      table={{
        columns: ['True class', ...labels],
        rows: counts.map((row, index) => [labels[index] ?? '', ...row.map((value) => count(value))]),
      }}
    >
      {(width) => {
        const cell = Math.max(NARROWEST_CELL, Math.min(140, (width - LABEL) / Math.max(1, labels.length)));
        return (
          <svg
            role="img"
            aria-label={`Confusion matrix: ${count(right)} of ${count(all)} rows are right`}
            width={LABEL + cell * labels.length}
            height={HEAD + CELL_HEIGHT * labels.length}
          >
            {labels.map((label, index) => (
              <g key={label}>
                <text
                  x={LABEL + (index + 0.5) * cell}
                  y={HEAD - 16}
                  textAnchor="middle"
                  className="fill-label-2 text-caption"
                >
                  {shortened(label, cell - 8)}
                </text>
                <text
                  x={LABEL - 12}
                  y={HEAD + (index + 0.5) * CELL_HEIGHT}
                  textAnchor="end"
                  dominantBaseline="central"
                  className="fill-label-2 text-caption"
                >
                  {shortened(label, LABEL - 16)}
                </text>
              </g>
            ))}
            {counts.map((row, down) =>
              row.map((value, across) => {
                const share = totals[down] ? value / (totals[down] ?? 1) : 0;
                return (
                  <g
                    key={`${labels[down]} ${labels[across]}`}
                    transform={`translate(${LABEL + across * cell} ${HEAD + down * CELL_HEIGHT})`}
                  >
                    <title>{`${labels[down]}, predicted ${labels[across]}: ${count(value)} (${percent(share)})`}</title>
                    <rect width={cell - 3} height={CELL_HEIGHT - 3} rx={6} className="fill-fill" />
                    <rect
                      width={cell - 3}
                      height={CELL_HEIGHT - 3}
                      rx={6}
                      className={down === across ? 'fill-accent' : 'fill-caution'}
                      fillOpacity={0.42 * share}
                    />
                    <text
                      x={(cell - 3) / 2}
                      y={CELL_HEIGHT / 2 - 8}
                      textAnchor="middle"
                      dominantBaseline="central"
                      className={`fill-label text-body ${down === across ? 'font-semibold' : ''}`}
                    >
                      {count(value)}
                    </text>
                    <text
                      x={(cell - 3) / 2}
                      y={CELL_HEIGHT / 2 + 11}
                      textAnchor="middle"
                      dominantBaseline="central"
                      className="fill-label text-caption"
                    >
                      {percent(share)}
                    </text>
                  </g>
                );
              }),
            )}
          </svg>
        );
      }}
    </ChartFrame>
  );
}
