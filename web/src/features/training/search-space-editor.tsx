import { NumberField } from '@base-ui/react/number-field';
import { Button } from '../../ui/button.tsx';
import { controlClass } from '../../ui/field.tsx';
import { decimal } from '../../ui/format.ts';
import { Tick } from '../../ui/toggle.tsx';
import type { Dimension, Dimensions, Wishes } from './search-space.ts';

/** Between which values one algorithm is tuned; what is not changed is as usual. */
export function SearchSpaceEditor(props: {
  label: string;
  dimensions: Dimensions;
  wishes: Wishes;
  onChange: (wishes: Wishes) => void;
}) {
  const { label, dimensions, wishes, onChange } = props;
  const set = (name: string, wish: Wishes[string] | null) => {
    const { [name]: _, ...others } = wishes;
    onChange(wish ? { ...others, [name]: wish } : others);
  };
  return (
    <fieldset className="@container grid gap-2">
      <legend className="sr-only">Search space of {label}</legend>
      {Object.entries(dimensions).map(([name, dimension]) => (
        <DimensionRow
          key={name}
          {...{ name, dimension }}
          wish={wishes[name] ?? null}
          onChange={(wish) => set(name, wish)}
        />
      ))}
    </fieldset>
  );
}

function DimensionRow(props: {
  name: string;
  dimension: Dimension;
  wish: Wishes[string] | null;
  onChange: (wish: Wishes[string] | null) => void;
}) {
  const { name, dimension, wish, onChange } = props;
  return (
    <div className="grid items-center gap-x-3 gap-y-1 border-t border-line py-2 first-of-type:border-t-0 @2xl:grid-cols-[11rem_1fr_5.5rem]">
      <span className="min-w-0">
        <span className="block truncate font-mono text-footnote">{name}</span>
        <span className="block text-caption text-label-2">{usual(dimension)}</span>
      </span>
      {dimension.kind === 'CHOICE' ? (
        <Choices {...{ dimension, wish, onChange }} />
      ) : (
        <Range {...{ name, dimension, wish, onChange }} />
      )}
      <span>
        {wish && (
          <Button kind="plain" className="px-2! text-footnote!" onClick={() => onChange(null)}>
            As usual
            <span className="sr-only">: {name}</span>
          </Button>
        )}
      </span>
    </div>
  );
}

function usual(dimension: Dimension): string {
  if (dimension.kind === 'CHOICE') return `usually ${dimension.choices.map(String).join(', ')}`;
  const { low, high, logarithmic } = dimension;
  return `usually ${decimal(low)} – ${decimal(high)}${logarithmic ? ', logarithmic' : ''}`;
}

type Numeric = Extract<Dimension, { low: number }>;

function Range(props: {
  name: string;
  dimension: Numeric;
  wish: Wishes[string] | null;
  onChange: (wish: Wishes[string]) => void;
}) {
  const { name, dimension, wish, onChange } = props;
  const present = wish && 'low' in wish ? wish : { low: dimension.low, high: dimension.high };
  const [least, most] = dimension.limits;
  const end = (which: 'low' | 'high') => (
    <NumberField.Root
      value={present[which]}
      min={least}
      max={most}
      format={{ maximumFractionDigits: dimension.kind === 'INTEGER' ? 0 : 12, useGrouping: false }}
      onValueChange={(value) => value !== null && onChange({ ...present, [which]: value })}
    >
      <NumberField.Input
        aria-label={`${name}, ${which === 'low' ? 'from' : 'to'}`}
        className={controlClass}
      />
    </NumberField.Root>
  );
  return (
    <span className="flex items-center gap-2">
      {end('low')}
      <span aria-hidden="true" className="text-label-2">
        –
      </span>
      {end('high')}
    </span>
  );
}

function Choices(props: {
  dimension: Extract<Dimension, { kind: 'CHOICE' }>;
  wish: Wishes[string] | null;
  onChange: (wish: Wishes[string]) => void;
}) {
  const { dimension, wish, onChange } = props;
  const chosen = wish && 'choices' in wish ? wish.choices : dimension.choices;
  return (
    <span className="-mx-2 flex flex-wrap">
      {dimension.choices.map((choice) => (
        <Tick
          key={String(choice)}
          isOn={chosen.includes(choice)}
          // one has to stay
          isDisabled={chosen.length === 1 && chosen.includes(choice)}
          onChange={(isOn) =>
            onChange({
              choices: dimension.choices.filter((each) => (each === choice ? isOn : chosen.includes(each))),
            })
          }
        >
          {String(choice)}
        </Tick>
      ))}
    </span>
  );
}
