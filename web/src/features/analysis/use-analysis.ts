import { useEffect, useRef, useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { useEvents } from '../../app/events.ts';
import { type Refusal, refusalOf } from '../../app/refusal.ts';
import {
  AnalysisEventsDocument,
  AnalysisReportDocument,
  AnalyzeDatasetDocument,
  type ColumnFragment,
  type TaskType,
  type WizardExperimentFragment,
} from '../../gql/graphql.ts';
import { useRefresh } from '../wizard/use-refresh.ts';

export type AnalysisProgress = { fraction: number; message: string };

/** The analysis of an experiment for its target: asked for where there is none, followed, then read. */
export function useAnalysis(experiment: WizardExperimentFragment) {
  const { id: experimentId, dataset, target, taskType, analysis } = experiment;
  const [, analyze] = useMutation(AnalyzeDatasetDocument);
  const refresh = useRefresh(experimentId);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [progress, setProgress] = useState<AnalysisProgress | null>(null);
  const [measured, setMeasured] = useState<readonly ColumnFragment[]>([]);
  const asked = useRef<string | null>(null);

  const current = analysis && analysis.target === target ? analysis : null;
  const isDone = current?.status === 'SUCCEEDED';
  const isOpen = current?.status === 'QUEUED' || current?.status === 'RUNNING';

  async function measure(task: TaskType | null): Promise<void> {
    setProgress(null);
    setMeasured([]);
    setRefusal(null);
    const input = { datasetId: dataset.id, experimentId, target, taskType: task };
    const { data, error } = await analyze({ input });
    const result = data?.analyzeDataset;
    if (result?.__typename === 'AnalyzeDatasetSuccess') await refresh();
    else setRefusal(refusalOf(result, error));
  }

  useEffect(() => {
    if (target === null || current || asked.current === target) return;
    asked.current = target;
    void measure(taskType);
  });

  useEvents({
    document: AnalysisEventsDocument,
    id: isOpen ? current.id : null,
    eventOf: ({ analysisEvents }) => analysisEvents,
    onEvent: (event) => {
      if (event.__typename === 'AnalysisProgressed') setProgress(event.progress);
      if (event.__typename === 'AnalysisColumnsMeasured')
        setMeasured((before) => [...before, ...event.columns]);
    },
  });

  const hasEnded = current !== null && !isOpen;
  const [{ data, error }, refetch] = useQuery({
    query: AnalysisReportDocument,
    variables: { id: current?.id ?? '' },
    pause: !hasEnded,
    requestPolicy: 'cache-first',
  });
  const report = data?.node?.__typename === 'Analysis' && data.node.id === current?.id ? data.node : null;

  return {
    report: isDone ? report : null,
    failure: refusal ?? (hasEnded && !isDone ? (report?.failure ?? null) : null),
    isStopped: current?.status === 'CANCELED',
    error: hasEnded ? error : undefined,
    refetch,
    progress,
    measured,
    measure,
  };
}
