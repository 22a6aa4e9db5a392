import { type ReactNode, useEffect, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { count } from '../../ui/format.ts';
import { useReorder } from '../../ui/reorder.ts';
import { Empty } from '../../ui/states.tsx';
import { CUSTOM_STEP, CUSTOM_TEMPLATE, type StepKind } from './catalogue.ts';
import type { Column } from './column-picker.tsx';
import { type DraftStep, moved } from './draft.ts';
import { reachOf } from './effect-picture.tsx';
import { StepCatalogue } from './step-catalogue.tsx';
import { StepRow } from './step-row.tsx';
import { StepSheet } from './step-sheet.tsx';
import type { EditRefusal, Preparation } from './use-preparation.ts';

/** The steps in their order; every change of them can be taken back. */
export function StepsCard(props: {
  preparation: Preparation;
  steps: readonly DraftStep[];
  kinds: ReadonlyMap<string, StepKind>;
  columns: readonly Column[];
  refusal: EditRefusal | null;
  isLocked: boolean;
  onChange: (steps: readonly DraftStep[], what: string) => void;
  children: ReactNode;
}) {
  const { preparation, steps, kinds, columns, refusal, isLocked, onChange, children } = props;
  const [isAdding, setAdding] = useState(false);
  const [edited, setEdited] = useState<DraftStep | null>(null);
  const [carried, setCarried] = useState<string | null>(null);
  const labelOf = ({ key }: DraftStep) => kinds.get(key)?.label ?? key;

  function move(from: number, to: number): void {
    const step = steps[from];
    if (!step) return;
    setCarried(step.id);
    onChange(moved(steps, from, to), `${labelOf(step)} is step ${to + 1} of ${steps.length} now.`);
  }
  const reorder = useReorder(steps.length, move);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a row that is put elsewhere loses the focus
  useEffect(() => {
    if (carried !== null) document.getElementById(`move ${carried}`)?.focus();
    setCarried(null);
  }, [steps]);

  function add(kind: StepKind): void {
    setAdding(false);
    const fitting = columns.filter(({ type }) => kind.columnTypes.includes(type));
    setEdited({
      ...{ id: crypto.randomUUID(), key: kind.key, parameters: {}, reason: '', origin: null },
      columns: kind.needsColumns ? [] : fitting.map(({ name }) => name),
      code: kind.key === CUSTOM_STEP ? CUSTOM_TEMPLATE : null,
    });
  }
  function finish(step: DraftStep): void {
    setEdited(null);
    const isKnown = steps.some(({ id }) => id === step.id);
    onChange(
      isKnown ? steps.map((each) => (each.id === step.id ? step : each)) : [...steps, step],
      `${labelOf(step)} was ${isKnown ? 'changed' : 'added'}.`,
    );
  }

  const reach = reachOf(preparation.steps.flatMap(({ effect }) => effect.measured ?? []));
  const kindOfEdited = edited && kinds.get(edited.key);
  return (
    <Card
      title="Steps"
      description={
        steps.length === 0
          ? undefined
          : `${count(steps.length)} in this order; each learns from training rows alone`
      }
      action={
        <Button onClick={() => setAdding(true)} disabled={isLocked}>
          Add a step
        </Button>
      }
    >
      <div className="grid grid-cols-1 gap-4">
        {steps.length === 0 ? (
          <Empty title="No steps needed">
            The columns go to the models as they are, with their types; gaps and categories are the models’
            own work.
          </Empty>
        ) : (
          <ol ref={reorder.list} aria-label="Steps">
            {steps.map((step, index) => (
              <StepRow
                key={step.id}
                {...{ step, index, isLocked, reach }}
                kind={kinds.get(step.key)}
                count={steps.length}
                effect={step.origin === null ? null : (preparation.steps[step.origin]?.effect ?? null)}
                fault={refusal && placeOf(refusal) === index ? refusal.message : null}
                offset={reorder.offsetOf(index)}
                isDragged={reorder.dragged === index}
                handle={reorder.handle(index)}
                onEdit={() => setEdited(step)}
                onMove={(to) => move(index, to)}
                onRemove={() =>
                  onChange(
                    steps.filter(({ id }) => id !== step.id),
                    `${labelOf(step)} was removed.`,
                  )
                }
              />
            ))}
          </ol>
        )}
        {children}
      </div>
      {isAdding && <StepCatalogue kinds={kinds} onClose={() => setAdding(false)} onChoose={add} />}
      {edited && kindOfEdited && (
        <StepSheet
          key={edited.id}
          step={edited}
          kind={kindOfEdited}
          columns={columns}
          faults={faultsOf(refusal, steps.indexOf(edited))}
          onClose={() => setEdited(null)}
          onDone={finish}
        />
      )}
    </Card>
  );
}

/** Which step a refusal is about. */
const placeOf = ({ path: [, where, place] }: EditRefusal): number | null =>
  where === 'steps' && place !== undefined ? Number(place) : null;

function faultsOf(refusal: EditRefusal | null, index: number): ReadonlyMap<string, string> {
  const [, , , part, name] = refusal?.path ?? [];
  const isOfThis = refusal !== null && placeOf(refusal) === index && part === 'parameters';
  return isOfThis && name !== undefined ? new Map([[name, refusal.message]]) : new Map();
}
