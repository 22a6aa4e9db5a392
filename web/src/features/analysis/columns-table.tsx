import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { ColumnFragment } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Select } from '../../ui/choice.tsx';
import { controlClass } from '../../ui/field.tsx';
import { count } from '../../ui/format.ts';
import { useKeptFocus } from '../../ui/kept-focus.ts';
import { Empty } from '../../ui/states.tsx';
import { type Association, ColumnRow } from './column-row.tsx';

const ROW_HEIGHT = 56;
const MOST_HEIGHT = 560;

type Order = 'place' | 'name' | 'missing' | 'distinct' | 'warnings' | 'association';
const orders: { value: Order; label: string }[] = [
  { value: 'place', label: 'As in the file' },
  { value: 'name', label: 'By name' },
  { value: 'association', label: 'Most telling first' },
  { value: 'warnings', label: 'Most findings first' },
  { value: 'missing', label: 'Most gaps first' },
  { value: 'distinct', label: 'Most values first' },
];

export type Associations = ReadonlyMap<string, Association>;

/** Every column with its shape and what is wrong with it; only the rows in view are drawn. */
export function ColumnsTable(props: {
  columns: readonly ColumnFragment[];
  associations: Associations;
  onColumn: (name: string) => void;
}) {
  const { columns, associations, onColumn } = props;
  const [search, setSearch] = useState('');
  const [order, setOrder] = useState<Order>('place');
  const [isFaulty, setFaulty] = useState(false);
  const found = useMemo(
    () => sorted(columns, associations, { search, order, isFaulty }),
    [columns, associations, search, order, isFaulty],
  );
  const faulty = columns.filter(({ warnings }) => warnings.length > 0).length;
  return (
    <Card title="Columns" description={`${count(found.length)} of ${count(columns.length)}`}>
      <div className="mb-3 grid gap-2 sm:grid-cols-[1fr_14rem_auto]">
        <input
          type="search"
          aria-label="Search the columns"
          placeholder="Search by name or type"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className={controlClass}
        />
        <Select label="Order" value={order} options={orders} onChange={setOrder} />
        <Button aria-pressed={isFaulty} disabled={faulty === 0} onClick={() => setFaulty(!isFaulty)}>
          {isFaulty ? 'Show all' : `With findings (${count(faulty)})`}
        </Button>
      </div>
      {found.length === 0 ? (
        <Empty title="No column fits">Search for something else, or show all.</Empty>
      ) : (
        <Rows columns={found} associations={associations} onColumn={onColumn} />
      )}
    </Card>
  );
}

function Rows(props: {
  columns: readonly ColumnFragment[];
  associations: Associations;
  onColumn: (name: string) => void;
}) {
  const { columns, associations, onColumn } = props;
  const frame = useRef<HTMLElement>(null);
  const rows = useVirtualizer({
    count: columns.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 6,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another order or search is read from its start
  useEffect(() => {
    frame.current?.scrollTo({ top: 0 });
  }, [columns]);
  const focus = useKeptFocus(frame);
  const shown = rows.getVirtualItems();
  const head = 'sticky top-0 z-10 border-b border-line bg-surface px-2 py-1.5 text-left font-medium';
  return (
    <section
      ref={frame}
      {...focus}
      aria-label="Rows of the columns"
      className="overflow-y-auto rounded-small"
      style={{ maxHeight: MOST_HEIGHT }}
    >
      <table
        aria-label="Columns"
        aria-rowcount={columns.length + 1}
        className="w-full table-fixed border-separate border-spacing-0"
      >
        <thead className="text-caption text-label-2">
          <tr aria-rowindex={1}>
            <th scope="col" className={head}>
              Name
            </th>
            <th scope="col" className={`${head} w-28`}>
              Distribution
            </th>
            <th scope="col" className={`${head} hidden w-24 text-right sm:table-cell`}>
              Missing
            </th>
            <th scope="col" className={`${head} hidden w-24 text-right md:table-cell`}>
              Values
            </th>
            <th scope="col" className={`${head} hidden w-32 lg:table-cell`}>
              Tells the target
            </th>
            <th scope="col" className={`${head} hidden w-60 md:table-cell`}>
              Findings
            </th>
          </tr>
        </thead>
        <tbody>
          <tr style={{ height: shown[0]?.start ?? 0 }} />
          {shown.map(({ index, key }) => {
            const column = columns[index] as ColumnFragment;
            return (
              <ColumnRow
                key={key}
                column={column}
                height={ROW_HEIGHT}
                rowIndex={index + 2}
                association={associations.get(column.name)?.association ?? null}
                onChoose={onColumn}
              />
            );
          })}
          <tr style={{ height: rows.getTotalSize() - (shown.at(-1)?.end ?? 0) }} />
        </tbody>
      </table>
    </section>
  );
}

function sorted(
  columns: readonly ColumnFragment[],
  associations: Associations,
  wish: { search: string; order: Order; isFaulty: boolean },
): ColumnFragment[] {
  const wanted = wish.search.trim().toLowerCase();
  const strength = ({ name }: ColumnFragment) => associations.get(name)?.association ?? -1;
  const compare: Record<Order, (a: ColumnFragment, b: ColumnFragment) => number> = {
    place: () => 0,
    name: (a, b) => a.name.localeCompare(b.name),
    missing: (a, b) => b.missingFraction - a.missingFraction,
    distinct: (a, b) => b.distinctCount - a.distinctCount,
    warnings: (a, b) => b.warnings.length - a.warnings.length,
    association: (a, b) => strength(b) - strength(a),
  };
  return columns
    .filter(
      ({ name, type, semanticType, warnings }) =>
        (!wish.isFaulty || warnings.length > 0) &&
        [name, type, semanticType].some((text) => text.toLowerCase().includes(wanted)),
    )
    .sort((a, b) => compare[wish.order](a, b) || a.position - b.position);
}
