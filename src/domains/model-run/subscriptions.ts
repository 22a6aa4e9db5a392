import { builder, connectionType, pageArguments, pageComplexity } from '#builder.ts';
import { endsExperiment } from '#domains/experiment/events.ts';
import { Experiment } from '#domains/experiment/graphql.ts';
import type { ExperimentRow } from '#domains/experiment/table.ts';
import { ExperimentStageEnum, Failure, Progress } from '#enums.ts';
import {
  EventInterface,
  eventCursor,
  eventInterface,
  eventsPage,
  eventType,
  followNode,
  payloadNumber,
  streamOf,
} from '#event-stream.ts';
import { isGone, requireRow } from '#nodes.ts';
import type { StoredEvent } from '#ports/events.ts';
import { ModelRun } from './graphql.ts';
import { leaderboardSnapshots, type LeaderboardSnapshot as Snapshot } from './snapshots.ts';
import type { ModelRunRow } from './table.ts';

const ExperimentEvent = eventInterface('ExperimentEvent', 'Something that happened to an experiment.');
builder.interfaceField(ExperimentEvent, 'experiment', (t) =>
  t.field({
    type: Experiment,
    description: 'As it is now.',
    resolve: (event, _args, context) => requireRow<ExperimentRow>(context, 'Experiment', event.streamId),
  }),
);

const interfaces = [EventInterface, ExperimentEvent];
const stage = {
  description: 'Which of the five steps.',
  type: ExperimentStageEnum,
  resolve: (event: StoredEvent) => event.payload.stage as never,
};
const failure = {
  description: 'Why.',
  type: Failure,
  resolve: (event: StoredEvent) => event.payload.failure as never,
};
const run = {
  description: 'As it is now.',
  type: ModelRun,
  resolve: (event: StoredEvent, _args: unknown, context: Parameters<typeof requireRow>[0]) =>
    requireRow<ModelRunRow>(context, 'ModelRun', String(event.payload.modelRunId)),
};

builder.objectType(eventType('ExperimentQueued'), {
  description: 'It waits for a worker, for the first time or once more.',
  interfaces,
});
builder.objectType(eventType('StageStarted'), {
  description: 'A step begins.',
  interfaces,
  fields: (t) => ({ stage: t.field(stage) }),
});
builder.objectType(eventType('StageProgressed'), {
  description: 'A step goes on.',
  interfaces,
  fields: (t) => ({
    stage: t.field(stage),
    progress: t.field({
      type: Progress,
      description: 'How far.',
      resolve: (event) => event.payload.progress as never,
    }),
  }),
});
builder.objectType(eventType('StageFinished'), {
  description: 'A step is done.',
  interfaces,
  fields: (t) => ({ stage: t.field(stage) }),
});
builder.objectType(eventType('StageFailed'), {
  description: 'A step could not be done.',
  interfaces,
  fields: (t) => ({ stage: t.field(stage), failure: t.field(failure) }),
});
builder.objectType(eventType('TrainingStarted'), {
  description: 'The clock of the budget begins.',
  interfaces,
  fields: (t) => ({
    rows: t.int(payloadNumber('rows', 'Rows with a target.')),
    features: t.int(payloadNumber('features', 'Columns but the target.')),
    folds: t.int(payloadNumber('folds', 'Splits of the cross-validation.')),
    algorithms: t.stringList({
      description: 'In the order in which they start.',
      resolve: (event) => event.payload.algorithms as string[],
    }),
  }),
});
builder.objectType(eventType('RunStarted'), {
  description: 'An algorithm begins.',
  interfaces,
  fields: (t) => ({ modelRun: t.field(run) }),
});
builder.objectType(eventType('RunFinished'), {
  description: 'An algorithm has a model; a better one may follow.',
  interfaces,
  fields: (t) => ({ modelRun: t.field(run) }),
});
builder.objectType(eventType('RunFailed'), {
  description: 'An algorithm could not be trained; the others go on.',
  interfaces,
  fields: (t) => ({ modelRun: t.field(run), failure: t.field(failure) }),
});
builder.objectType(eventType('FoldScored'), {
  description: 'One fold of one trial has been scored.',
  interfaces,
  fields: (t) => ({
    modelRun: t.field(run),
    trial: t.int(payloadNumber('trial', 'Number of the trial.')),
    fold: t.int(payloadNumber('fold', 'Counts from 0.')),
    score: t.float(payloadNumber('score', 'On the rows of the fold, in the unit of the metric.')),
  }),
});
builder.objectType(eventType('IterationScored'), {
  description: 'How far boosting has come within a fit, at most 2 a second for each run.',
  interfaces,
  fields: (t) => ({
    modelRun: t.field(run),
    trial: t.int(payloadNumber('trial', 'Number of the trial.')),
    fold: t.int(payloadNumber('fold', 'Counts from 0.')),
    iteration: t.int(payloadNumber('iteration', 'Rounds so far.')),
    score: t.float(
      payloadNumber(
        'score',
        'The loss that boosting watches, on rows that it does not learn from: log loss, RMSE or MAE, smaller is better.',
      ),
    ),
  }),
});
builder.objectType(eventType('TrialFinished'), {
  description: 'One set of hyperparameters has been tried.',
  interfaces,
  fields: (t) => ({
    modelRun: t.field(run),
    trial: t.int(payloadNumber('trial', 'Number of the trial.')),
    score: t.float(payloadNumber('score', 'On all out-of-fold rows.')),
    bestScore: t.float({
      nullable: true,
      description: 'Of the best complete trial of the run so far.',
      resolve: (event) => (event.payload.bestScore == null ? null : Number(event.payload.bestScore)),
    }),
  }),
});
builder.objectType(eventType('BestChanged'), {
  description: 'Another run leads, or the leader has become better.',
  interfaces,
  fields: (t) => ({ modelRun: t.field(run), score: t.float(payloadNumber('score', 'The best so far.')) }),
});
builder.objectType(eventType('LogWritten'), {
  description: 'A word from the training, for people.',
  interfaces,
  fields: (t) => ({
    severity: t.string({
      description: 'INFO, WARNING or ERROR.',
      resolve: (event) => String(event.payload.severity),
    }),
    message: t.string({ description: 'Text.', resolve: (event) => String(event.payload.message) }),
  }),
});
builder.objectType(eventType('ExperimentFinished'), {
  description: 'It has ended, one way or another: see `experiment.status`. The stream ends.',
  interfaces,
});

builder.objectField(Experiment, 'events', (t) =>
  t.field({
    type: connectionType('ExperimentEventsConnection', ExperimentEvent, 'events'),
    description: 'What has happened so far, oldest first; cursors are those of `experimentEvents`.',
    args: pageArguments,
    complexity: pageComplexity,
    resolve: (row, page, context) => eventsPage(context, 'Experiment', row.id, page),
  }),
);

builder.subscriptionField('experimentEvents', (t) =>
  t.field({
    type: ExperimentEvent,
    description: 'What happens to an experiment, from the first event or after a cursor: no gap, no double.',
    args: {
      experimentId: t.arg.id({ required: true, description: 'Of an experiment.' }),
      after: t.arg.string({ description: 'Cursor of the last event seen.' }),
    },
    subscribe: (_root, { experimentId, after }, context) =>
      followNode(context, 'Experiment', experimentId, after, endsExperiment),
    resolve: (event) => event,
  }),
);

const LeaderboardSnapshot = builder.objectRef<Snapshot>('LeaderboardSnapshot').implement({
  description: 'The leaderboard at a moment.',
  fields: (t) => ({
    cursor: t.string({
      description: 'Last event that it has taken in.',
      resolve: ({ streamId, sequence }) => eventCursor(streamId, sequence),
    }),
    runs: t.field({
      type: [ModelRun],
      description: 'The first 50, best first.',
      complexity: { multiplier: 50 },
      resolve: ({ runs }) => runs,
    }),
  }),
});

builder.subscriptionField('leaderboardUpdates', (t) =>
  t.field({
    type: LeaderboardSnapshot,
    description:
      'The leaderboard at once, then on each change, at most 4 a second; ends with the experiment.',
    args: { experimentId: t.arg.id({ required: true, description: 'Of an experiment.' }) },
    subscribe: async (_root, { experimentId }, context) => {
      const streamId = await streamOf(context, 'Experiment', experimentId);
      return leaderboardSnapshots(context.services, streamId, () => isGone(context, 'Experiment', streamId));
    },
    resolve: (snapshot) => snapshot,
  }),
);
