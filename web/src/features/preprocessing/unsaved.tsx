import { Button } from '../../ui/button.tsx';
import { Fault } from '../../ui/states.tsx';
import type { EditRefusal } from './use-preparation.ts';

/** Edits that are not saved yet: what becomes of them, and what to do where another window was faster. */
export function Unsaved(props: {
  /** The revision that was edited, and the one that is saved by now. */
  revisions: { mine: number; saved: number };
  isBusy: boolean;
  refusal: EditRefusal | null;
  onSave: () => void;
  onDiscard: () => void;
  /** Puts the edits over what was saved meanwhile. */
  onKeep: () => void;
}) {
  const { revisions, isBusy, refusal, onSave, onDiscard, onKeep } = props;
  if (revisions.mine !== revisions.saved)
    return (
      <div role="alert" className="grid gap-3 rounded-control bg-caution-soft p-4">
        <div>
          <p className="font-semibold text-caution">Another window was faster</p>
          <p className="mt-0.5 text-body">
            Version {revisions.saved} was saved while you edited version {revisions.mine}. Your changes are
            still here.
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <Button onClick={onKeep}>Go on with mine</Button>
          <Button onClick={onDiscard}>Take version {revisions.saved}</Button>
        </div>
      </div>
    );
  return (
    <div className="grid gap-3">
      {refusal && <Fault title="The changes were not saved" message={refusal.message} code={refusal.code} />}
      <div className="flex flex-wrap items-center gap-2 rounded-control bg-accent-soft p-3">
        <p role="status" className="min-w-0 flex-1 basis-48 text-footnote">
          Not saved yet. Saving checks the whole plan anew; until it has passed, training takes the version
          before.
        </p>
        <Button onClick={onDiscard} disabled={isBusy}>
          Discard
        </Button>
        <Button kind="primary" onClick={onSave} isBusy={isBusy}>
          Save and check
        </Button>
      </div>
    </div>
  );
}
