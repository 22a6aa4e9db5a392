import type { ExperimentEvent } from '#cli/remote/experiment.ts';
import { formatCount, formatInterval, formatScore, formatSeconds } from '#cli/view/figures.ts';
import { describeTask } from '#cli/view/frame.ts';
import { oneLine } from '#cli/view/text.ts';
import { stageNames, type View } from '#cli/view/view.ts';

/** A line for whoever does not watch a terminal, or null for what happens too often. `view` has taken in the event. */
export function eventLine(event: ExperimentEvent, view: View): string | null {
  const text = describe(event, view);
  return text === null ? null : oneLine(text);
}

function describe(event: ExperimentEvent, view: View): string | null {
  switch (event.__typename) {
    case 'StageStarted':
      return `${stageNames[event.stage]}: started`;
    case 'StageFinished':
      return `${stageNames[event.stage]}: done`;
    case 'StageFailed':
      return `${stageNames[event.stage]}: failed, ${event.failure.code}: ${event.failure.message}`;
    case 'TrainingStarted': {
      const size = `${formatCount(event.rows, 'row')}, ${formatCount(event.features, 'feature')}, ${formatCount(event.folds, 'fold')}`;
      return `Train: ${describeTask(view)}; ${size}; ${event.algorithms.join(', ')}`;
    }
    case 'RunStarted':
      return `Train: ${event.modelRun.label} begins`;
    case 'RunFinished': {
      const { label, score, scoreInterval, fitSeconds } = event.modelRun;
      if (score === null) return `Train: ${label} has a model`;
      const interval = scoreInterval ? ` (${formatInterval(scoreInterval)})` : '';
      const seconds = fitSeconds === null ? '' : `, fit in ${formatSeconds(fitSeconds)}`;
      return `Train: ${label} ${formatScore(score)}${interval}${seconds}`;
    }
    case 'RunFailed':
      return `Train: ${event.modelRun.label} failed, ${event.failure.code}: ${event.failure.message}`;
    case 'BestChanged':
      return `Train: best so far ${formatScore(event.score)} by ${event.modelRun.label}`;
    case 'LogWritten':
      return event.severity === 'INFO' ? null : `Train: ${event.severity} ${event.message}`;
    default:
      return null;
  }
}
