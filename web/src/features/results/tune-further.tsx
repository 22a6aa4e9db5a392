import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation } from 'urql';
import { type Refusal, refusalOf } from '../../app/refusal.ts';
import { type CatalogQuery, TuneModelRunDocument, type TuningStrategy } from '../../gql/graphql.ts';
import { Button } from '../../ui/button.tsx';
import { Cards, Select } from '../../ui/choice.tsx';
import { Field } from '../../ui/field.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { Fault } from '../../ui/states.tsx';
import { dimensionsOf, strategies, type Wishes } from '../training/search-space.ts';
import { SearchSpaceEditor } from '../training/search-space-editor.tsx';
import { budgets } from '../training/settings.ts';
import type { Run } from './run-page.tsx';

type Algorithm = CatalogQuery['catalog']['algorithms'][number];

/** Goes on with the trials of one model; only what has something to tune, and no training under way. */
export function TuneFurther({ run, algorithms }: { run: Run; algorithms: readonly Algorithm[] }) {
  const [isOpen, setOpen] = useState(false);
  const algorithm = algorithms.find(({ key }) => key === run.algorithm);
  const { status } = run.experiment;
  const isBusy = status === 'QUEUED' || status === 'RUNNING';
  if (!algorithm || Object.keys(dimensionsOf(algorithm)).length === 0 || run.status !== 'SUCCEEDED')
    return null;
  return (
    <>
      <div>
        <Button onClick={() => setOpen(true)} disabled={isBusy}>
          Tune further
        </Button>
        {isBusy && (
          <p className="mt-1 text-caption text-label-2">A training of this experiment is under way.</p>
        )}
      </div>
      {isOpen && <TuneSheet run={run} algorithm={algorithm} onClose={() => setOpen(false)} />}
    </>
  );
}

function TuneSheet(props: { run: Run; algorithm: Algorithm; onClose: () => void }) {
  const { run, algorithm, onClose } = props;
  const [strategy, setStrategy] = useState<TuningStrategy>('AUTO');
  const [seconds, setSeconds] = useState(60);
  const [wishes, setWishes] = useState<Wishes>({});
  const [fault, setFault] = useState<Refusal | null>(null);
  const [{ fetching }, tune] = useMutation(TuneModelRunDocument);
  const navigate = useNavigate();
  async function begin(): Promise<void> {
    const { data, error } = await tune({
      input: { modelRunId: run.id, strategy, budgetSeconds: seconds, searchSpace: wishes },
    });
    const result = data?.tuneModelRun;
    if (result?.__typename !== 'TuneModelRunSuccess') return setFault(refusalOf(result, error));
    await navigate({ to: '/experiments/$experimentId/train', params: { experimentId: run.experiment.id } });
  }
  return (
    <Sheet
      title={`Tune ${run.label}`}
      description="Further trials behind those that are there; a better one takes the place of this model."
      isOpen
      onClose={onClose}
    >
      <div className="grid gap-6">
        {fault && <Fault title="The tuning did not start" {...fault} />}
        <Field label="Time">
          <Cards
            label="Time"
            value={seconds}
            options={budgets.map(({ seconds: value, name: label }) => ({ value, label }))}
            onChange={setSeconds}
          />
        </Field>
        <Field label="Strategy" description="How trials are chosen.">
          <Select label="Strategy" value={strategy} options={[...strategies]} onChange={setStrategy} />
        </Field>
        <section className="grid gap-2" aria-label="Search space">
          <h3 className="text-footnote font-medium">Search space</h3>
          <SearchSpaceEditor
            label={algorithm.label}
            dimensions={dimensionsOf(algorithm)}
            wishes={wishes}
            onChange={setWishes}
          />
        </section>
        <div className="sticky -bottom-5 -mx-5 -mb-5 flex gap-2 border-t border-line bg-surface px-5 py-4">
          <Button kind="primary" onClick={begin} isBusy={fetching}>
            Start tuning
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </div>
    </Sheet>
  );
}
