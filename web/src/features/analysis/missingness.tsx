import type { ReportFragment } from '../../gql/graphql.ts';
import { Card } from '../../ui/card.tsx';
import { Bars } from '../../ui/charts/bars.tsx';
import { ChartFrame } from '../../ui/charts/chart-frame.tsx';
import { Heatmap } from '../../ui/charts/heatmap.tsx';
import { count, percent } from '../../ui/format.ts';

type Parts = NonNullable<ReportFragment['missingness']>;

const MOST_BARS = 15;
const MOST_COLUMNS = 30;

const mechanisms: Record<string, string> = {
  MCAR_LIKELY: 'The gaps look random.',
  MAR_LIKELY: 'The gaps follow other columns.',
  UNKNOWN: 'Why values are missing cannot be told.',
};

/** Where values are missing, and whether the gaps come together. */
export function Missingness({ report }: { report: Parts }) {
  const { columns, completeRows, matrixColumns, mechanism, mechanismReason } = report;
  const gaps = columns
    .filter(({ missingCount }) => missingCount > 0)
    .sort((a, b) => b.missingCount - a.missingCount);
  if (gaps.length === 0) return null;
  return (
    <Card
      title="Gaps"
      description={`${count(completeRows)} rows are complete. ${mechanisms[mechanism] ?? ''} ${mechanismReason}`}
    >
      <div className="grid min-w-0 grid-cols-1 items-start gap-8 lg:grid-cols-2">
        <ChartFrame
          title="Missing values by column"
          description={
            gaps.length > MOST_BARS ? `${MOST_BARS} of ${count(gaps.length)} columns with gaps` : undefined
          }
          table={{
            columns: ['Column', 'Rows', 'Share'],
            rows: gaps.map(({ column, missingCount, missingFraction }) => [
              column,
              count(missingCount),
              percent(missingFraction),
            ]),
          }}
        >
          {(width) => (
            <Bars
              name="Share of the rows without a value, by column"
              width={width}
              bars={gaps.slice(0, MOST_BARS).map(({ column, missingCount, missingFraction }) => ({
                label: column,
                value: missingFraction,
                text: `${count(missingCount)} · ${percent(missingFraction)}`,
                tone: 'caution',
              }))}
            />
          )}
        </ChartFrame>
        {matrixColumns.length > 1 && (
          <>
            <Patterns report={report} />
            <Together report={report} />
          </>
        )}
      </div>
    </Card>
  );
}

/** Which columns are missing in the same rows, pattern by pattern. */
function Patterns({ report }: { report: Parts }) {
  const { patterns } = report;
  const incomplete = patterns.filter(({ columns }) => columns.length > 0);
  const shown = [...new Set(incomplete.flatMap(({ columns }) => columns))].slice(0, MOST_COLUMNS);
  const isGap = (down: number, across: number) =>
    incomplete[down]?.columns.includes(shown[across] ?? '') ?? false;
  return (
    <ChartFrame
      title="Missingness matrix"
      description="Each line is a kind of row, filled where it has no value."
      table={{
        columns: ['Missing together', 'Rows', 'Share'],
        rows: patterns.map(({ columns, rowCount, fraction }) => [
          columns.join(', ') || 'nothing',
          count(rowCount),
          percent(fraction),
        ]),
      }}
    >
      {(width) => (
        <Heatmap
          name="Columns that are missing in the same rows"
          rows={incomplete.map(({ rowCount }, index) => `${index + 1}: ${count(rowCount)} rows`)}
          columns={shown}
          width={width}
          hasText={false}
          valueAt={(down, across) => (isGap(down, across) ? -1 : null)}
          titleAt={(down, across) =>
            `${count(incomplete[down]?.rowCount ?? 0)} rows ${isGap(down, across) ? 'without' : 'with'} ${shown[across]}`
          }
        />
      )}
    </ChartFrame>
  );
}

/** Of the rows that miss one column, how many miss the other as well. */
function Together({ report }: { report: Parts }) {
  const { matrixColumns } = report;
  const matrix = report.matrix as number[][];
  const share = (down: number, across: number) => {
    const own = matrix[down]?.[down] ?? 0;
    return own === 0 ? null : (matrix[down]?.[across] ?? 0) / own;
  };
  return (
    <ChartFrame
      title="Gaps that come together"
      description="Of the rows without a value on the left, the share that also has none above."
      table={{
        columns: ['Without', 'Also without', 'Rows', 'Share'],
        rows: matrixColumns.flatMap((first, down) =>
          matrixColumns.flatMap((second, across) =>
            down === across
              ? []
              : [[first, second, count(matrix[down]?.[across] ?? 0), percent(share(down, across) ?? 0)]],
          ),
        ),
      }}
    >
      {(width) => (
        <Heatmap
          name="How often the gaps of two columns come together"
          rows={matrixColumns}
          columns={matrixColumns}
          width={width}
          valueAt={(down, across) => (down === across ? null : share(down, across))}
          titleAt={(down, across) =>
            `${percent(share(down, across) ?? 0)} of the rows without ${matrixColumns[down]} have no ${matrixColumns[across]} either`
          }
        />
      )}
    </ChartFrame>
  );
}
