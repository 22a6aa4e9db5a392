import { Menu } from '@base-ui/react/menu';
import { type ReactNode, useLayoutEffect, useState } from 'react';
import { Button, buttonClass } from '../button.tsx';
import { saveChart } from './save-chart.ts';
import { useWidth } from './use-width.ts';

export type ChartTable = {
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
};

const SHOWN_ROWS = 500;
const small = 'px-3! text-footnote!';

/**
 * A drawing with its name, its figures as a table, and a way to keep it. `children` draw one `<svg>` into the width that
 * there is.
 */
export function ChartFrame(props: {
  title: string;
  description?: ReactNode;
  table: ChartTable;
  children: (width: number) => ReactNode;
}) {
  const { title, description, table, children } = props;
  const [isTable, setTable] = useState(false);
  const [ref, width] = useWidth<HTMLElement>();
  const [isWide, setWide] = useState(false);
  useLayoutEffect(() => {
    const frame = ref.current;
    setWide(frame !== null && frame.scrollWidth > frame.clientWidth);
  });
  const save = (kind: 'PNG' | 'SVG') => {
    const svg = ref.current?.querySelector('svg');
    if (svg) void saveChart(svg, title, kind);
  };
  return (
    <figure className="grid min-w-0 gap-3">
      <div className="flex items-start justify-between gap-2">
        <figcaption className="min-w-0 flex-1 py-2">
          <p className="text-body font-semibold">{title}</p>
          {description && <p className="text-footnote text-label-2">{description}</p>}
        </figcaption>
        <div className="-mr-3 flex shrink-0">
          <Button kind="plain" className={small} onClick={() => setTable(!isTable)}>
            <span className="sr-only">Show {title} as </span>
            {isTable ? 'Chart' : 'Table'}
          </Button>
          {!isTable && <SaveMenu title={title} onSave={save} />}
        </div>
      </div>
      <section
        ref={ref}
        aria-label={title}
        // what scrolls has to be reachable by keyboard
        tabIndex={isWide ? 0 : undefined}
        className="min-w-0 overflow-x-auto"
      >
        {isTable ? <FigureTable title={title} table={table} /> : width > 0 && children(width)}
      </section>
    </figure>
  );
}

function SaveMenu({ title, onSave }: { title: string; onSave: (kind: 'PNG' | 'SVG') => void }) {
  return (
    <Menu.Root>
      <Menu.Trigger className={`${buttonClass('plain')} ${small}`} aria-label={`Save ${title}`}>
        Save
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={4} align="end" className="z-50">
          <Menu.Popup className="min-w-36 rounded-card border border-line bg-raised p-1 shadow-sheet outline-none">
            {(['PNG', 'SVG'] as const).map((kind) => (
              <Menu.Item
                key={kind}
                onClick={() => onSave(kind)}
                className="flex min-h-11 cursor-default items-center rounded-small px-3 text-body outline-none data-highlighted:bg-accent-soft md:min-h-9"
              >
                As {kind}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function FigureTable({ title, table }: { title: string; table: ChartTable }) {
  const { columns, rows } = table;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section aria-label={`${title}, as a table`} tabIndex={0} className="max-h-80 overflow-auto">
      <table className="w-full border-collapse text-footnote">
        <thead>
          <tr>
            {columns.map((name) => (
              <th
                key={name}
                scope="col"
                className="sticky top-0 bg-surface px-2 py-1.5 text-left font-medium text-label-2"
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.slice(0, SHOWN_ROWS).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
            <tr key={index}>
              {row.map((cell, place) => (
                <td key={columns[place]} className="px-2 py-1.5">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > SHOWN_ROWS && (
        <p className="px-2 py-1.5 text-caption text-label-2">
          The first {SHOWN_ROWS} of {rows.length}.
        </p>
      )}
    </section>
  );
}
