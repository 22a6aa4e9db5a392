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
const encodings: Option<string>[] = [
  'utf-8',
  'utf-16le',
  'windows-1252',
  'iso-8859-1',
  'iso-8859-15',
  'macintosh',
  'shift_jis',
].map((value) => ({ value, label: value }));

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
  const { delimiter, quote, decimal, encoding, hasHeader, skipRows, sheet } = { ...dialect, ...draft };
  const isText = dialect.sheet === null;
  const set = (part: CsvDialectInput) => setDraft({ ...draft, ...part });
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        onRead(
          isText
            ? { delimiter, quote, decimal, encoding, hasHeader, skipRows }
            : { sheet, hasHeader, skipRows },
        );
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        {isText ? (
          <TextFields dialect={dialect} draft={draft} onChange={set} />
        ) : (
          <Field label="Sheet">
            <Select
              label="Sheet"
              value={sheet ?? ''}
              options={dialect.sheets.map((value) => ({ value, label: value }))}
              onChange={(value) => set({ sheet: value })}
            />
          </Field>
        )}
        <Field label="Lines before the table">
          <input
            type="number"
            aria-label="Lines before the table"
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

/** For text files: a workbook knows its cells. */
function TextFields(props: {
  dialect: Dialect;
  draft: CsvDialectInput;
  onChange: (part: CsvDialectInput) => void;
}) {
  const { dialect, draft, onChange } = props;
  const { delimiter, quote, decimal, encoding } = { ...dialect, ...draft };
  const fields = [
    { name: 'delimiter', label: 'Between cells', value: delimiter, options: delimiters },
    { name: 'quote', label: 'Around text', value: quote, options: quotes },
    { name: 'decimal', label: 'Decimal mark', value: decimal, options: decimals },
    { name: 'encoding', label: 'Encoding', value: encoding, options: encodings },
  ] as const;
  return fields.map(({ name, label, value, options }) => (
    <Field key={name} label={label}>
      <Select
        label={label}
        value={value ?? null}
        options={including(options, dialect[name])}
        onChange={(next) => onChange({ [name]: next })}
      />
    </Field>
  ));
}
