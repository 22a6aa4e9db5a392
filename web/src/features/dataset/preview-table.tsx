import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import type { DatasetDetailPartsFragment } from '../../gql/graphql.ts';
import { type Option, Select } from '../../ui/choice.tsx';
import { classNames } from '../../ui/class-names.ts';
import { count } from '../../ui/format.ts';

type Column = NonNullable<DatasetDetailPartsFragment['columns']>[number];
export type Row = Record<string, unknown>;

const COLUMN_WIDTH = 176;
const ROW_HEIGHT = 36;
const HEADER_HEIGHT = 96;

const types: Option<string>[] = [
  'integer',
  'number',
  'boolean',
  'category',
  'datetime',
  'text',
  'id',
  'constant',
].map((value) => ({ value, label: value }));

/** The first rows, and the type of each column to change; only what is in view is drawn. */
export function PreviewTable(props: {
  name: string;
  columns: readonly Column[];
  rows: readonly Row[];
  typeOf: (column: Column) => string;
  onType: (column: Column, type: string) => void;
}) {
  const { name, columns, rows, typeOf, onType } = props;
  const frame = useRef<HTMLElement>(null);
  const down = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    paddingStart: HEADER_HEIGHT,
    overscan: 8,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => frame.current,
    estimateSize: () => COLUMN_WIDTH,
    overscan: 3,
  });
  const shown = across.getVirtualItems();
  const lines = down.getVirtualItems();
  const before = shown[0]?.start ?? 0;
  const behind = across.getTotalSize() - (shown.at(-1)?.end ?? 0);
  return (
    <section
      ref={frame}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
      tabIndex={0}
      aria-label={`First rows of ${name}`}
      className="h-112 overflow-auto rounded-control border border-line"
    >
      <table
        aria-label={`First rows of ${name}`}
        aria-rowcount={rows.length + 1}
        aria-colcount={columns.length}
        className="table-fixed border-separate border-spacing-0"
        style={{ width: across.getTotalSize(), minWidth: '100%' }}
      >
        <thead className="sticky top-0 z-10 bg-surface">
          <tr aria-rowindex={1} style={{ height: HEADER_HEIGHT }}>
            <Space width={before} />
            {shown.map(({ index, key }) => (
              <Head key={key} index={index} column={columns[index] as Column} {...{ typeOf, onType }} />
            ))}
            <Space width={behind} />
          </tr>
        </thead>
        <tbody>
          <tr style={{ height: (lines[0]?.start ?? HEADER_HEIGHT) - HEADER_HEIGHT }} />
          {lines.map((line) => (
            <tr key={line.key} aria-rowindex={line.index + 2} style={{ height: ROW_HEIGHT }}>
              <Space width={before} />
              {shown.map(({ index, key }) => (
                <Cell
                  key={key}
                  index={index}
                  value={rows[line.index]?.[columns[index]?.name ?? '']}
                  isNumber={['integer', 'number'].includes(columns[index]?.type ?? '')}
                />
              ))}
              <Space width={behind} />
            </tr>
          ))}
          <tr style={{ height: down.getTotalSize() - (lines.at(-1)?.end ?? 0) }} />
        </tbody>
      </table>
    </section>
  );
}

/** Stands for the columns that are out of view. */
const Space = ({ width }: { width: number }) => <td aria-hidden="true" style={{ width, padding: 0 }} />;

function Head(props: {
  index: number;
  column: Column;
  typeOf: (column: Column) => string;
  onType: (column: Column, type: string) => void;
}) {
  const { index, column, typeOf, onType } = props;
  return (
    <th
      scope="col"
      aria-colindex={index + 1}
      className="border-b border-line p-2 text-left align-bottom font-normal"
      style={{ width: COLUMN_WIDTH }}
    >
      <span className="block truncate text-footnote font-semibold" title={column.name}>
        {column.name}
      </span>
      <span className="mb-1 block truncate text-caption font-normal text-label-2">{noteOf(column)}</span>
      <Select
        label={`Type of ${column.name}`}
        value={typeOf(column)}
        options={types}
        onChange={(type) => onType(column, type)}
      />
    </th>
  );
}

function noteOf({ semanticType, type, missingCount, confidence }: Column): string {
  const parts = [];
  if (semanticType !== type) parts.push(semanticType.replaceAll('_', ' '));
  if (missingCount > 0) parts.push(`${count(missingCount)} missing`);
  if (confidence < 1) parts.push(`${Math.floor(100 * confidence)} % fit`);
  return parts.join(' · ') || 'complete';
}

function Cell({ index, value, isNumber }: { index: number; value: unknown; isNumber: boolean }) {
  const isMissing = value === null || value === undefined;
  return (
    <td
      aria-colindex={index + 1}
      className={classNames(
        'truncate border-b border-line px-3 text-footnote',
        isNumber && 'text-right',
        isMissing && 'text-label-3',
      )}
    >
      {isMissing ? 'missing' : String(value)}
    </td>
  );
}
