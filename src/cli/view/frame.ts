import type { ExperimentStage, TaskType } from '#cli/gql/graphql.ts';
import { formatBar, formatFolds, formatInterval, formatScore, formatSeconds } from '#cli/view/figures.ts';
import { alignColumns, cutLine, oneLine, type Paint } from '#cli/view/text.ts';
import {
  type Progress,
  type RunView,
  ranking,
  type StageState,
  stageNames,
  type View,
} from '#cli/view/view.ts';

const marks: Record<StageState, string> = { waiting: '○', running: '●', done: '✓', failed: '✗' };
const barColumns = 28;

const taskNames: Record<TaskType, string> = {
  BINARY_CLASSIFICATION: 'binary classification',
  MULTICLASS_CLASSIFICATION: 'multiclass classification',
  REGRESSION: 'regression',
};

export interface FrameOptions {
  columns: number;
  rows: number;
  /** Milliseconds since 1970. */
  now: number;
  paint: Paint;
}

/** The live view: stages, progress, and the leaderboard as far as it goes. */
export function renderFrame(view: View, options: FrameOptions): string[] {
  const { columns, rows, paint } = options;
  const lines = [
    '',
    ` ${paint('bold', `${oneLine(view.fileName)} → ${oneLine(view.target)}`)}  ${paint('dim', describeTask(view))}`,
    '',
    ` ${stageLine(view, paint)}`,
    '',
    ...progressLines(view, options),
    ...table(view, paint),
  ];
  return lines.slice(0, Math.max(1, rows - 1)).map((line) => cutLine(line.trimEnd(), columns));
}

export function describeTask({ taskType, metric }: Pick<View, 'taskType' | 'metric'>): string {
  const task = taskType ? taskNames[taskType] : null;
  const aim = metric && `by ${metric.label} (${metric.greaterIsBetter ? 'greater' : 'smaller'} is better)`;
  return [task, aim].filter(Boolean).join(', ');
}

function stageLine({ stages }: View, paint: Paint): string {
  return (Object.entries(stages) as [ExperimentStage, StageState][])
    .map(([stage, state]) => {
      const text = `${marks[state]} ${stageNames[stage]}`;
      if (state === 'done') return paint('green', text);
      if (state === 'failed') return paint('red', text);
      return state === 'running' ? paint('bold', text) : paint('dim', text);
    })
    .join('   ');
}

function progressLines({ progress, best, metric }: View, { now, paint }: FrameOptions): string[] {
  const parts = [];
  if (progress) {
    parts.push(`${formatBar(progress.fraction, barColumns)} ${Math.floor(progress.fraction * 100)} %`);
    const left = secondsLeft(progress, now);
    if (left !== null) parts.push(`about ${left < 10 ? `${left} s` : formatSeconds(left)} left`);
  }
  if (best && metric) parts.push(`best ${paint('bold', formatScore(best.score))} ${best.label}`);
  const lines = parts.length > 0 ? [` ${parts.join('   ')}`] : [];
  if (progress?.message) lines.push(` ${paint('dim', progress.message)}`);
  return lines.length > 0 ? [...lines, ''] : [];
}

function secondsLeft({ etaSeconds, at }: Progress, now: number): number | null {
  return etaSeconds === null ? null : Math.max(0, Math.round(etaSeconds - Math.max(0, now - at) / 1_000));
}

function table(view: View, paint: Paint): string[] {
  if (view.runs.length === 0) return [];
  const head = ['#', 'algorithm', view.metric?.label ?? 'score', '95 % interval', 'folds', 'trials', 'fit'];
  const rows = ranking(view).map(({ rank, run }) => row(rank, run, view.folds));
  const lines = alignColumns([head, ...rows], [0, 2, 5, 6]);
  return lines.map((line, index) => {
    if (index === 0) return ` ${paint('dim', line)}`;
    return index === 1 && rows[0]?.[0] === '1' ? ` ${paint('bold', line)}` : ` ${line}`;
  });
}

function row(rank: number | null, run: RunView, folds: number): string[] {
  const { label, score, scoreInterval, foldsDone, trialsDone, fitSeconds, failure } = run;
  if (failure) return ['✗', label, failure];
  return [
    rank === null ? '·' : String(rank),
    label,
    score === null ? '' : formatScore(score),
    formatInterval(scoreInterval),
    formatFolds(foldsDone, folds),
    trialsDone === 0 ? '' : String(trialsDone),
    fitSeconds === null ? '' : formatSeconds(fitSeconds),
  ];
}
