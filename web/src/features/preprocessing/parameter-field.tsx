import { NumberField } from '@base-ui/react/number-field';
import { Select } from '../../ui/choice.tsx';
import { controlClass, Field } from '../../ui/field.tsx';
import { Tick, Toggle } from '../../ui/toggle.tsx';
import type { ParameterSchema } from './catalogue.ts';

const spoken = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1).replaceAll('_', ' ');

/** A control for one parameter, made from its JSON Schema. `value` undefined: as usual. */
export function ParameterField(props: {
  name: string;
  schema: ParameterSchema;
  value: unknown;
  fault: string | null;
  onChange: (value: unknown) => void;
}) {
  const { name, schema, value, fault, onChange } = props;
  const label = schema.title ?? spoken(name);
  const current = value === undefined ? schema.default : value;
  if (schema.type === 'boolean')
    return (
      <Toggle
        label={label}
        description={schema.description}
        isOn={Boolean(current)}
        onChange={(isOn) => onChange(isOn)}
      />
    );
  if (schema.type === 'array' && schema.items.enum)
    return (
      <Several
        {...{ label, description: schema.description, fault, onChange }}
        options={schema.items.enum}
        chosen={(current ?? []) as string[]}
      />
    );
  return (
    <Field label={label} description={schema.description} fault={fault}>
      <Control {...{ label, schema, current, onChange }} />
    </Field>
  );
}

function Control(props: {
  label: string;
  schema: Exclude<ParameterSchema, { type: 'boolean' }>;
  current: unknown;
  onChange: (value: unknown) => void;
}) {
  const { label, schema, current, onChange } = props;
  if (schema.type === 'array')
    return <Lines {...{ label, schema, onChange }} values={current as unknown[]} />;
  if (schema.type === 'string')
    return schema.enum ? (
      <Select
        label={label}
        value={current as string}
        options={schema.enum.map((each) => ({ value: each, label: spoken(each) }))}
        onChange={onChange}
      />
    ) : (
      <input
        aria-label={label}
        value={String(current ?? '')}
        maxLength={schema.maxLength}
        onChange={(event) => onChange(event.target.value)}
        className={controlClass}
      />
    );
  return (
    <NumberField.Root
      value={current as number}
      {...(schema.minimum === undefined ? {} : { min: schema.minimum })}
      {...(schema.maximum === undefined ? {} : { max: schema.maximum })}
      format={{ maximumFractionDigits: schema.type === 'integer' ? 0 : 12, useGrouping: false }}
      // an empty field is as usual
      onValueChange={(next) => onChange(next ?? undefined)}
    >
      <NumberField.Input
        aria-label={label}
        placeholder={String(schema.default ?? '')}
        className={controlClass}
      />
    </NumberField.Root>
  );
}

/** A list that is written with a line for each. */
function Lines(props: {
  label: string;
  schema: Extract<ParameterSchema, { type: 'array' }>;
  values: unknown[];
  onChange: (value: unknown) => void;
}) {
  const { label, schema, values, onChange } = props;
  const read = (text: string): unknown[] => {
    const lines = text === '' ? [] : text.split('\n');
    return schema.items.type === 'number'
      ? lines
          .filter((line) => line.trim() !== '')
          .map((line) => (Number.isNaN(Number(line)) ? line : Number(line)))
      : lines;
  };
  return (
    <textarea
      aria-label={`${label}, one a line`}
      defaultValue={values.join('\n')}
      rows={Math.min(8, Math.max(3, values.length + 1))}
      onChange={(event) => onChange(read(event.target.value))}
      className={`${controlClass} py-2`}
    />
  );
}

function Several(props: {
  label: string;
  description: string | undefined;
  fault: string | null;
  options: readonly string[];
  chosen: readonly string[];
  onChange: (value: unknown) => void;
}) {
  const { label, description, fault, options, chosen, onChange } = props;
  return (
    <fieldset className="grid gap-1">
      <legend className="mb-1.5 text-footnote font-medium">{label}</legend>
      <div className="-mx-2 grid grid-cols-2">
        {options.map((option) => (
          <Tick
            key={option}
            isOn={chosen.includes(option)}
            onChange={(isOn) =>
              onChange(options.filter((each) => (each === option ? isOn : chosen.includes(each))))
            }
          >
            {spoken(option)}
          </Tick>
        ))}
      </div>
      {description && <p className="text-caption text-label-2">{description}</p>}
      {fault && <p className="text-caption text-bad">{fault}</p>}
    </fieldset>
  );
}
