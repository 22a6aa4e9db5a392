import { Switch } from '@base-ui/react/switch';
import { useState } from 'react';
import type { CsvDialectInput, DatasetDetailPartsFragment } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { type Option, Select } from '../../ui/choice.tsx';
import { controlClass, Field } from '../../ui/field.tsx';

type Dialect = NonNullable<DatasetDetailPartsFragment['dialect']>;

const delimiters: Option<string>[] = [
  { value: ',', label: 'Comma' },
  { value: ';', label: 'Semicolon' },
  { value: '\t', label: 'Tab' },
  { value: '|', label: 'Bar' },
  { value: ' ', label: 'Space' },
];
const quotes: Option<string>[] = [
  { value: '"', label: 'Double "' },
  { value: "'", label: "Single '" },
  { value: '', label: 'None' },
];
const decimals: Option<string>[] = [
  { value: '.', label: 'Point' },
  { value: ',', label: 'Comma' },
];
const encodings = [
  'utf-8',
  'utf-16le',
  'windows-1252',
  'iso-8859-1',
  'iso-8859-15',
  'macintosh',
  'shift_jis',
];

/** The choices, and what is in force if it is none of them. */
const including = (options: Option<string>[], present: string): Option<string>[] =>
  options.some(({ value }) => value === present) ? options : [...options, { value: present, label: present }];

/** How the text is cut into cells; the file is read again with what is chosen. */
export function DialectForm(props: {
  dialect: Dialect;
  isBusy: boolean;
  onRead: (dialect: CsvDialectInput) => void;
}) {
  const { dialect, isBusy, onRead } = props;
  const [draft, setDraft] = useState<CsvDialectInput>({});
  const { delimiter, quote, decimal, encoding, hasHeader, skipRows } = { ...dialect, ...draft };
  const set = (part: CsvDialectInput) => setDraft({ ...draft, ...part });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        onRead({ delimiter, quote, decimal, encoding, hasHeader, skipRows });
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <Field label="Between cells">
          <Select
            label="Between cells"
            value={delimiter ?? ','}
            options={including(delimiters, dialect.delimiter)}
            onChange={(value) => set({ delimiter: value })}
          />
        </Field>
        <Field label="Around text">
          <Select
            label="Around text"
            value={quote ?? '"'}
            options={including(quotes, dialect.quote)}
            onChange={(value) => set({ quote: value })}
          />
        </Field>
        <Field label="Decimal mark">
          <Select
            label="Decimal mark"
            value={decimal ?? '.'}
            options={decimals}
            onChange={(value) => set({ decimal: value })}
          />
        </Field>
        <Field label="Encoding">
          <Select
            label="Encoding"
            value={encoding ?? 'utf-8'}
            options={including(
              encodings.map((value) => ({ value, label: value })),
              dialect.encoding,
            )}
            onChange={(value) => set({ encoding: value })}
          />
        </Field>
        <Field label="Lines before the table">
          <input
            type="number"
            inputMode="numeric"
            min={0}
            max={1_000_000}
            value={skipRows ?? 0}
            onChange={(event) => set({ skipRows: Math.max(0, event.target.valueAsNumber || 0) })}
            className={controlClass}
          />
        </Field>
        <div className="flex min-h-11 items-center justify-between gap-3 self-end text-footnote font-medium">
          <span id="has-header">The first row holds names</span>
          <Switch.Root
            aria-labelledby="has-header"
            checked={hasHeader ?? true}
            onCheckedChange={(checked) => set({ hasHeader: checked })}
            className="flex h-7 w-12 shrink-0 items-center rounded-full bg-fill-strong p-0.5 transition-colors duration-150 data-checked:bg-accent"
          >
            <Switch.Thumb className="size-6 rounded-full bg-raised shadow-card transition-transform duration-150 data-checked:translate-x-5" />
          </Switch.Root>
        </div>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" isBusy={isBusy} disabled={Object.keys(draft).length === 0}>
          Read again like this
        </Button>
        <Button kind="plain" disabled={isBusy} onClick={() => onRead({})}>
          Detect again
        </Button>
      </div>
    </form>
  );
}
