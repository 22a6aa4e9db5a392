import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import { Select as Base } from '@base-ui/react/select';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { controlClass } from './field.tsx';

export type Option<Value> = { value: Value; label: string; detail?: ReactNode };

/** One of a few, each with room for a line about it. */
export function Cards<Value extends string | number>(props: {
  label: string;
  value: Value | null;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
}) {
  const { label, value, options, onChange } = props;
  return (
    <RadioGroup
      aria-label={label}
      value={value}
      onValueChange={(next) => onChange(next as Value)}
      className="grid grid-cols-[repeat(auto-fit,minmax(9rem,1fr))] gap-2"
    >
      {options.map((option) => (
        <Radio.Root
          key={option.value}
          value={option.value}
          aria-label={option.label}
          className="grid min-h-11 cursor-default content-center gap-0.5 rounded-control border border-line px-3 py-2 text-left transition-colors duration-150 data-checked:border-accent data-checked:bg-accent-soft"
        >
          <span className="text-body font-medium">{option.label}</span>
          {option.detail && <span className="text-caption text-label-2">{option.detail}</span>}
        </Radio.Root>
      ))}
    </RadioGroup>
  );
}

/** One of many. */
export function Select<Value extends string>(props: {
  label: string;
  value: Value | null;
  options: readonly Option<Value>[];
  onChange: (value: Value) => void;
  placeholder?: string;
}) {
  const { label, value, options, onChange, placeholder = 'Choose' } = props;
  return (
    <Base.Root
      items={[...options]}
      value={value}
      onValueChange={(next) => next !== null && onChange(next as Value)}
    >
      <Base.Trigger
        aria-label={label}
        className={classNames(
          controlClass,
          'flex cursor-default items-center justify-between gap-2 text-left',
        )}
      >
        <span className="min-w-0 truncate">
          <Base.Value placeholder={placeholder} />
        </span>
        <Base.Icon className="text-label-3">▾</Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-30" alignItemWithTrigger={false}>
          <Base.Popup className="max-h-80 min-w-(--anchor-width) overflow-y-auto rounded-card border border-line bg-raised p-1 shadow-sheet outline-none">
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                className="flex min-h-11 cursor-default items-center justify-between gap-4 rounded-small px-3 text-body outline-none data-highlighted:bg-accent-soft md:min-h-9"
              >
                <Base.ItemText>{option.label}</Base.ItemText>
                {option.detail && <span className="text-caption text-label-2">{option.detail}</span>}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
