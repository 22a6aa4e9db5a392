import type { ExperimentStage, JobStatus, TaskType } from '#cli/gql/graphql.ts';

export type StageState = 'waiting' | 'running' | 'done' | 'failed';

export interface Progress {
  fraction: number;
  message: string;
  etaSeconds: number | null;
  /** Milliseconds since 1970, from where the ETA counts. */
  at: number;
}

/** A row of the leaderboard while it is trained. */
export interface RunView {
  id: string;
  algorithm: string;
  label: string;
  status: JobStatus;
  score: number | null;
  scoreInterval: readonly number[] | null;
  fitSeconds: number | null;
  /** Trial whose folds are counted. */
  trial: number;
  foldsDone: number;
  trialsDone: number;
  failure: string | null;
}

export interface Metric {
  key: string;
  label: string;
  greaterIsBetter: boolean;
}

export interface Warning {
  source: 'dataset' | 'training' | 'prediction';
  code: string | null;
  message: string;
}

/** All that the live view shows, as far as it is known. */
export interface View {
  fileName: string;
  target: string;
  taskType: TaskType | null;
  metric: Metric | null;
  metrics: readonly Metric[];
  stages: Record<ExperimentStage, StageState>;
  progress: Progress | null;
  folds: number;
  /** In the order in which they started. */
  runs: readonly RunView[];
  best: { label: string; score: number } | null;
  warnings: readonly Warning[];
}

export const stageNames: Record<ExperimentStage, string> = {
  DATA: 'Data',
  ANALYSIS: 'Understand',
  PREPARATION: 'Prepare',
  TRAINING: 'Train',
  RESULTS: 'Results',
};

export function emptyView(fileName: string, target: string, metrics: readonly Metric[]): View {
  return {
    fileName,
    target,
    taskType: null,
    metric: null,
    metrics,
    stages: {
      DATA: 'waiting',
      ANALYSIS: 'waiting',
      PREPARATION: 'waiting',
      TRAINING: 'waiting',
      RESULTS: 'waiting',
    },
    progress: null,
    folds: 0,
    runs: [],
    best: null,
    warnings: [],
  };
}

/** The runs, best first, those without a score last; equal scores share a rank. */
export function ranking({ runs, metric }: View): { rank: number | null; run: RunView }[] {
  const sign = metric?.greaterIsBetter === false ? -1 : 1;
  const rankValue = ({ score, status }: RunView) =>
    score === null || status === 'FAILED' ? Number.NEGATIVE_INFINITY : sign * score;
  const sorted = [...runs].sort((a, b) => {
    const difference = rankValue(b) - rankValue(a);
    return Number.isNaN(difference) ? 0 : difference;
  });
  return sorted.map((run) => {
    const value = rankValue(run);
    const rank =
      value === Number.NEGATIVE_INFINITY ? null : sorted.findIndex((other) => rankValue(other) === value) + 1;
    return { rank, run };
  });
}
