import type { RunRowFragment } from '#cli/gql/graphql.ts';
import type { ExperimentEvent } from '#cli/remote/experiment.ts';
import { reduce, withStage } from '#cli/view/reduce.ts';
import { emptyView, type View } from '#cli/view/view.ts';

export const metrics = [
  { key: 'log_loss', label: 'Log loss', greaterIsBetter: false },
  { key: 'accuracy', label: 'Accuracy', greaterIsBetter: true },
];

type Told = ExperimentEvent extends infer Event
  ? Event extends ExperimentEvent
    ? Omit<Event, 'sequence' | 'cursor' | 'at' | 'experiment'>
    : never
  : never;

const startedAt = Date.UTC(2026, 0, 1);

/** Events as they come from the server, a second apart, on an experiment that ranks by log loss. */
export function eventsOf(told: Told[]): ExperimentEvent[] {
  return told.map(
    (event, index) =>
      ({
        ...event,
        sequence: String(index + 1),
        cursor: `c${index + 1}`,
        at: new Date(startedAt + index * 1_000).toISOString(),
        experiment: { target: 'species', taskType: 'MULTICLASS_CLASSIFICATION', metric: 'log_loss' },
      }) as ExperimentEvent,
  );
}

export function run(algorithm: string, label: string, change: Partial<RunRowFragment> = {}): RunRowFragment {
  const untrained = { score: null, scoreInterval: null, fitSeconds: null };
  return { id: algorithm, algorithm, label, status: 'RUNNING', ...untrained, ...change };
}

const linear = run('linear', 'Linear model');
const forest = run('random_forest', 'Random Forest');
const bayes = run('naive_bayes', 'Naive Bayes');
const scored = (row: RunRowFragment, score: number, scoreInterval: [number, number], fitSeconds: number) => ({
  ...row,
  ...{ status: 'SUCCEEDED' as const, score, scoreInterval, fitSeconds },
});
const linearDone = scored(linear, 0.0357, [0.0195, 0.0519], 1.44);
const forestDone = scored(forest, 0.0212, [0.0101, 0.0393], 12.7);

/** The training of three algorithms, of which one fails. */
export const story: ExperimentEvent[] = eventsOf([
  { __typename: 'StageStarted', stage: 'DATA' },
  { __typename: 'StageFinished', stage: 'DATA' },
  { __typename: 'StageStarted', stage: 'ANALYSIS' },
  {
    __typename: 'StageProgressed',
    stage: 'ANALYSIS',
    progress: { fraction: 0.5, message: 'Measuring numbers', etaSeconds: null, bestScore: null },
  },
  { __typename: 'StageFinished', stage: 'ANALYSIS' },
  { __typename: 'StageStarted', stage: 'PREPARATION' },
  { __typename: 'StageFinished', stage: 'PREPARATION' },
  { __typename: 'StageStarted', stage: 'TRAINING' },
  {
    __typename: 'TrainingStarted',
    ...{ rows: 344, features: 6, folds: 5, algorithms: ['linear', 'random_forest', 'naive_bayes'] },
  },
  { __typename: 'RunStarted', modelRun: linear },
  { __typename: 'RunStarted', modelRun: forest },
  { __typename: 'FoldScored', modelRun: linear, trial: 0, fold: 0, score: 0.03 },
  { __typename: 'FoldScored', modelRun: forest, trial: 0, fold: 1, score: 0.02 },
  { __typename: 'FoldScored', modelRun: linear, trial: 0, fold: 2, score: 0.05 },
  { __typename: 'TrialFinished', modelRun: linear, trial: 0, score: 0.0357 },
  { __typename: 'RunFinished', modelRun: linearDone },
  { __typename: 'BestChanged', modelRun: linearDone, score: 0.0357 },
  { __typename: 'RunStarted', modelRun: bayes },
  {
    __typename: 'RunFailed',
    modelRun: { ...bayes, status: 'FAILED' },
    failure: { code: 'BUDGET_EXHAUSTED', message: 'The time was up after 2 folds.' },
  },
  { __typename: 'LogWritten', severity: 'INFO', message: 'nothing of note' },
  { __typename: 'LogWritten', severity: 'WARNING', message: 'Memory is \u001b[31mshort\u001b[0m.' },
  {
    __typename: 'StageProgressed',
    stage: 'TRAINING',
    progress: { fraction: 0.52, message: 'Fitting Random Forest, fold 2', etaSeconds: 14, bestScore: 0.0357 },
  },
  { __typename: 'FoldScored', modelRun: linearDone, trial: 1, fold: 0, score: 0.04 },
  { __typename: 'TrialFinished', modelRun: forest, trial: 0, score: 0.0212 },
  { __typename: 'RunFinished', modelRun: forestDone },
  { __typename: 'BestChanged', modelRun: forestDone, score: 0.0212 },
  { __typename: 'StageFinished', stage: 'TRAINING' },
  { __typename: 'ExperimentFinished' },
]);

/** The view after so many events of the story. */
export function viewAfter(count: number): View {
  const begun = withStage(emptyView('penguins.csv', 'species', metrics), 'DATA', 'running');
  return story.slice(0, count).reduce(reduce, begun);
}

export { startedAt };
