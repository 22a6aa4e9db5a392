import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef, useState } from 'react';
import type { LeaderboardRowFragment } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/choice.tsx';
import { endKeys } from '../../ui/end-keys.ts';
import { controlClass } from '../../ui/field.tsx';
import { count } from '../../ui/format.ts';
import { useKeptFocus } from '../../ui/kept-focus.ts';
import { Empty } from '../../ui/states.tsx';
import { LeaderboardRow } from './leaderboard-row.tsx';
import {
  byRank,
  type Interval,
  type SortKey,
  type Standing,
  scaleOf,
  sortRuns,
  standingOf,
} from './ranking.ts';

const ROW_HEIGHT = 64;

type Column = { key: SortKey; name: string; className: string };
const columns: readonly Column[] = [
  { key: 'fitSeconds', name: 'Fit', className: 'hidden w-24 text-right md:table-cell' },
  { key: 'predictMicrosPerRow', name: 'Predict', className: 'hidden w-24 text-right lg:table-cell' },
  { key: 'modelBytes', name: 'Size', className: 'hidden w-24 text-right md:table-cell' },
];

const standings: { value: Standing | 'ALL'; label: string }[] = [
  { value: 'ALL', label: 'All models' },
  { value: 'COMPLETE', label: 'Complete' },
  { value: 'PARTIAL', label: 'Partial' },
  { value: 'OPEN', label: 'Not done yet' },
  { value: 'FAILED', label: 'Failed' },
];

type Props = {
  runs: readonly LeaderboardRowFragment[];
  ties: ReadonlySet<string>;
  metric: { name: string; greaterIsBetter: boolean };
  chosen: readonly string[];
  onChoose: (id: string) => void;
};

/** Every run, sorted and filtered; only the rows in sight are drawn. */
export function Leaderboard({ runs, ties, metric, chosen, onChoose }: Props) {
  const [search, setSearch] = useState('');
  const [standing, setStanding] = useState<Standing | 'ALL'>('ALL');
  const [sort, setSort] = useState<{ key: SortKey; isDescending: boolean }>(byRank);
  const scale = useMemo(() => scaleOf(runs), [runs]);
  const shown = useMemo(() => {
    const words = search.trim().toLowerCase();
    const kept = runs.filter(
      (run) =>
        (standing === 'ALL' || standingOf(run) === standing) && run.label.toLowerCase().includes(words),
    );
    return sortRuns(kept, sort);
  }, [runs, search, standing, sort]);
  const sortBy = (key: SortKey) => {
    const first = key === 'score' ? metric.greaterIsBetter : false;
    setSort({ key, isDescending: sort.key === key ? !sort.isDescending : first });
  };
  return (
    <div className="grid gap-3">
      <div className="grid gap-2 sm:grid-cols-[1fr_12rem]">
        <input
          type="search"
          aria-label="Find a model"
          placeholder="Find a model"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className={controlClass}
        />
        <Select label="Which models" value={standing} options={standings} onChange={setStanding} />
      </div>
      {shown.length === 0 ? (
        <Empty
          title="No model is like that"
          action={
            <Button
              onClick={() => {
                setSearch('');
                setStanding('ALL');
              }}
            >
              Show all
            </Button>
          }
        />
      ) : (
        <Table {...{ runs: shown, ties, scale, chosen, onChoose, sort, sortBy, scoreName: metric.name }} />
      )}
      <p role="status" className="text-caption text-label-2">
        {shown.length === runs.length
          ? `${count(runs.length)} models`
          : `${count(shown.length)} of ${count(runs.length)} models`}
      </p>
    </div>
  );
}

function Table(props: {
  runs: readonly LeaderboardRowFragment[];
  ties: ReadonlySet<string>;
  scale: Interval | null;
  chosen: readonly string[];
  onChoose: (id: string) => void;
  sort: { key: SortKey; isDescending: boolean };
  sortBy: (key: SortKey) => void;
  scoreName: string;
}) {
  const { runs, ties, scale, chosen, onChoose, sort, sortBy, scoreName } = props;
  const scroller = useRef<HTMLElement>(null);
  const rows = useVirtualizer<HTMLElement, Element>({
    count: runs.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => runs[index]?.id ?? index,
    overscan: 6,
  });
  const focus = useKeptFocus(scroller);
  const items = rows.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = rows.getTotalSize() - (items.at(-1)?.end ?? 0);
  const heading = (key: SortKey, name: string, className: string) => (
    <th
      key={key}
      scope="col"
      aria-sort={sort.key === key ? (sort.isDescending ? 'descending' : 'ascending') : undefined}
      className={`${className} bg-surface p-0 font-medium`}
    >
      <button
        type="button"
        onClick={() => sortBy(key)}
        className={`inline-flex min-h-11 items-center gap-1 rounded-small px-2 md:min-h-9 ${className.includes('text-right') ? 'flex-row-reverse' : ''} ${sort.key === key ? 'text-label' : ''}`}
      >
        {name}
        <span aria-hidden="true" className="text-caption">
          {sort.key === key ? (sort.isDescending ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  );
  return (
    <section
      ref={scroller}
      {...focus}
      onKeyDown={endKeys(rows)}
      aria-label="Leaderboard rows"
      // relative, so that what is there for screen readers alone scrolls with it and leaves the page its height
      className="relative max-h-192 overflow-y-auto rounded-small"
    >
      <table aria-rowcount={runs.length + 1} className="w-full table-fixed border-collapse text-left">
        <thead className="sticky top-0 z-10 text-footnote text-label-2">
          <tr>
            <th scope="col" className="w-11 bg-surface">
              <span className="sr-only">Compare</span>
            </th>
            <th scope="col" className="w-9 bg-surface px-1 font-medium">
              <span aria-hidden="true">#</span>
              <span className="sr-only">Rank</span>
            </th>
            {heading('label', 'Model', '')}
            {heading('score', scoreName, 'w-28 sm:w-64 lg:w-96')}
            {columns.map(({ key, name, className }) => heading(key, name, className))}
          </tr>
        </thead>
        <tbody>
          <Gap height={before} />
          {items.map(({ index, key }) => {
            const run = runs[index];
            return (
              run && (
                <LeaderboardRow
                  key={key}
                  {...{ run, index, scale }}
                  measure={rows.measureElement}
                  isTied={ties.has(run.id)}
                  isChosen={chosen.includes(run.id)}
                  onChoose={onChoose}
                />
              )
            );
          })}
          <Gap height={after} />
        </tbody>
      </table>
    </section>
  );
}

/** The rows that are out of sight. */
function Gap({ height }: { height: number }) {
  return height <= 0 ? null : (
    <tr>
      <td colSpan={7} style={{ height }} />
    </tr>
  );
}
