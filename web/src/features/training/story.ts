import type { TrainingEventsSubscription } from '../../gql/graphql.ts';

export type TrainingEvent = TrainingEventsSubscription['experimentEvents'];

export type LaneState = {
  id: string;
  label: string;
  state: 'WAITING' | 'RUNNING' | 'DONE' | 'FAILED';
  /** Of the trial under way, by fold. */
  folds: (number | null)[];
  trials: number;
  /** Rounds of boosting in the fold under way. */
  rounds: number | null;
  score: number | null;
  fault: string | null;
};

/** What a training has told so far; the same events always make the same story. */
export type Story = {
  startedAt: string | null;
  rows: number | null;
  features: number | null;
  folds: number;
  message: string | null;
  fraction: number | null;
  etaSeconds: number | null;
  lanes: LaneState[];
  /** Seconds since the start and the best score from then on. */
  best: { seconds: number; score: number; label: string }[];
  log: { at: string; severity: string; message: string }[];
  isOver: boolean;
};

const KEPT_LINES = 200;

export const beginning: Story = {
  ...{ startedAt: null, rows: null, features: null, folds: 0, message: null, fraction: null },
  ...{ etaSeconds: null, lanes: [], best: [], log: [], isOver: false },
};

/** The story with one event more. A new training begins a new story. */
export function tell(story: Story, event: TrainingEvent): Story {
  switch (event.__typename) {
    case 'TrainingStarted':
      return {
        ...beginning,
        ...{ startedAt: event.at, rows: event.rows, features: event.features, folds: event.folds },
        log: written(
          story.log,
          event.at,
          'INFO',
          `Training on ${event.rows} rows and ${event.features} features`,
        ),
      };
    case 'StageStarted':
      return {
        ...story,
        isOver: false,
        log: written(story.log, event.at, 'INFO', `${stageNames[event.stage]} began`),
      };
    case 'StageProgressed': {
      const { message, fraction, etaSeconds } = event.progress;
      return { ...story, message, fraction, etaSeconds: etaSeconds ?? null };
    }
    case 'StageFailed':
      return { ...story, log: written(story.log, event.at, 'ERROR', event.failure.message) };
    case 'RunStarted':
      return onLane(story, event.modelRun, () => ({ state: 'RUNNING', fault: null }));
    case 'FoldScored':
      return onLane(story, event.modelRun, ({ folds, trials }) => ({
        state: 'RUNNING',
        rounds: null,
        folds: withFold(event.trial > trials ? [] : folds, event.fold, event.foldScore, story.folds),
      }));
    case 'IterationScored':
      return onLane(story, event.modelRun, () => ({ state: 'RUNNING', rounds: event.iteration }));
    case 'TrialFinished':
      return onLane(story, event.modelRun, () => ({ trials: event.trial + 1, score: event.trialScore }));
    case 'RunFinished':
      return onLane(story, event.modelRun, ({ score }) => ({
        state: 'DONE',
        rounds: null,
        score: event.modelRun.score ?? score,
      }));
    case 'RunFailed':
      return onLane(story, event.modelRun, () => ({ state: 'FAILED', fault: event.failure.message }));
    case 'BestChanged':
      return { ...story, best: [...story.best, bestOf(story, event)] };
    case 'LogWritten':
      return { ...story, log: written(story.log, event.at, event.severity, event.message) };
    case 'ExperimentFinished':
      return { ...story, isOver: true, fraction: 1, etaSeconds: null };
    default:
      return story;
  }
}

export const stageNames = {
  DATA: 'Reading the data',
  ANALYSIS: 'Analysis',
  PREPARATION: 'Preparation',
  TRAINING: 'Training',
  RESULTS: 'Results',
};

function onLane(
  story: Story,
  run: { id: string; label: string },
  change: (lane: LaneState) => Partial<LaneState>,
): Story {
  const known = story.lanes.some(({ id }) => id === run.id);
  const fresh: LaneState = {
    id: run.id,
    label: run.label,
    state: 'WAITING',
    folds: [],
    trials: 0,
    rounds: null,
    score: null,
    fault: null,
  };
  const lanes = known ? story.lanes : [...story.lanes, fresh];
  return { ...story, lanes: lanes.map((lane) => (lane.id === run.id ? { ...lane, ...change(lane) } : lane)) };
}

function withFold(folds: (number | null)[], fold: number, score: number, count: number): (number | null)[] {
  const length = Math.max(count, folds.length, fold + 1);
  return Array.from({ length }, (_, index) => (index === fold ? score : (folds[index] ?? null)));
}

function bestOf(story: Story, event: { at: string; bestScore: number; modelRun: { label: string } }) {
  const since = new Date(story.startedAt ?? event.at).getTime();
  const seconds = Math.max(0, (new Date(event.at).getTime() - since) / 1_000);
  return { seconds, score: event.bestScore, label: event.modelRun.label };
}

const written = (log: Story['log'], at: string, severity: string, message: string): Story['log'] => [
  ...log.slice(-KEPT_LINES + 1),
  { at, severity, message },
];
