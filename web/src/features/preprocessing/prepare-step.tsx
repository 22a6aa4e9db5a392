import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { type Refusal, refusalOf } from '../../app/refusal.ts';
import {
  GeneratePreprocessingDocument,
  PreparationSettingDocument,
  type PreparationSettingQuery,
} from '../../gql/graphql.ts';
import { buttonClass } from '../../ui/button.tsx';
import { Fault, Loading, QueryFault } from '../../ui/states.tsx';
import { useRefresh } from '../wizard/use-refresh.ts';
import { useWizard } from '../wizard/wizard-page.tsx';
import { useDraft } from './draft.ts';
import { Prepared } from './prepared.tsx';
import { RequestCard, type Wish } from './request-card.tsx';
import { Standing } from './standing.tsx';
import { useEditing, usePreparation } from './use-preparation.ts';
import { Writing } from './writing.tsx';

/** The steps between the table and the models, and the Python that is the same thing. */
export function PrepareStep() {
  const { dataset, preprocessing } = useWizard();
  const [{ data, error }, refetch] = useQuery({
    query: PreparationSettingDocument,
    variables: { datasetId: dataset.id },
    requestPolicy: 'cache-first',
  });
  if (error && !data) return <QueryFault error={error} onRetry={() => refetch()} />;
  if (!data) return <Loading what="the preparation" />;
  if (!preprocessing) return <Request setting={data} />;
  return <Present key={preprocessing.id} id={preprocessing.id} setting={data} />;
}

/** Asks for a plan; the experiment takes it. */
function useRequest() {
  const { id: experimentId, analysis } = useWizard();
  const [{ fetching }, generate] = useMutation(GeneratePreprocessingDocument);
  const [fault, setFault] = useState<Refusal | null>(null);
  const refresh = useRefresh(experimentId);
  async function write(wish: Wish): Promise<void> {
    if (!analysis) return;
    const { data, error } = await generate({ input: { analysisId: analysis.id, experimentId, ...wish } });
    const result = data?.generatePreprocessing;
    const isDone = result?.__typename === 'GeneratePreprocessingSuccess';
    setFault(isDone ? null : refusalOf(result, error));
    if (isDone) await refresh();
  }
  return { write, isBusy: fetching, fault };
}

/** Nothing is written yet. */
function Request({ setting }: { setting: PreparationSettingQuery }) {
  const { write, isBusy, fault } = useRequest();
  return (
    <RequestCard
      preparation={null}
      languageModel={setting.serverInfo.languageModel}
      {...{ isBusy }}
      isLocked={false}
      hasEdits={false}
      onWrite={write}
      action={<ToTraining kind="plain">Go on without</ToTraining>}
    >
      {fault && <Fault title="The steps could not be written" {...fault} />}
    </RequestCard>
  );
}

/** What is written, or on its way. */
function Present({ id, setting }: { id: string; setting: PreparationSettingQuery }) {
  const { preparation, error, refetch, story, isWriting } = usePreparation(id);
  const { write, isBusy, fault } = useRequest();
  const editing = useEditing({ id, revision: preparation?.revision ?? 0 });
  const draft = useDraft(id);
  if (error && !preparation) return <QueryFault error={error} onRetry={refetch} />;
  if (!preparation) return <Loading what="the preparation" />;
  const { acceptedRevision, decision, revision } = preparation;
  const hasDraft = draft[0] !== null;
  const canGoOn = acceptedRevision != null && decision !== 'PENDING' && !isWriting;
  return (
    <div className="grid grid-cols-1 gap-6">
      <RequestCard
        {...{ preparation, isBusy }}
        languageModel={setting.serverInfo.languageModel}
        isLocked={isWriting}
        hasEdits={hasDraft || revision > 1}
        onWrite={(wish) => {
          draft[1](null);
          void write(wish);
        }}
        action={
          canGoOn ? (
            <ToTraining kind={hasDraft ? 'secondary' : 'primary'}>Continue</ToTraining>
          ) : (
            !isWriting && acceptedRevision == null && <ToTraining kind="plain">Go on without</ToTraining>
          )
        }
      >
        {fault && <Fault title="The steps could not be written" {...fault} />}
      </RequestCard>
      {isWriting ? (
        <Writing {...{ preparation, story, editing }} />
      ) : (
        <Standing {...{ preparation, editing }} />
      )}
      {(preparation.code !== '' || preparation.steps.length > 0) && (
        <Prepared {...{ preparation, setting, editing, draft }} isLocked={isWriting} onStale={refetch} />
      )}
    </div>
  );
}

function ToTraining({ kind, children }: { kind: Parameters<typeof buttonClass>[0]; children: string }) {
  const { id } = useWizard();
  return (
    <Link to="/experiments/$experimentId/train" params={{ experimentId: id }} className={buttonClass(kind)}>
      {children}
    </Link>
  );
}
