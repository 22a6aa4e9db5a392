import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useMutation } from 'urql';
import { messageOf } from '../../app/refusal.ts';
import { CreateExperimentDocument } from '../../gql/graphql.ts';

/** Makes an experiment of a dataset and goes there. */
export function useChoice() {
  const navigate = useNavigate();
  const [, create] = useMutation(CreateExperimentDocument);
  const [fault, setFault] = useState<string | null>(null);

  async function choose(datasetId: string): Promise<void> {
    const { data, error } = await create({ input: { datasetId } });
    const result = data?.createExperiment;
    if (result?.__typename === 'CreateExperimentSuccess') {
      await navigate({
        to: '/experiments/$experimentId/data',
        params: { experimentId: result.experiment.id },
      });
    } else {
      setFault(messageOf(result, error));
    }
  }
  return { choose, fault, setFault };
}
