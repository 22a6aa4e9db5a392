import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { controlClass, Field } from '../../ui/field.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { CUSTOM_STEP, type StepKind } from './catalogue.ts';
import { CodeEditor } from './code-editor.tsx';
import { type Column, ColumnPicker } from './column-picker.tsx';
import type { DraftStep } from './draft.ts';
import { ParameterField } from './parameter-field.tsx';

/** One step: what it works on and how; nothing changes before it is taken over. */
export function StepSheet(props: {
  step: DraftStep;
  kind: StepKind;
  columns: readonly Column[];
  /** Of the last attempt to save, by the name of the parameter. */
  faults: ReadonlyMap<string, string>;
  onClose: () => void;
  onDone: (step: DraftStep) => void;
}) {
  const { kind, columns, faults, onClose, onDone } = props;
  const [step, setStep] = useState(props.step);
  const needsColumns = kind.key !== CUSTOM_STEP;
  const set = (part: Partial<DraftStep>) => setStep({ ...step, ...part, origin: null });
  const setParameter = (name: string, value: unknown) => {
    const { [name]: _, ...others } = step.parameters;
    set({ parameters: value === undefined ? others : { ...others, [name]: value } });
  };
  return (
    <Sheet title={kind.label} description={kind.description} isOpen onClose={onClose}>
      <form
        noValidate
        className="grid gap-6"
        onSubmit={(event) => {
          event.preventDefault();
          onDone(step);
        }}
      >
        {Object.entries(kind.parameters).map(([name, schema]) => (
          <ParameterField
            key={name}
            {...{ name, schema }}
            value={step.parameters[name]}
            fault={faults.get(name) ?? null}
            onChange={(value) => setParameter(name, value)}
          />
        ))}
        {kind.key === CUSTOM_STEP && (
          <CodeEditor label="Python of the step" code={step.code ?? ''} onChange={(code) => set({ code })} />
        )}
        <ColumnPicker
          kind={kind}
          columns={columns}
          chosen={step.columns}
          onChange={(chosen) => set({ columns: chosen })}
        />
        <Field label="Why it is here" description="A note for yourself and others; it stands in the code.">
          <input
            aria-label="Why it is here"
            value={step.reason}
            maxLength={1_000}
            onChange={(event) => set({ reason: event.target.value })}
            className={controlClass}
          />
        </Field>
        <div className="sticky -bottom-5 -mx-5 -mb-5 flex gap-2 border-t border-line bg-surface px-5 py-4">
          <Button type="submit" kind="primary" disabled={needsColumns && step.columns.length === 0}>
            Done
          </Button>
          <Button type="button" onClick={onClose}>
            Cancel
          </Button>
          {needsColumns && step.columns.length === 0 && (
            <p role="status" className="self-center text-footnote text-label-2">
              Choose at least one column.
            </p>
          )}
        </div>
      </form>
    </Sheet>
  );
}
