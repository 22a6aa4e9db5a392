import { useState } from 'react';
import type { PreparationSettingQuery } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { BeforeAfter } from './before-after.tsx';
import { stepKinds } from './catalogue.ts';
import { CodeCard } from './code-card.tsx';
import { Cost } from './cost.tsx';
import { type Draft, type DraftStep, draftSteps, givenSteps, type useDraft } from './draft.ts';
import { Gates } from './gates.tsx';
import { StepsCard } from './steps-card.tsx';
import { Unsaved } from './unsaved.tsx';
import type { EditRefusal, Preparation, useEditing } from './use-preparation.ts';

/** A plan that is written: its steps and its code to be changed, what it had to pass and what it is worth. */
export function Prepared(props: {
  preparation: Preparation;
  setting: PreparationSettingQuery;
  editing: ReturnType<typeof useEditing>;
  draft: ReturnType<typeof useDraft>;
  isLocked: boolean;
  /** Another window has saved meanwhile. */
  onStale: () => void;
}) {
  const { preparation, setting, editing, isLocked, onStale } = props;
  const [draft, setDraft] = props.draft;
  const [undo, setUndo] = useState<{ what: string; before: Draft | null } | null>(null);
  const [refusal, setRefusal] = useState<EditRefusal | null>(null);
  const { revision, target, usage } = preparation;
  const columns = setting.node?.__typename === 'Dataset' ? (setting.node.columns ?? []) : [];
  const isOfSteps = draft !== null && 'steps' in draft;
  const isOfCode = draft !== null && 'code' in draft;
  const steps = isOfSteps ? draft.steps : draftSteps(preparation);

  function change(next: Draft | null, what: string): void {
    setUndo({ what, before: draft });
    setRefusal(null);
    setDraft(next);
  }
  async function save(): Promise<void> {
    if (!draft) return;
    const edit = 'steps' in draft ? { steps: givenSteps(draft.steps) } : { code: draft.code };
    const fault = await editing.save({ ...edit, revision: draft.revision });
    setRefusal(fault);
    if (fault?.code === 'REVISION_CHANGED') onStale();
    if (fault) return;
    setUndo(null);
    setDraft(null);
    // the checks begin above, and the button that was pressed is gone
    document.getElementById('content')?.focus();
    scrollTo({ top: 0 });
  }
  const unsaved = draft && (
    <Unsaved
      revisions={{ mine: draft.revision, saved: revision }}
      isBusy={editing.isBusy}
      refusal={refusal}
      onSave={save}
      onDiscard={() => change(null, 'Your changes were discarded.')}
      onKeep={() => setDraft({ ...draft, revision })}
    />
  );
  const taken = undo && (
    <p role="status" className="flex min-h-11 flex-wrap items-center gap-2 text-footnote text-label-2">
      {undo.what}
      <Button
        kind="plain"
        onClick={() => {
          setDraft(undo.before);
          setUndo(null);
        }}
      >
        Undo
      </Button>
    </p>
  );
  return (
    <>
      <StepsCard
        {...{ preparation, steps, refusal }}
        kinds={stepKinds(setting.catalog.steps)}
        columns={columns.filter(({ name }) => name !== target)}
        isLocked={isLocked || isOfCode}
        onChange={(next: readonly DraftStep[], what) =>
          change({ revision: draft?.revision ?? revision, steps: next }, what)
        }
      >
        {isOfCode && (
          <p className="text-footnote text-label-2">
            You have changed the code: save or discard that first, then the steps can be changed again.
          </p>
        )}
        {!isOfCode && taken}
        {isOfSteps && unsaved}
      </StepsCard>
      <BeforeAfter
        preparation={preparation}
        metrics={new Map(setting.catalog.metrics.map(({ key, label }) => [key, label]))}
      />
      <Gates gates={preparation.gates} />
      {usage && (
        <Card title="Cost">
          <Cost usage={usage} />
        </Card>
      )}
      {preparation.code && (
        <CodeCard
          preparation={preparation}
          edited={isOfCode ? draft.code : null}
          isLocked={isLocked || isOfSteps}
          onChange={(code) => {
            setRefusal(null);
            setUndo(null);
            setDraft({ revision: draft?.revision ?? revision, code });
          }}
        >
          {isOfSteps && (
            <p className="text-footnote text-label-2">
              You have changed the steps: once they are saved, the code follows, and can be changed by hand.
            </p>
          )}
          {isOfCode && unsaved}
        </CodeCard>
      )}
    </>
  );
}
