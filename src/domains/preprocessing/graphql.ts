import { builder } from '#builder.ts';
import { loadBatched } from '#context.ts';
import type { StepEffect } from '#contract/preprocessing.ts';
import type { PreprocessingDecision } from '#contract/vocabulary.ts';
import { Analysis } from '#domains/analysis/graphql.ts';
import type { AnalysisRow } from '#domains/analysis/table.ts';
import { Dataset } from '#domains/dataset/graphql.ts';
import type { DatasetRow } from '#domains/dataset/table.ts';
import { CodeGeneratorEnum, described, Failure, JobStatusEnum, PreprocessingStrategyEnum } from '#enums.ts';
import { eventCursor } from '#event-stream.ts';
import { mutation, nodeSuccess } from '#mutation.ts';
import { NodeInterface, nodeId, nodeType, requireRow } from '#nodes.ts';
import { BeforeAfter, MeasurementType } from './measurement-graphql.ts';
import {
  GateResult,
  GenerationUsageType,
  PreprocessingStep,
  PreprocessingVersion,
  placed,
} from './plan-graphql.ts';
import { type PreprocessingRow, preprocessing } from './table.ts';

const PreprocessingDecisionEnum = builder.enumType('PreprocessingDecision', {
  description: 'What the owner says where the gates cannot.',
  values: described<PreprocessingDecision>({
    PENDING: 'The owner has to decide: `decidePreprocessing`.',
    ACCEPTED: 'The owner took it.',
    REJECTED: 'The owner did not take it, and there is no accepted version to go back to.',
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
    instructions: t.exposeString('instructions', {
      nullable: true,
      description: 'The wishes that it was written with.',
    }),
    revision: t.exposeInt('revision', {
      description: 'Counts the plans; mutations refuse a stale one where it is given.',
    }),
    steps: t.field({
      type: [PreprocessingStep],
      description: 'Of the present revision, in order.',
      complexity: { multiplier: 20 },
      resolve: (row) => placed(row.steps, isAccepted(row) ? row.effects : null, effectOf(row)),
    }),
    code: t.exposeString('code', {
      description:
        'Python compiled from the steps; runs alone. An edited file as it was sent, until it has been read.',
    }),
    gates: t.field({ type: [GateResult], description: 'What it had to pass.', resolve: (row) => row.gates }),
    decision: t.expose('decision', {
      type: PreprocessingDecisionEnum,
      nullable: true,
      description: 'Where a gate is UNDECIDED: the word of the owner.',
    }),
    accepted: t.field({
      type: PreprocessingVersion,
      nullable: true,
      description: 'What training takes: the last version that passed its gates.',
      resolve: (row) => row.accepted,
    }),
    acceptedRevision: t.int({
      nullable: true,
      description: 'Its number; equal to `revision` unless an edit is under way, undecided or refused.',
      resolve: (row) => row.accepted?.revision,
    }),
    fallback: t.field({
      type: Failure,
      nullable: true,
      description: 'Why the rules wrote it although CLAUDE was asked.',
      resolve: (row) => row.fallback,
    }),
    usage: t.field({
      type: GenerationUsageType,
      nullable: true,
      description: 'What the language model cost; null where none was asked.',
      resolve: (row) => row.usage,
    }),
    measurement: t.field({
      type: MeasurementType,
      description: 'Whether the effects of the steps and the comparison are there, or still to come.',
      resolve: (row) => row.measurement ?? { status: effectOf(row).status, reason: effectOf(row).reason },
    }),
    comparison: t.field({
      type: BeforeAfter,
      nullable: true,
      description: 'Before and after, of the accepted version; null until it has been measured.',
      resolve: (row) => row.comparison,
    }),
    failure: t.field({
      type: Failure,
      nullable: true,
      description: 'Why it FAILED.',
      resolve: (row) => row.failure,
    }),
    lastCursor: t.string({
      description: 'This snapshot and the events after this cursor give the exact state.',
      resolve: async (row, _args, context) => {
        const last = await loadBatched<number>(context, 'Preprocessing.lastCursor', row.id, (ids) =>
          context.services.events.lastSequence(ids),
        );
        return eventCursor(row.id, last ?? 0);
      },
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When a worker took it, or its present edit.',
    }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', nullable: true, description: 'When it ended.' }),
  }),
});

const isAccepted = (row: PreprocessingRow) => row.accepted?.revision === row.revision;

/** What can be said of a step that has no effect of its own. */
function effectOf(row: PreprocessingRow): StepEffect {
  const isOpen = row.status === 'QUEUED' || row.status === 'RUNNING' || row.decision === 'PENDING';
  return isOpen
    ? { status: 'WAITING', reason: 'Steps are measured once the plan is accepted.', effect: null }
    : { status: 'NOT_MEASURED', reason: 'This version has not been measured.', effect: null };
}

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

const preprocessingId = 'Of a preprocessing that is not running and that no running training takes.';
const revision =
  'The revision that the caller has seen; ConflictError REVISION_CHANGED when there is another by now.';

mutation('updatePreprocessing', {
  description:
    'Edits a preprocessing in place: other steps, or another file. The gates decide about it; until then, and where they refuse it, the accepted version stays what training takes. Answers at once.',
  input: (t) => ({
    preprocessingId: t.id({ required: true, description: preprocessingId }),
    steps: t.field({
      type: ['JSON'],
      description:
        'All steps in order, each `{key, columns, parameters, reason, code}` as `PreprocessingStep` has them; without `columns`, a step takes every column that it can.',
    }),
    code: t.string({
      description: 'The whole edited file; blocks that were not edited stay steps. Either this or `steps`.',
    }),
    revision: t.int({ description: revision }),
    idempotencyKey: t.string({ description: 'Repeats within 24 hours give the first result.' }),
  }),
  success: nodeSuccess('UpdatePreprocessingSuccess', 'preprocessing', Preprocessing, 'Preprocessing'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.preprocessings.update(viewer, input),
  }),
});

mutation('revertPreprocessing', {
  description:
    'Goes back to the last version that passed its gates, as a new revision; changes nothing where that is the present one.',
  input: (t) => ({
    preprocessingId: t.id({ required: true, description: preprocessingId }),
    revision: t.int({ description: revision }),
  }),
  success: nodeSuccess('RevertPreprocessingSuccess', 'preprocessing', Preprocessing, 'Preprocessing'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.preprocessings.revert(viewer, input),
  }),
});

mutation('decidePreprocessing', {
  description:
    'Decides about a preprocessing of which a gate is UNDECIDED. Rejected, it goes back to the accepted version, where there is one.',
  input: (t) => ({
    preprocessingId: t.id({ required: true, description: preprocessingId }),
    accept: t.boolean({ required: true, description: 'Whether to take it.' }),
    revision: t.int({ description: revision }),
  }),
  success: nodeSuccess('DecidePreprocessingSuccess', 'preprocessing', Preprocessing, 'Preprocessing'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.preprocessings.decide(viewer, input),
  }),
});
