import { useRef } from 'react';
import type { ColumnFragment, ReportFragment } from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { Bars } from '../../ui/charts/bars.tsx';
import { ChartFrame } from '../../ui/charts/chart-frame.tsx';
import { count, decimal, percent } from '../../ui/format.ts';
import { Sheet } from '../../ui/sheet.tsx';
import { figuresOf } from './column-figures.ts';
import type { Association } from './column-row.tsx';
import { Distribution } from './distribution.tsx';
import { severityOf } from './severity.ts';

type Issue = NonNullable<ReportFragment['issues']>[number];
type Props = {
  column: ColumnFragment | null;
  association: Association | null;
  issues: readonly Issue[];
  onClose: () => void;
};

/** Everything that is known of one column. While it closes it keeps what it showed. */
export function ColumnDetail(props: Props) {
  const last = useRef(props);
  if (props.column) last.current = props;
  const { column, association, issues } = last.current;
  if (!column) return null;
  const { name, type, semanticType } = column;
  return (
    <Sheet
      title={name}
      description={semanticType === type ? type : `${type}, ${semanticType.replaceAll('_', ' ')}`}
      isOpen={props.column !== null}
      onClose={props.onClose}
    >
      <Content column={column} association={association} issues={issues} />
    </Sheet>
  );
}

function Content({
  column,
  association,
  issues,
}: Omit<Props, 'column' | 'onClose'> & { column: ColumnFragment }) {
  const { name, numeric, date, topValues, valueCount } = column;
  return (
    <div className="grid grid-cols-1 gap-6">
      {issues.length > 0 && (
        <ul className="grid gap-3">
          {issues.map(({ code, severity, message, detection, fix }) => (
            <li key={code} className="grid justify-items-start gap-1 text-footnote">
              <Badge tone={severityOf(severity).tone}>{severityOf(severity).name}</Badge>
              <p className="font-medium">{message}</p>
              <p className="text-label-2">{detection}</p>
              <p>{fix}</p>
            </li>
          ))}
        </ul>
      )}
      {numeric?.histogram && (
        <Distribution
          title={`Distribution of ${name}`}
          histogram={numeric.histogram}
          isDate={date !== null}
        />
      )}
      {topValues.length > 0 && !numeric?.histogram && (
        <ChartFrame
          title={`Most frequent values of ${name}`}
          description={
            topValues.length < column.distinctCount
              ? `${topValues.length} of ${count(column.distinctCount)}`
              : undefined
          }
          table={{
            columns: ['Value', 'Rows', 'Share'],
            rows: topValues.map(({ value, count: rows, fraction }) => [
              value,
              count(rows),
              percent(fraction),
            ]),
          }}
        >
          {(width) => (
            <Bars
              name={`The most frequent of ${count(valueCount)} values of ${name}`}
              width={width}
              bars={topValues.map(({ value, count: rows, fraction }) => ({
                label: value,
                value: rows,
                text: `${count(rows)} · ${percent(fraction)}`,
              }))}
            />
          )}
        </ChartFrame>
      )}
      <dl className="grid grid-cols-2 gap-x-6 gap-y-3">
        {figuresOf(column).map(([label, value]) => (
          <div key={label} className="min-w-0 border-b border-line pb-2">
            <dt className="text-caption text-label-2">{label}</dt>
            <dd className="text-footnote font-medium break-words">{value}</dd>
          </div>
        ))}
      </dl>
      {association?.association != null && (
        <p className="text-footnote">
          With the target: {decimal(association.association)} (
          {association.method.toLowerCase().replaceAll('_', ' ')}
          ).{' '}
          {association.leakageReason && (
            <span className="font-medium text-caution">{association.leakageReason}</span>
          )}
        </p>
      )}
    </div>
  );
}
