import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { type Refusal, refusalOf } from '../../app/refusal.ts';
import {
  GeneratePreprocessingDocument,
  PreparationDocument,
  type PreparationPartsFragment,
  type PreprocessingStrategy,
} from '../../gql/graphql.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Cards, type Option } from '../../ui/choice.tsx';
import { Progress } from '../../ui/progress.tsx';
import { Empty, Fault } from '../../ui/states.tsx';
import { useRefresh } from '../wizard/use-experiment.ts';
import { useWizard } from '../wizard/wizard-page.tsx';
import { Code } from './code.tsx';

const strategies: Option<PreprocessingStrategy>[] = [
  { value: 'MINIMAL', label: 'Minimal', detail: 'Types only: the algorithms do the rest' },
  { value: 'BALANCED', label: 'Balanced', detail: 'Repairs what the analysis found' },
  { value: 'THOROUGH', label: 'Thorough', detail: 'Adds features as well' },
];
const POLL_MILLISECONDS = 700;

/** The steps between the table and the models, and the Python that is the same thing. */
export function PrepareStep() {
  const { id: experimentId, analysis, preprocessing } = useWizard();
  const [strategy, setStrategy] = useState<PreprocessingStrategy>('BALANCED');
  const [{ fetching }, generate] = useMutation(GeneratePreprocessingDocument);
  const [fault, setFault] = useState<Refusal | null>(null);
  const refresh = useRefresh(experimentId);
  const prepared = usePreparation(preprocessing?.id ?? null);

  async function write(): Promise<void> {
    if (!analysis) return;
    const { data, error } = await generate({ input: { analysisId: analysis.id, strategy, experimentId } });
    const result = data?.generatePreprocessing;
    if (result?.__typename === 'GeneratePreprocessingSuccess') {
      setFault(null);
      return refresh();
    }
    setFault(refusalOf(result, error));
  }

  const isWriting = prepared?.status === 'QUEUED' || prepared?.status === 'RUNNING';
  const isDone = prepared?.status === 'SUCCEEDED';
  return (
    <div className="grid grid-cols-1 gap-6">
      <Card
        title="How much preparation?"
        description="Every step is written for this table from its analysis. Without any, the models get the typed columns as they are."
        action={
          isDone && (
            <Link
              to="/experiments/$experimentId/train"
              params={{ experimentId }}
              className={buttonClass('primary')}
            >
              Continue
            </Link>
          )
        }
      >
        <div className="grid gap-4">
          <Cards label="Strategy" value={strategy} options={strategies} onChange={setStrategy} />
          {fault && <Fault title="The steps could not be written" {...fault} />}
          {prepared?.failure && (
            <Fault title="The steps could not be written" {...prepared.failure} onRetry={write} />
          )}
          {isWriting && <Progress label="Writing and checking the steps" fraction={null} />}
          <div className="flex flex-wrap gap-2">
            <Button kind={isDone ? 'secondary' : 'primary'} onClick={write} isBusy={fetching || isWriting}>
              {prepared ? 'Write again' : 'Write the steps'}
            </Button>
            {!isDone && (
              <Link
                to="/experiments/$experimentId/train"
                params={{ experimentId }}
                className={buttonClass('plain')}
              >
                Go on without
              </Link>
            )}
          </div>
        </div>
      </Card>
      {prepared && isDone && <Prepared preparation={prepared} />}
    </div>
  );
}

/** Polled while it is being written: that takes a second or two. */
function usePreparation(id: string | null): PreparationPartsFragment | null {
  const [{ data }, refetch] = useQuery({
    query: PreparationDocument,
    variables: { id: id ?? '' },
    pause: id === null,
  });
  const prepared = data?.node?.__typename === 'Preprocessing' ? data.node : null;
  const isOpen = prepared?.status === 'QUEUED' || prepared?.status === 'RUNNING';
  useEffect(() => {
    if (!isOpen) return;
    const timer = setInterval(() => refetch({ requestPolicy: 'network-only' }), POLL_MILLISECONDS);
    return () => clearInterval(timer);
  }, [isOpen, refetch]);
  return id === null ? null : prepared;
}

function Prepared({ preparation }: { preparation: PreparationPartsFragment }) {
  const { steps, gates, code, strategy } = preparation;
  return (
    <>
      <Card title="Steps" description={`${steps.length} in this order, ${strategy.toLowerCase()}`}>
        {steps.length === 0 ? (
          <Empty title="No steps are needed">
            The columns go to the models as they are, with their types.
          </Empty>
        ) : (
          <ol className="divide-y divide-line">
            {steps.map(({ key, columns, reason, parameters }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: steps are known by their place
              <li key={index} className="grid gap-1 py-3">
                <p className="flex flex-wrap items-baseline gap-2">
                  <span className="text-label-3">{index + 1}</span>
                  <span className="font-medium">{key.replaceAll('_', ' ')}</span>
                  <span className="min-w-0 text-footnote break-words text-label-2">{columns.join(', ')}</span>
                </p>
                <p className="text-footnote text-label-2">{reason}</p>
                {Object.keys(parameters as object).length > 0 && (
                  <p className="font-mono text-caption break-all text-label-3">
                    {JSON.stringify(parameters)}
                  </p>
                )}
              </li>
            ))}
          </ol>
        )}
      </Card>
      <Card title="Checks" description="What the generated code had to pass.">
        <ul className="grid gap-2">
          {gates.map(({ name, passed, detail }) => (
            <li key={name} className="flex flex-wrap items-baseline gap-2">
              <Badge tone={passed ? 'good' : 'bad'}>{passed ? 'Passed' : 'Failed'}</Badge>
              <span className="font-medium">{name.replaceAll('_', ' ')}</span>
              <span className="text-footnote text-label-2">{detail}</span>
            </li>
          ))}
        </ul>
      </Card>
      <Code code={code} />
    </>
  );
}
