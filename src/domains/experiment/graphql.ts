import { builder, connectionType, pageArguments, pageComplexity } from '#builder.ts';
import { loadBatched } from '#context.ts';
import { Analysis } from '#domains/analysis/graphql.ts';
import type { AnalysisRow } from '#domains/analysis/table.ts';
import { Dataset } from '#domains/dataset/graphql.ts';
import type { DatasetRow } from '#domains/dataset/table.ts';
import { Preprocessing } from '#domains/preprocessing/graphql.ts';
import type { PreprocessingRow } from '#domains/preprocessing/table.ts';
import { described, ExperimentStageEnum, Failure, Progress, TaskTypeEnum } from '#enums.ts';
import { eventCursor } from '#event-stream.ts';
import { mutation, nodeSuccess } from '#mutation.ts';
import { loadRow, NodeInterface, nodeId, nodeType, requireRow } from '#nodes.ts';
import { decodeNewest, newestCursor, pageSize, toPage } from '#paging.ts';
import { type ExperimentRow, experiment } from './table.ts';

const ExperimentStatus = builder.enumType('ExperimentStatus', {
  description: 'DRAFT while it is being put together, then as a job.',
  values: described<ExperimentRow['status']>({
    DRAFT: 'It is being put together.',
    QUEUED: 'It waits for a worker.',
    RUNNING: 'A worker has it.',
    SUCCEEDED: 'It has at least one model.',
    FAILED: 'It has none, or could not go on; `failure` tells why.',
    CANCELED: 'Its owner stopped it; what was trained stays.',
  }),
});

export const Experiment = nodeType<ExperimentRow>('Experiment', experiment).implement({
  description: 'One question asked of one dataset, with everything done to answer it.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id(nodeId('Experiment')),
    version: t.exposeInt('version', { description: 'For `updateExperiment`, which refuses a stale one.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    dataset: t.field({
      type: Dataset,
      description: 'The table.',
      resolve: (row, _args, context) => requireRow<DatasetRow>(context, 'Dataset', row.datasetId),
    }),
    target: t.exposeString('target', { nullable: true, description: 'Name of the column to be predicted.' }),
    taskType: t.expose('taskType', { type: TaskTypeEnum, nullable: true, description: 'Detected or given.' }),
    metric: t.exposeString('metric', { nullable: true, description: 'Key of the metric that ranks.' }),
    stage: t.expose('stage', { type: ExperimentStageEnum, description: 'Where the wizard stands.' }),
    settings: t.field({
      type: 'JSON',
      description: 'What to do; its schema is in `catalog`.',
      resolve: (row) => row.settings,
    }),
    analysis: t.field({
      type: Analysis,
      nullable: true,
      description: 'The one that the training relies on.',
      resolve: (row, _args, context) =>
        row.analysisId ? loadRow<AnalysisRow>(context, 'Analysis', row.analysisId) : null,
    }),
    preprocessing: t.field({
      type: Preprocessing,
      nullable: true,
      description: 'The one that the training applies.',
      resolve: (row, _args, context) =>
        row.preprocessingId ? loadRow<PreprocessingRow>(context, 'Preprocessing', row.preprocessingId) : null,
    }),
    status: t.expose('status', { type: ExperimentStatus, description: 'Where the job stands.' }),
    progress: t.field({
      type: Progress,
      nullable: true,
      description: 'Of the present stage.',
      resolve: (row) => row.progress,
    }),
    lastCursor: t.string({
      description: 'This snapshot and the events after this cursor give the exact state.',
      resolve: async (row, _args, context) => {
        const last = await loadBatched<number>(context, 'Experiment.lastCursor', row.id, (ids) =>
          context.services.events.lastSequence(ids),
        );
        return eventCursor(row.id, last ?? 0);
      },
    }),
    addedSeconds: t.exposeInt('addedSeconds', {
      description:
        'What `extendBudget` has added to the budget of the present job, or the last one, while it ran.',
    }),
    failure: t.field({
      type: Failure,
      nullable: true,
      description: 'Why it FAILED.',
      resolve: (row) => row.failure,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was made.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a worker took it.',
    }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

builder.objectField(Dataset, 'experiments', (t) =>
  t.field({
    type: connectionType('DatasetExperimentsConnection', Experiment, 'experiments'),
    description: 'Experiments on this dataset, newest first.',
    args: pageArguments,
    complexity: pageComplexity,
    resolve: async (row, { first, after }, context) => {
      const size = pageSize(first);
      const position = decodeNewest(after);
      const rows = await loadBatched<ExperimentRow[]>(
        context,
        `Dataset.experiments:${size}:${after}`,
        row.id,
        (ids) => context.services.experiments.pagesByDataset(ids, { after: position, limit: size + 1 }),
      );
      return toPage(rows ?? [], size, newestCursor, Boolean(after));
    },
  }),
);

const ExperimentFilter = builder.inputType('ExperimentFilter', {
  description: 'All that is given has to hold.',
  fields: (t) => ({
    datasetId: t.id({ description: 'On this dataset.' }),
    status: t.field({ type: ExperimentStatus, description: 'In this state.' }),
    search: t.string({ description: 'Part of the name.' }),
  }),
});

builder.queryField('experiments', (t) =>
  t.field({
    type: connectionType('QueryExperimentsConnection', Experiment, 'experiments'),
    description: 'The experiments of the viewer, newest first.',
    args: {
      ...pageArguments,
      filter: t.arg({ type: ExperimentFilter, description: 'Which ones.' }),
    },
    complexity: pageComplexity,
    resolve: async (_root, { first, after, filter }, { services, viewer }) => {
      const size = pageSize(first);
      const rows = await services.experiments.page(viewer, {
        filter,
        after: decodeNewest(after),
        limit: size + 1,
      });
      return toPage(rows, size, newestCursor, Boolean(after));
    },
  }),
);

mutation('createExperiment', {
  description: 'Makes an experiment in DRAFT on a dataset.',
  input: (t) => ({
    datasetId: t.id({ required: true, description: 'Of a dataset.' }),
    target: t.string({ description: 'Name of the column to be predicted.' }),
    name: t.string({ description: 'For people; default: dataset and target.' }),
    taskType: t.field({ type: TaskTypeEnum, description: 'Default: detected.' }),
    metric: t.string({ description: 'Key of the catalogue; default by task.' }),
    idempotencyKey: t.string({ description: 'Repeats within 24 hours give the first result.' }),
  }),
  success: nodeSuccess('CreateExperimentSuccess', 'experiment', Experiment, 'Experiment'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.experiments.create(viewer, input),
  }),
});

mutation('updateExperiment', {
  description:
    'Keeps what the wizard has chosen. A stale version is refused, so that two tabs do not undo each other.',
  input: (t) => ({
    experimentId: t.id({ required: true, description: 'Of an experiment.' }),
    version: t.int({ required: true, description: 'As it was read.' }),
    name: t.string({ description: 'For people.' }),
    target: t.string({ description: 'Another target lets go of analysis, preprocessing, task and metric.' }),
    taskType: t.field({ type: TaskTypeEnum, description: 'Instead of the detected one.' }),
    metric: t.string({ description: 'Key of the catalogue.' }),
    stage: t.field({ type: ExperimentStageEnum, description: 'Where the wizard stands.' }),
    settings: t.field({ type: 'JSON', description: 'Laid over the present ones.' }),
  }),
  success: nodeSuccess('UpdateExperimentSuccess', 'experiment', Experiment, 'Experiment'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.experiments.update(viewer, input),
  }),
});
