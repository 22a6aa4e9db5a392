import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { controlClass } from '../../ui/field.tsx';
import { count } from '../../ui/format.ts';
import { Tick } from '../../ui/toggle.tsx';
import type { StepKind } from './catalogue.ts';

export type Column = { name: string; type: string };

/** More are found by their names. */
const SHOWN = 60;

/** The columns that a step works on; those that it is made for come first. */
export function ColumnPicker(props: {
  kind: StepKind;
  columns: readonly Column[];
  chosen: readonly string[];
  onChange: (columns: string[]) => void;
}) {
  const { kind, columns, chosen, onChange } = props;
  const [search, setSearch] = useState('');
  const isFitting = ({ type }: Column) => kind.columnTypes.length === 0 || kind.columnTypes.includes(type);
  const fitting = columns.filter(isFitting);
  const words = search.trim().toLowerCase();
  const found = columns
    .filter(({ name }) => name.toLowerCase().includes(words))
    .sort((a, b) => Number(isFitting(b)) - Number(isFitting(a)));
  const names = new Set(chosen);
  const change = (name: string, isOn: boolean) =>
    onChange(columns.map((each) => each.name).filter((each) => (each === name ? isOn : names.has(each))));
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 text-footnote font-medium">
        Columns <span className="font-normal text-label-2">{count(chosen.length)} chosen</span>
      </legend>
      <div className="flex flex-wrap gap-2">
        <input
          type="search"
          aria-label="Find a column"
          placeholder="Find a column"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className={`${controlClass} min-w-40 flex-1`}
        />
        <Button onClick={() => onChange(fitting.map(({ name }) => name))} disabled={fitting.length === 0}>
          All that fit
        </Button>
        <Button onClick={() => onChange([])} disabled={chosen.length === 0}>
          None
        </Button>
      </div>
      <div className="max-h-72 overflow-y-auto rounded-control border border-line p-1">
        {found.slice(0, SHOWN).map((column) => (
          <Tick
            key={column.name}
            isOn={names.has(column.name)}
            onChange={(isOn) => change(column.name, isOn)}
          >
            <span className="min-w-0 flex-1 truncate">{column.name}</span>
            <span className={isFitting(column) ? 'text-caption text-label-2' : 'text-caption text-caution'}>
              {column.type}
              {!isFitting(column) && ', not what it is made for'}
            </span>
          </Tick>
        ))}
        {found.length > SHOWN && (
          <p className="px-2 py-1.5 text-caption text-label-2">
            {count(found.length - SHOWN)} more: type a part of the name.
          </p>
        )}
        {found.length === 0 && (
          <p className="px-2 py-3 text-footnote text-label-2">No column is called so.</p>
        )}
      </div>
    </fieldset>
  );
}
