import { builder, connectionType, pageArguments, pageComplexity } from '#builder.ts';
import { loadBatched } from '#context.ts';
import type { AnalysisReport } from '#contract/report.ts';
import { Dataset } from '#domains/dataset/graphql.ts';
import type { DatasetRow } from '#domains/dataset/table.ts';
import { Failure, JobStatusEnum, Progress, TaskTypeEnum } from '#enums.ts';
import { EventInterface, eventInterface, followNode } from '#event-stream.ts';
import { mutation, nodeSuccess } from '#mutation.ts';
import { NodeInterface, nodeId, nodeType, requireRow } from '#nodes.ts';
import { decodeNewest, newestCursor, pageSize, toPage } from '#paging.ts';
import type { StoredEvent } from '#ports/events.ts';
import { QualityIssue, Recommendation, TargetReport } from './advice-graphql.ts';
import { named } from './named.ts';
import { ColumnProfile } from './profile-graphql.ts';
import { AnalysisOverview, CorrelationReport, MissingnessReport, StructureReport } from './report-graphql.ts';
import { type AnalysisRow, analysis } from './table.ts';

const reportOf = (row: AnalysisRow) => (row.report ? named(row.report) : null);

export const Analysis = nodeType<AnalysisRow>('Analysis', analysis).implement({
  description:
    'What was found in a dataset, for a target where one was named. Null fields fill when it has SUCCEEDED.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id(nodeId('Analysis')),
    dataset: t.field({
      type: Dataset,
      description: 'The table.',
      resolve: (row, _args, context) => requireRow<DatasetRow>(context, 'Dataset', row.datasetId),
    }),
    target: t.exposeString('target', { nullable: true, description: 'Name of the column to be predicted.' }),
    status: t.expose('status', { type: JobStatusEnum, description: 'Where the job stands.' }),
    taskType: t.expose('taskType', { type: TaskTypeEnum, nullable: true, description: 'Detected or given.' }),
    taskTypeReason: t.exposeString('taskTypeReason', { nullable: true, description: 'Why this task.' }),
    overview: t.field({
      type: AnalysisOverview,
      nullable: true,
      description: 'The table as a whole.',
      resolve: (row) => reportOf(row)?.overview,
    }),
    columns: t.field({
      type: [ColumnProfile],
      nullable: true,
      description: 'Every column.',
      complexity: { multiplier: 20 },
      resolve: (row) => reportOf(row)?.columns,
    }),
    missingness: t.field({
      type: MissingnessReport,
      nullable: true,
      description: 'Gaps.',
      resolve: (row) => reportOf(row)?.missingness,
    }),
    correlations: t.field({
      type: CorrelationReport,
      nullable: true,
      description: 'Pairs.',
      resolve: (row) => reportOf(row)?.correlations,
    }),
    structure: t.field({
      type: StructureReport,
      nullable: true,
      description: 'Order in time and groups of rows.',
      resolve: (row) => reportOf(row)?.structure,
    }),
    targetReport: t.field({
      type: TargetReport,
      nullable: true,
      description: 'The target.',
      resolve: (row) => reportOf(row)?.target,
    }),
    issues: t.field({
      type: [QualityIssue],
      nullable: true,
      description: 'What is wrong with the data.',
      resolve: (row) => reportOf(row)?.issues,
    }),
    recommendations: t.field({
      type: [Recommendation],
      nullable: true,
      description: 'What to do, in the order in which the steps are applied.',
      resolve: (row) => reportOf(row)?.recommendations,
    }),
    preprocessingPrompt: t.string({
      nullable: true,
      description: 'What a code generator would be told.',
      resolve: (row) => reportOf(row)?.preprocessingPrompt,
    }),
    failure: t.field({
      type: Failure,
      nullable: true,
      description: 'Why it FAILED.',
      resolve: (row) => row.failure,
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a worker took it.',
    }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

builder.objectField(Dataset, 'analyses', (t) =>
  t.field({
    type: connectionType('DatasetAnalysesConnection', Analysis, 'analyses'),
    description: 'Analyses of this dataset, newest first.',
    args: pageArguments,
    complexity: pageComplexity,
    resolve: async (row, { first, after }, context) => {
      const size = pageSize(first);
      const position = decodeNewest(after);
      const rows = await loadBatched<AnalysisRow[]>(
        context,
        `Dataset.analyses:${size}:${after}`,
        row.id,
        (ids) => context.services.analyses.pagesByDataset(ids, { after: position, limit: size + 1 }),
      );
      return toPage(rows ?? [], size, newestCursor, Boolean(after));
    },
  }),
);

mutation('analyzeDataset', {
  description:
    'Measures a dataset, for a target where one is named. Answers at once; a dataset that is still being read is waited for.',
  input: (t) => ({
    datasetId: t.id({ required: true, description: 'Of a dataset.' }),
    target: t.string({ description: 'Name of the column to be predicted.' }),
    taskType: t.field({ type: TaskTypeEnum, description: 'Default: detected from the target.' }),
    experimentId: t.id({ description: 'The analysis becomes the one of this experiment.' }),
    idempotencyKey: t.string({ description: 'Repeats within 24 hours give the first result.' }),
  }),
  success: nodeSuccess('AnalyzeDatasetSuccess', 'analysis', Analysis, 'Analysis'),
  resolve: async (input, { viewer, services }) => ({ rowId: await services.analyses.analyze(viewer, input) }),
});

const AnalysisEvent = eventInterface('AnalysisEvent', 'Something that happened to an analysis.');
builder.interfaceField(AnalysisEvent, 'analysis', (t) =>
  t.field({
    type: Analysis,
    description: 'As it is now.',
    resolve: (event, _args, context) => requireRow<AnalysisRow>(context, 'Analysis', event.streamId),
  }),
);
builder.objectType(builder.objectRef<StoredEvent>('AnalysisStarted'), {
  description: 'A worker has taken it.',
  interfaces: [EventInterface, AnalysisEvent],
});
builder.objectType(builder.objectRef<StoredEvent>('AnalysisProgressed'), {
  description: 'It goes on.',
  interfaces: [EventInterface, AnalysisEvent],
  fields: (t) => ({
    progress: t.field({
      type: Progress,
      description: 'How far.',
      resolve: (event) => event.payload as never,
    }),
  }),
});
builder.objectType(builder.objectRef<StoredEvent>('AnalysisColumnsMeasured'), {
  description:
    'Columns that have been measured, while the others still are: told for the first hundred columns, in the order of the file.',
  interfaces: [EventInterface, AnalysisEvent],
  fields: (t) => ({
    columns: t.field({
      type: [ColumnProfile],
      description: 'As they will be in the report; warnings do not know of other columns yet.',
      complexity: { multiplier: 20 },
      resolve: (event) => (event.payload as { columns: AnalysisReport['columns'] }).columns,
    }),
  }),
});
builder.objectType(builder.objectRef<StoredEvent>('AnalysisFinished'), {
  description: 'It has ended, one way or another: see `analysis.status`. The stream ends.',
  interfaces: [EventInterface, AnalysisEvent],
});

builder.subscriptionField('analysisEvents', (t) =>
  t.field({
    type: AnalysisEvent,
    description: 'What happens to an analysis, from the first event or after a cursor.',
    args: {
      analysisId: t.arg.id({ required: true, description: 'Of an analysis.' }),
      after: t.arg.string({ description: 'Cursor of the last event seen.' }),
    },
    subscribe: (_root, { analysisId, after }, context) =>
      followNode(context, 'Analysis', analysisId, after, (event) => event.type === 'AnalysisFinished'),
    resolve: (event) => event,
  }),
);
