import { useState } from 'react';
import { useClient, useMutation, useQuery } from 'urql';
import { type Refusal, refusalOf } from '../../app/refusal.ts';
import {
  AnalyzeDatasetDocument,
  DatasetDetailDocument,
  DatasetPreviewDocument,
  UpdateDatasetDocument,
  type UpdateDatasetInput,
  type WizardExperimentFragment,
} from '../../gql/graphql.ts';
import { useRefresh } from '../wizard/use-refresh.ts';
import type { Row } from './preview-table.tsx';
import { useIngestion } from './use-ingestion.ts';

/** The table of an experiment, how far the server is with reading it, and a way to have it read otherwise. */
export function useReading(experiment: WizardExperimentFragment) {
  const { id } = experiment.dataset;
  const client = useClient();
  const [{ data, error }, refetch] = useQuery({ query: DatasetDetailDocument, variables: { id } });
  const dataset = data?.node?.__typename === 'Dataset' ? data.node : null;
  const isReading = dataset?.status === 'INGESTING' || dataset?.status === 'UPLOADING';
  const [preview, readPreview] = useQuery({
    query: DatasetPreviewDocument,
    variables: { id },
    pause: dataset?.status !== 'READY',
  });
  const previewed = preview.data?.node;
  const [fault, setFault] = useState<Refusal | null>(null);
  const [{ fetching }, update] = useMutation(UpdateDatasetDocument);
  const refresh = useRefresh(experiment.id);

  const progress = useIngestion(isReading ? id : null);

  /** What was measured before would be about another table: it is measured anew, as soon as that has been read. */
  async function change(part: Omit<UpdateDatasetInput, 'datasetId'>): Promise<boolean> {
    const { data: answer, error: failure } = await update({ input: { datasetId: id, ...part } });
    const result = answer?.updateDataset;
    if (result?.__typename !== 'UpdateDatasetSuccess') {
      setFault(refusalOf(result, failure));
      return false;
    }
    setFault(null);
    const { target, taskType, analysis } = experiment;
    if (analysis && target) {
      const input = { datasetId: id, experimentId: experiment.id, target, taskType };
      await client.mutation(AnalyzeDatasetDocument, { input }).toPromise();
      await refresh();
    }
    return true;
  }

  return {
    dataset,
    error,
    refetch,
    rows: previewed?.__typename === 'Dataset' ? ((previewed.preview ?? null) as Row[] | null) : null,
    previewError: preview.error,
    readPreview,
    isReading,
    progress,
    fault,
    change,
    isChanging: fetching,
  };
}
