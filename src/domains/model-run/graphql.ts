import { builder, connectionType, pageArguments, pageComplexity } from '#builder.ts';
import { loadBatched } from '#context.ts';
import { hasOwnCode } from '#contract/preprocessing.ts';
import { linkSeconds } from '#domains/dataset/graphql.ts';
import { Experiment } from '#domains/experiment/graphql.ts';
import type { ExperimentRow } from '#domains/experiment/table.ts';
import { objectOf, StorageEncryption } from '#domains/stored-object/graphql.ts';
import { Failure, JobStatusEnum, ScoreBasisEnum, SignedUrl, TaskTypeEnum } from '#enums.ts';
import { NodeInterface, nodeId, nodeType, requireRow } from '#nodes.ts';
import { badInput, decodeCursor, encodeCursor, pageSize, toPage } from '#paging.ts';
import {
  ConfusionMatrix,
  Curve,
  EnsembleMember,
  FeatureImportance,
  MetricValue,
  TrainedPreprocessing,
  Trial,
} from './diagnostics-graphql.ts';
import { decodeRanked, type RankedRun, rankedCursor } from './leaderboard.ts';
import { type ArtifactRow, type ModelRunRow, modelRun, type TrialRow } from './table.ts';
import { Tuning } from './tuning-graphql.ts';

export const Artifact = builder.objectRef<ArtifactRow>('Artifact').implement({
  description: 'A file that a job left.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'File name.' }),
    mediaType: t.exposeString('mediaType', { description: 'Such as application/zip.' }),
    byteSize: t.expose('byteSize', { type: 'BigInt', description: 'Bytes.' }),
    sha256: t.exposeString('sha256', { description: 'Hexadecimal.' }),
    storageKey: t.exposeString('storageKey', {
      description: 'Where the file is in the store, for debugging.',
    }),
    encryption: t.field({
      type: StorageEncryption,
      nullable: true,
      description: 'How the file is encrypted at rest; null when the job has replaced it meanwhile.',
      resolve: async (row, _args, context) => (await objectOf(context, row.storageKey))?.encryption ?? null,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When the job left it.' }),
    download: t.field({
      type: SignedUrl,
      description: 'A link to the file.',
      args: { expiresInSeconds: t.arg.int({ defaultValue: 300, description: '1 to 900.' }) },
      resolve: (row, { expiresInSeconds }, { services }) =>
        services.artifacts.downloadLink(row, linkSeconds(expiresInSeconds)),
    }),
  }),
});

export const ModelRun = nodeType<ModelRunRow>('ModelRun', modelRun).implement({
  description: 'One algorithm, tuned and cross-validated inside an experiment: a row of the leaderboard.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id(nodeId('ModelRun')),
    experiment: t.field({
      type: Experiment,
      description: 'Where it belongs.',
      resolve: (row, _args, context) => requireRow<ExperimentRow>(context, 'Experiment', row.experimentId),
    }),
    algorithm: t.exposeString('algorithm', { description: 'Key of the catalogue.' }),
    label: t.exposeString('label', { description: 'For people.' }),
    status: t.expose('status', {
      type: JobStatusEnum,
      description: 'SUCCEEDED as soon as it has a model; a better trial may follow.',
    }),
    parameters: t.field({
      type: 'JSON',
      description: 'Of the best trial.',
      resolve: (row) => row.parameters,
    }),
    rank: t.int({
      nullable: true,
      description:
        'Within its experiment, 1 is the best, by score; the ensemble is before better scores that cannot be told apart from its own. Equal scores share a rank; null for a partial run.',
      resolve: (row, _args, context) =>
        row.status === 'SUCCEEDED'
          ? loadBatched<number>(context, 'ModelRun.rank', row.id, (ids) =>
              context.services.leaderboards.ranks(ids),
            )
          : null,
    }),
    score: t.exposeFloat('score', {
      nullable: true,
      description: 'The experiment’s metric in its own unit.',
    }),
    partial: t.exposeBoolean('partial', {
      description:
        'The time was up before all folds were scored: the score is of other rows than the others’.',
    }),
    scoreBasis: t.expose('scoreBasis', {
      type: ScoreBasisEnum,
      nullable: true,
      description: 'How the score was obtained.',
    }),
    scoreInterval: t.exposeFloatList('scoreInterval', {
      nullable: true,
      description:
        '95 %, low and high, by a delete-a-group jackknife over the rows; the variance of training is not in it.',
    }),
    metrics: t.field({
      type: [MetricValue],
      description: 'Every metric of the task.',
      resolve: (row) => row.metrics,
    }),
    foldScores: t.exposeFloatList('foldScores', { description: 'Of the best trial, one a fold.' }),
    trials: t.field({
      type: connectionType('ModelRunTrialsConnection', Trial, 'trials'),
      description: 'In the order in which they were tried.',
      args: pageArguments,
      complexity: pageComplexity,
      resolve: async (row, { first, after }, context) => {
        const size = pageSize(first);
        const position = after == null ? -1 : Number(decodeCursor(after, 1)[0]);
        if (!Number.isSafeInteger(position))
          throw badInput('BAD_CURSOR', 'This cursor is not one of trials.');
        const rows = await loadBatched<TrialRow[]>(
          context,
          `ModelRun.trials:${size}:${position}`,
          row.id,
          (ids) => context.services.leaderboards.trialPages(ids, { after: position, limit: size + 1 }),
        );
        return toPage(rows ?? [], size, (trial) => encodeCursor([trial.number]), Boolean(after));
      },
    }),
    baselineScore: t.exposeFloat('baselineScore', {
      nullable: true,
      description: 'Of the first trial, before tuning.',
    }),
    tuning: t.field({
      type: Tuning,
      nullable: true,
      description: 'What tuning has brought; null where it has had one trial only, and for an ensemble.',
      resolve: (row) => row.tuning,
    }),
    fitSeconds: t.exposeFloat('fitSeconds', { nullable: true, description: 'Of the best trial, all folds.' }),
    predictMicrosPerRow: t.exposeFloat('predictMicrosPerRow', {
      nullable: true,
      description: 'Microseconds.',
    }),
    modelBytes: t.expose('modelBytes', {
      type: 'BigInt',
      nullable: true,
      description: 'Size of the model file.',
    }),
    confusionMatrix: t.field({
      type: ConfusionMatrix,
      nullable: true,
      description: 'For classification.',
      resolve: (row) => row.confusionMatrix,
    }),
    curves: t.field({
      type: [Curve],
      nullable: true,
      description: 'Diagnostics to draw.',
      resolve: (row) => row.curves,
    }),
    featureImportance: t.field({
      type: [FeatureImportance],
      nullable: true,
      description: 'Largest first.',
      args: { first: t.arg.int({ description: '1 to 100, default 20.' }) },
      resolve: (row, { first }) => row.featureImportance?.slice(0, pageSize(first)),
    }),
    members: t.field({
      type: [EnsembleMember],
      description: 'Of an ensemble.',
      resolve: (row) => row.members ?? [],
    }),
    artifacts: t.field({
      type: [Artifact],
      description: 'Files, the model first; there as soon as the run has SUCCEEDED.',
      resolve: async (row, _args, context) =>
        (await loadBatched<ArtifactRow[]>(context, 'ModelRun.artifacts', row.id, (ids) =>
          context.services.leaderboards.artifactsOf('modelRunId', ids),
        )) ?? [],
    }),
    preprocessing: t.field({
      type: TrainedPreprocessing,
      nullable: true,
      description: 'What prepared the rows that it was trained on; null for runs of before it was kept.',
      resolve: (row) => row.preprocessing,
    }),
    portable: t.boolean({
      description:
        'Whether its model file is all that predicting takes. False where the preprocessing has code of its own: the server runs that in a sandbox at every prediction, and no other place has what it has learned.',
      resolve: (row) => !hasOwnCode(row.preprocessing?.steps ?? []),
    }),
    sandboxTier: t.exposeString('sandboxTier', {
      nullable: true,
      description: 'The isolation that it was trained in.',
    }),
    failure: t.field({
      type: Failure,
      nullable: true,
      description: 'Why it FAILED.',
      resolve: (row) => row.failure,
    }),
  }),
});

const LeaderboardOrder = builder.inputType('LeaderboardOrder', {
  description: 'By another metric than the experiment’s own.',
  fields: (t) => ({ metric: t.string({ required: true, description: 'Key of the catalogue.' }) }),
});

const runPage = (rows: RankedRun[], size: number, after: string | null | undefined) => {
  const page = toPage(rows, size, rankedCursor, Boolean(after));
  return { ...page, edges: page.edges.map(({ cursor, node }) => ({ cursor, node: node.run })) };
};

builder.objectFields(Experiment, (t) => ({
  leaderboard: t.field({
    type: connectionType('ExperimentLeaderboardConnection', ModelRun, 'model runs'),
    description: 'Runs, best first; those without a score last.',
    args: {
      ...pageArguments,
      orderBy: t.arg({ type: LeaderboardOrder, description: 'Default: the experiment’s metric.' }),
    },
    complexity: pageComplexity,
    resolve: async (row, { first, after, orderBy }, context) => {
      const size = pageSize(first);
      const position = decodeRanked(after);
      const metric = orderBy?.metric ?? null;
      const rows = await loadBatched<RankedRun[]>(
        context,
        `Experiment.leaderboard:${size}:${after}:${metric}`,
        row.id,
        (ids) =>
          context.services.leaderboards.pagesByExperiment(ids, {
            orderBy: metric,
            after: position,
            limit: size + 1,
          }),
      );
      return runPage(rows ?? [], size, after);
    },
  }),
  bestRun: t.field({
    type: ModelRun,
    nullable: true,
    description: 'First of the leaderboard, once there is one with a score.',
    resolve: (row, _args, context) =>
      loadBatched<ModelRunRow>(context, 'Experiment.bestRun', row.id, (ids) =>
        context.services.leaderboards.bestByExperiment(ids),
      ),
  }),
}));

const LeaderboardFilter = builder.inputType('LeaderboardFilter', {
  description: 'Only runs of one task and one metric can be compared.',
  fields: (t) => ({
    taskType: t.field({ type: TaskTypeEnum, required: true, description: 'Of the runs.' }),
    metric: t.string({
      required: true,
      description: 'Key of the metric that the experiments were ranked by.',
    }),
    algorithm: t.string({ description: 'Key of the catalogue.' }),
    datasetId: t.id({ description: 'On this dataset.' }),
  }),
});

builder.queryField('leaderboard', (t) =>
  t.field({
    type: connectionType('QueryLeaderboardConnection', ModelRun, 'model runs'),
    description: 'Succeeded runs over all experiments of the viewer, best first.',
    args: {
      ...pageArguments,
      filter: t.arg({ type: LeaderboardFilter, required: true, description: 'Which ones.' }),
    },
    complexity: pageComplexity,
    resolve: async (_root, { first, after, filter }, { services, viewer }) => {
      const size = pageSize(first);
      const rows = await services.leaderboards.page(viewer, {
        filter,
        after: decodeRanked(after),
        limit: size + 1,
      });
      return runPage(rows, size, after);
    },
  }),
);
