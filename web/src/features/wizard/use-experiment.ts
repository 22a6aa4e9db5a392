import { useEffect, useRef, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { type Refusal, refusalOf } from '../../app/refusal.ts';
import {
  UpdateExperimentDocument,
  type UpdateExperimentInput,
  WizardDocument,
  WizardEventsDocument,
  type WizardExperimentFragment,
} from '../../gql/graphql.ts';
import { useJobEvents } from './use-job-events.ts';

const LOOK_AGAIN_MILLISECONDS = 10_000;

/** An experiment that stays as it is on the server, whoever changes it. */
export function useExperiment(id: string) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: WizardDocument, variables: { id } });
  const experiment = data?.node?.__typename === 'Experiment' ? data.node : null;
  useJobEvents({
    document: WizardEventsDocument,
    experiment,
    after: experiment?.lastCursor,
    eventOf: ({ experimentEvents }) => experimentEvents,
  });
  const look = useRef(refetch);
  look.current = refetch;
  // the next job may be begun elsewhere, and the stream that would tell of it has ended
  useEffect(() => {
    const lookAgain = () => {
      if (document.visibilityState === 'visible') look.current({ requestPolicy: 'network-only' });
    };
    const timer = setInterval(lookAgain, LOOK_AGAIN_MILLISECONDS);
    document.addEventListener('visibilitychange', lookAgain);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', lookAgain);
    };
  }, []);
  return { experiment, error, fetching, refetch };
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
