import { memo } from 'react';
import type { ColumnFragment, ReportFragment } from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { Sparkline } from '../../ui/charts/sparkline.tsx';
import { count, percent } from '../../ui/format.ts';
import { spoken } from './severity.ts';
import { shapeOf } from './shape.ts';

export type Association = NonNullable<ReportFragment['targetReport']>['associations'][number];

/** One column in a line; its name opens everything that is known of it. */
export const ColumnRow = memo(function ColumnRow(props: {
  column: ColumnFragment;
  height: number;
  rowIndex: number;
  association: number | null;
  onChoose: (name: string) => void;
}) {
  const { column, height, rowIndex, association, onChoose } = props;
  const { name, type, semanticType, missingFraction, distinctCount, warnings } = column;
  const [first, ...others] = warnings;
  const cell = 'truncate border-b border-line px-2 text-footnote';
  return (
    <tr aria-rowindex={rowIndex} className="relative hover:bg-fill" style={{ height }}>
      <td className="border-b border-line px-2">
        <button
          type="button"
          onClick={() => onChoose(name)}
          className="block max-w-full truncate text-left font-medium after:absolute after:inset-0"
        >
          {name}
        </button>
        <span className="block truncate text-caption text-label-2">
          {type}
          {semanticType !== type && `, ${semanticType.replaceAll('_', ' ')}`}
          {missingFraction > 0 && <span className="sm:hidden"> · {percent(missingFraction)} missing</span>}
        </span>
      </td>
      <td className={cell}>
        <Sparkline counts={shapeOf(column)} />
      </td>
      <td className={`${cell} hidden text-right sm:table-cell`}>
        {missingFraction === 0 ? <span className="text-label-3">none</span> : percent(missingFraction)}
      </td>
      <td className={`${cell} hidden text-right md:table-cell`}>{count(distinctCount)}</td>
      <td className={`${cell} hidden lg:table-cell`}>
        {association !== null && <Meter fraction={association} />}
      </td>
      <td className={`${cell} hidden md:table-cell`}>
        {first && <Badge tone="caution">{spoken(first)}</Badge>}
        {others.length > 0 && <span className="ml-1.5 text-caption text-label-2">+{others.length}</span>}
      </td>
    </tr>
  );
});

function Meter({ fraction }: { fraction: number }) {
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden="true" className="h-1.5 w-12 overflow-hidden rounded-full bg-fill-strong">
        <span className="block h-full rounded-full bg-accent" style={{ width: `${100 * fraction}%` }} />
      </span>
      {fraction.toFixed(2)}
    </span>
  );
}
