import { useState } from 'react';
import type { GateFragment } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { useWidth } from '../../ui/charts/use-width.ts';
import { Fault } from '../../ui/states.tsx';
import { EffectPicture, effectText } from './effect-picture.tsx';
import type { EditRefusal, Preparation, useEditing } from './use-preparation.ts';

type Props = { preparation: Preparation; editing: ReturnType<typeof useEditing> };

/** What is to be said of a version that is not simply accepted, and what its owner can do. */
export function Standing({ preparation, editing }: Props) {
  const { status, decision, failure, fallback, acceptedRevision } = preparation;
  if (decision === 'PENDING') return <Decision {...{ preparation, editing }} />;
  return (
    <>
      {status === 'FAILED' && <Refused {...{ preparation, editing }} />}
      {status === 'CANCELED' && (
        <Fault
          title="This was stopped"
          message={
            acceptedRevision == null
              ? 'Nothing was written. Write the steps again, or go on without.'
              : `Training takes version ${acceptedRevision}, which was accepted before.`
          }
        />
      )}
      {decision === 'REJECTED' && (
        <Fault title="You did not take this version" message="Write the steps again, or change them." />
      )}
      {fallback && !failure && (
        <div className="rounded-control bg-caution-soft p-4">
          <p className="font-semibold text-caution">The steps are those of the rules</p>
          <p className="mt-0.5 text-body">{fallback.message}</p>
        </div>
      )}
    </>
  );
}

function Refused({ preparation, editing }: Props) {
  const { failure, acceptedRevision, revision } = preparation;
  const [refusal, setRefusal] = useState<EditRefusal | null>(null);
  const isBehind = acceptedRevision != null && acceptedRevision !== revision;
  return (
    <div className="grid gap-3">
      <Fault
        title={isBehind ? `Version ${revision} did not pass` : 'The steps could not be written'}
        message={`${failure?.message ?? 'A check failed.'}${isBehind ? ` Training takes version ${acceptedRevision}; mend this one below, or go back.` : ''}`}
        code={failure?.code}
      />
      {refusal && <Fault title="It stayed as it is" message={refusal.message} code={refusal.code} />}
      {isBehind && (
        <div>
          <Button onClick={async () => setRefusal(await editing.revert())} isBusy={editing.isBusy}>
            Go back to version {acceptedRevision}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The checks could not tell: the owner does, with what is known before the eyes. */
function Decision({ preparation, editing }: Props) {
  const [refusal, setRefusal] = useState<EditRefusal | null>(null);
  const [ref, width] = useWidth<HTMLDivElement>();
  const undecided = preparation.gates.filter(({ verdict }) => verdict === 'UNDECIDED');
  const interval = undecided.map(intervalOf).find((found) => found !== null) ?? null;
  const say = async (accept: boolean) => setRefusal(await editing.decide(accept));
  return (
    <Card
      title="Your word is needed"
      description="The data do not tell whether this version is as good as the one without it. It is used only if you say so."
    >
      <div className="grid grid-cols-1 gap-4">
        {undecided.map(({ name, detail }) => (
          <p key={name} className="text-body">
            {detail}
          </p>
        ))}
        {interval && (
          <div ref={ref} className="grid gap-1">
            {width > 0 && (
              <EffectPicture effect={interval} margin={interval.margin} width={Math.min(width, 640)} />
            )}
            <p className="flex max-w-160 justify-between text-caption text-label-2">
              <span>← worse with it</span>
              <span>{effectText(interval)}</span>
              <span>better with it →</span>
            </p>
            {interval.margin !== null && (
              <p className="text-caption text-label-2">
                Grey: a loss so small that it would be accepted without asking.
              </p>
            )}
          </div>
        )}
        {refusal && <Fault title="Your word was not taken" message={refusal.message} code={refusal.code} />}
        <div className="flex flex-wrap gap-2">
          <Button kind="primary" onClick={() => say(true)} isBusy={editing.isBusy}>
            Use it
          </Button>
          <Button onClick={() => say(false)} isBusy={editing.isBusy}>
            Do not use it
          </Button>
        </div>
      </div>
    </Card>
  );
}

function intervalOf({ figures }: GateFragment) {
  const {
    difference,
    low,
    high,
    margin = null,
  } = (figures ?? {}) as Record<string, number | null | undefined>;
  if (difference == null || low == null || high == null) return null;
  return { difference, low, high, margin: margin ?? null };
}
