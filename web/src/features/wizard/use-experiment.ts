import { useState } from 'react';
import { useClient, useMutation, useQuery } from 'urql';
import { useEvents } from '../../app/events.ts';
import { type Refusal, refusalOf } from '../../app/refusal.ts';
import {
  UpdateExperimentDocument,
  type UpdateExperimentInput,
  WizardDocument,
  WizardEventsDocument,
  type WizardExperimentFragment,
} from '../../gql/graphql.ts';

/** An experiment that stays as it is on the server, whoever changes it. */
export function useExperiment(id: string) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: WizardDocument, variables: { id } });
  const experiment = data?.node?.__typename === 'Experiment' ? data.node : null;
  useEvents({
    document: WizardEventsDocument,
    id: experiment ? id : null,
    after: experiment?.lastCursor,
    eventOf: ({ experimentEvents }) => experimentEvents,
  });
  return { experiment, error, fetching, refetch };
}

/** Reads an experiment anew, where something was made for it that its own events do not tell. */
export function useRefresh(id: string): () => Promise<void> {
  const client = useClient();
  return async () => {
    await client.query(WizardDocument, { id }, { requestPolicy: 'network-only' }).toPromise();
  };
}

type Change = Omit<UpdateExperimentInput, 'experimentId' | 'version'>;

/** Changes an experiment; `fault` says why the last change was refused. */
export function useChange(experiment: WizardExperimentFragment) {
  const [{ fetching }, update] = useMutation(UpdateExperimentDocument);
  const [fault, setFault] = useState<Refusal | null>(null);

  async function change(part: Change): Promise<boolean> {
    const { id: experimentId, version } = experiment;
    const { data, error } = await update({ input: { experimentId, version, ...part } });
    const result = data?.updateExperiment;
    if (result?.__typename === 'UpdateExperimentSuccess') {
      setFault(null);
      return true;
    }
    setFault(refusalOf(result, error));
    return false;
  }
  return { change, fault, isChanging: fetching };
}
