import type { ExperimentStage } from '#contract/vocabulary.ts';
import type { Failure } from '#errors.ts';
import type { NewEvent, StoredEvent } from '#ports/events.ts';
import type { JobProgress } from './table.ts';

/** What an event of an experiment carries; ids are those of rows. */
export type ExperimentEventPayloads = {
  ExperimentQueued: Record<string, never>;
  StageStarted: { stage: ExperimentStage };
  StageProgressed: { stage: ExperimentStage; progress: JobProgress };
  StageFinished: { stage: ExperimentStage };
  StageFailed: { stage: ExperimentStage; failure: Failure };
  TrainingStarted: { rows: number; features: number; folds: number; algorithms: string[] };
  RunStarted: { modelRunId: string };
  RunFinished: { modelRunId: string };
  RunFailed: { modelRunId: string; failure: Failure };
  FoldScored: { modelRunId: string; trial: number; fold: number; score: number };
  IterationScored: { modelRunId: string; trial: number; fold: number; iteration: number; score: number };
  TrialFinished: { modelRunId: string; trial: number; score: number; bestScore: number | null };
  BestChanged: { modelRunId: string; score: number };
  LogWritten: { severity: 'INFO' | 'WARNING' | 'ERROR'; message: string };
  ExperimentFinished: Record<string, never>;
};
export type ExperimentEventType = keyof ExperimentEventPayloads;

export function experimentEvent<Type extends ExperimentEventType>(
  type: Type,
  payload: ExperimentEventPayloads[Type],
): NewEvent {
  return { type, payload };
}

export const endsExperiment = (event: StoredEvent): boolean => event.type === 'ExperimentFinished';
