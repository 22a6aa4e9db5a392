import type { ExperimentStage, RunRowFragment } from '#cli/gql/graphql.ts';
import type { ExperimentEvent } from '#cli/remote/experiment.ts';
import { oneLine, plainText } from '#cli/view/text.ts';
import type { Progress, RunView, StageState, View, Warning } from '#cli/view/view.ts';

export function withStage(view: View, stage: ExperimentStage, state: StageState): View {
  const progress = state === 'running' && view.stages[stage] === 'running' ? view.progress : null;
  return { ...view, stages: { ...view.stages, [stage]: state }, progress };
}

export function withProgress(
  view: View,
  { fraction, message, etaSeconds = null }: Pick<Progress, 'fraction' | 'message'> & Partial<Progress>,
  at: number,
): View {
  return { ...view, progress: { fraction, message: oneLine(message), etaSeconds, at } };
}

export function withWarning(view: View, warning: Warning): View {
  return { ...view, warnings: [...view.warnings, { ...warning, message: plainText(warning.message) }] };
}

/** What is seen after an event of the experiment. */
export function reduce(before: View, event: ExperimentEvent): View {
  const { metric, taskType } = event.experiment;
  const view: View = {
    ...before,
    taskType,
    metric: before.metrics.find(({ key }) => key === metric) ?? null,
  };
  switch (event.__typename) {
    case 'StageStarted':
      return withStage(view, event.stage, 'running');
    case 'StageProgressed':
      return withProgress(view, event.progress, Date.parse(event.at));
    case 'StageFinished':
      return withStage(view, event.stage, 'done');
    case 'StageFailed':
      return withStage(view, event.stage, 'failed');
    case 'TrainingStarted':
      return { ...view, folds: event.folds };
    case 'RunStarted':
      return withRun(view, event.modelRun, {});
    case 'RunFinished': {
      const foldsDone = view.runs.find(({ id }) => id === event.modelRun.id)?.foldsDone ?? 0;
      // an ensemble is scored on all folds at once
      return withRun(view, event.modelRun, { foldsDone: foldsDone || view.folds });
    }
    case 'FoldScored': {
      const earlier = view.runs.find(({ id }) => id === event.modelRun.id);
      const foldsDone = earlier && earlier.trial === event.trial ? earlier.foldsDone + 1 : 1;
      return withRun(view, event.modelRun, { trial: event.trial, foldsDone });
    }
    case 'TrialFinished': {
      const earlier = view.runs.find(({ id }) => id === event.modelRun.id);
      const trialsDone = (earlier?.trialsDone ?? 0) + 1;
      return withRun(view, event.modelRun, { trial: event.trial, trialsDone, foldsDone: view.folds });
    }
    case 'RunFailed':
      return withRun(view, event.modelRun, { failure: oneLine(event.failure.message) });
    case 'BestChanged':
      return withRun(
        { ...view, best: { label: event.modelRun.label, score: event.score } },
        event.modelRun,
        {},
      );
    case 'LogWritten':
      if (event.severity === 'INFO') return view;
      return withWarning(view, { source: 'training', code: null, message: event.message });
    case 'IterationScored':
      return view;
    default:
      return { ...view, progress: null };
  }
}

const unstarted = { trial: -1, foldsDone: 0, trialsDone: 0, failure: null };

function withRun(view: View, row: RunRowFragment, change: Partial<RunView>): View {
  const earlier = view.runs.find(({ id }) => id === row.id);
  const run: RunView = { ...unstarted, ...earlier, ...row, label: oneLine(row.label), ...change };
  return {
    ...view,
    runs: earlier ? view.runs.map((other) => (other === earlier ? run : other)) : [...view.runs, run],
  };
}
