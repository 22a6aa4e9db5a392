import { builder } from '#builder.ts';
import type { GateOutcome, PlannedStep } from '#contract/preprocessing.ts';
import { Analysis } from '#domains/analysis/graphql.ts';
import type { AnalysisRow } from '#domains/analysis/table.ts';
import { Dataset } from '#domains/dataset/graphql.ts';
import type { DatasetRow } from '#domains/dataset/table.ts';
import { CodeGeneratorEnum, Failure, JobStatusEnum, PreprocessingStrategyEnum } from '#enums.ts';
import { mutation, nodeSuccess } from '#mutation.ts';
import { NodeInterface, nodeId, nodeType, requireRow } from '#nodes.ts';
import { type PreprocessingRow, preprocessing } from './table.ts';

const PreprocessingStep = builder.objectRef<PlannedStep>('PreprocessingStep').implement({
  description: 'A typed step of the catalogue.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Of the catalogue.' }),
    columns: t.exposeStringList('columns', { description: 'Names of the columns that it works on.' }),
    parameters: t.field({
      type: 'JSON',
      description: 'As the step takes them.',
      resolve: (step) => step.parameters,
    }),
    reason: t.exposeString('reason', { description: 'Why it is here.' }),
  }),
});

const GateResult = builder.objectRef<GateOutcome>('GateResult').implement({
  description: 'A check that the preprocessing had to pass.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Of the gate.' }),
    passed: t.boolean({ description: 'Whether it did.', resolve: (gate) => gate.verdict === 'PASSED' }),
    detail: t.exposeString('detail', { description: 'What was seen.' }),
  }),
});

export const Preprocessing = nodeType<PreprocessingRow>('Preprocessing', preprocessing).implement({
  description: 'An ordered list of steps and the Python that is the same thing.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id(nodeId('Preprocessing')),
    dataset: t.field({
      type: Dataset,
      description: 'The table that it was written for.',
      resolve: (row, _args, context) => requireRow<DatasetRow>(context, 'Dataset', row.datasetId),
    }),
    analysis: t.field({
      type: Analysis,
      description: 'The analysis that it was written from.',
      resolve: (row, _args, context) => requireRow<AnalysisRow>(context, 'Analysis', row.analysisId),
    }),
    target: t.exposeString('target', { description: 'Name of the column to be predicted; never an input.' }),
    status: t.expose('status', { type: JobStatusEnum, description: 'Where the job stands.' }),
    generator: t.expose('generator', { type: CodeGeneratorEnum, description: 'Who really wrote it.' }),
    strategy: t.expose('strategy', { type: PreprocessingStrategyEnum, description: 'How much it does.' }),
    steps: t.field({ type: [PreprocessingStep], description: 'In order.', resolve: (row) => row.steps }),
    code: t.exposeString('code', {
      description: 'Python compiled from the steps; runs alone. Empty until SUCCEEDED.',
    }),
    gates: t.field({ type: [GateResult], description: 'What it had to pass.', resolve: (row) => row.gates }),
    failure: t.field({
      type: Failure,
      nullable: true,
      description: 'Why it FAILED.',
      resolve: (row) => row.failure,
    }),
  }),
});

mutation('generatePreprocessing', {
  description: 'Writes the preprocessing for an analysis that has SUCCEEDED. Answers at once.',
  input: (t) => ({
    analysisId: t.id({ required: true, description: 'Of an analysis with a target.' }),
    generator: t.field({ type: CodeGeneratorEnum, defaultValue: 'AUTO', description: 'Who writes.' }),
    strategy: t.field({
      type: PreprocessingStrategyEnum,
      defaultValue: 'BALANCED',
      description: 'How much to do.',
    }),
    instructions: t.string({ description: 'Wishes in words, for CLAUDE.' }),
    experimentId: t.id({ description: 'The result becomes the preprocessing of this experiment.' }),
    idempotencyKey: t.string({ description: 'Repeats within 24 hours give the first result.' }),
  }),
  success: nodeSuccess('GeneratePreprocessingSuccess', 'preprocessing', Preprocessing, 'Preprocessing'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.preprocessings.generate(viewer, input),
  }),
});
