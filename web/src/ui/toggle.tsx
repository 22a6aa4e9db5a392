import { Checkbox } from '@base-ui/react/checkbox';
import { Switch } from '@base-ui/react/switch';
import type { ReactNode } from 'react';

/** One of several that can be on together, with its name beside it. */
export function Tick(props: {
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  isDisabled?: boolean;
  children: ReactNode;
}) {
  const { isOn, onChange, isDisabled = false, children } = props;
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the checkbox is inside
    <label className="flex min-h-11 min-w-0 items-center gap-2.5 rounded-control px-2 hover:bg-fill md:min-h-9">
      <Checkbox.Root
        checked={isOn}
        disabled={isDisabled}
        onCheckedChange={onChange}
        className="grid size-5 shrink-0 place-items-center rounded-small border border-label-3 data-checked:border-accent data-checked:bg-accent"
      >
        <Checkbox.Indicator className="text-caption leading-none text-on-accent">✓</Checkbox.Indicator>
      </Checkbox.Root>
      {children}
    </label>
  );
}

/** On or off, as a sentence that is true when it is on. */
export function Toggle(props: {
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  label: string;
  description?: string | undefined;
}) {
  const { isOn, onChange, label, description } = props;
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the switch is inside
    <label className="flex min-h-11 items-center justify-between gap-4">
      <span className="grid">
        <span className="text-footnote font-medium">{label}</span>
        {description && <span className="text-caption text-label-2">{description}</span>}
      </span>
      <Switch.Root
        checked={isOn}
        onCheckedChange={onChange}
        className="flex h-7 w-12 shrink-0 rounded-full bg-fill-strong p-0.5 transition-colors duration-150 data-checked:bg-accent"
      >
        <Switch.Thumb className="size-6 rounded-full bg-raised shadow-card transition-transform duration-150 data-checked:translate-x-5" />
      </Switch.Root>
    </label>
  );
}
