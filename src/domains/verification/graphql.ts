import { builder } from '#builder.ts';
import { loadBatched } from '#context.ts';
import { ModelRun } from '#domains/model-run/graphql.ts';
import type { ModelRunRow } from '#domains/model-run/table.ts';
import { Failure, JobStatusEnum, Progress } from '#enums.ts';
import { mutation, nodeSuccess } from '#mutation.ts';
import type { VerificationRow } from './table.ts';

type Recorded = {
  question: NonNullable<ModelRunRow['question']>;
  proof: NonNullable<ModelRunRow['proof']>;
  preprocessing: ModelRunRow['preprocessing'];
  sandboxTier: string | null;
};

const RunProof = builder.objectRef<Recorded>('RunProof').implement({
  description:
    'What a run was computed from: with it anybody can compute the run again and compare. Hashes are SHA-256, hexadecimal; those of predictions are of little-endian 64-bit floats, row by row.',
  fields: (t) => ({
    datasetSha256: t.string({
      nullable: true,
      description: 'Of the file as it was uploaded.',
      resolve: ({ question }) => question.datasetSha256,
    }),
    tableSha256: t.string({
      nullable: true,
      description: 'Of the Parquet table that was made of it.',
      resolve: ({ question }) => question.tableSha256,
    }),
    foldsSha256: t.string({
      description: 'Of the fold number of each row with a target, one byte a row.',
      resolve: ({ proof }) => proof.foldsSha256,
    }),
    predictionsSha256: t.string({
      description: 'Of the predictions that the score is of.',
      resolve: ({ proof }) => proof.predictionsSha256,
    }),
    planSha256: t.string({
      nullable: true,
      description: 'Of the Python that the preprocessing was compiled to.',
      resolve: ({ preprocessing }) => preprocessing?.codeSha256 ?? null,
    }),
    lockSha256: t.string({
      description: 'Of the file that says which libraries are used.',
      resolve: ({ question }) => question.lockSha256,
    }),
    runnerSha256: t.string({
      description: 'Of the sources of the training program.',
      resolve: ({ proof }) => proof.runnerSha256,
    }),
    seed: t.int({ description: 'Of folds, search and models.', resolve: ({ question }) => question.seed }),
    machine: t.string({
      description: 'Processor, and the arithmetic that the linear algebra uses on it.',
      resolve: ({ proof }) => proof.machine,
    }),
    libraries: t.field({
      type: 'JSON',
      description: 'Versions by name.',
      resolve: ({ proof }) => proof.libraries,
    }),
    record: t.field({
      type: 'JSON',
      description:
        'All of it: `question` (columns, target, steps, folds, seed, budget), `preprocessing`, and `proof` with the parameters, seed, threads and what fitting decided (such as rounds) of each trial and fold, and the weights of a blend by fold.',
      resolve: ({ question, preprocessing, proof, sandboxTier }) => ({
        ...{ question, preprocessing, proof, sandboxTier },
      }),
    }),
  }),
});

const Verification = builder.objectRef<VerificationRow>('Verification').implement({
  description:
    'A refit of what was recorded of a run: the same table, folds, parameters, seeds, threads and rounds, without a clock.',
  fields: (t) => ({
    status: t.expose('status', {
      type: JobStatusEnum,
      description: 'Of the job: SUCCEEDED says that it has an answer, `proved` which.',
    }),
    progress: t.field({
      type: Progress,
      nullable: true,
      description: 'How far; null before and after.',
      resolve: (row) => row.progress,
    }),
    proved: t.exposeBoolean('proved', {
      nullable: true,
      description: 'Whether all scores came out again within the tolerance; null until it has ended.',
    }),
    score: t.exposeFloat('score', { nullable: true, description: 'Of the refit.' }),
    difference: t.exposeFloat('difference', {
      nullable: true,
      description: 'The largest over the score and the folds of all trials, relative to what was recorded.',
    }),
    bitEqual: t.exposeBoolean('bitEqual', {
      nullable: true,
      description: 'Whether every prediction is the same, bit by bit.',
    }),
    tolerance: t.exposeFloat('tolerance', {
      nullable: true,
      description: '1e-9; 0.001 on another kind of machine, 0.01 with other software.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it is not proved.' }),
    environmentDifferences: t.stringList({
      description: 'What is not as it was when the run was trained: libraries, runner, machine.',
      resolve: (row) => row.environmentDifferences ?? [],
    }),
    failure: t.field({
      type: Failure,
      nullable: true,
      description: 'Why it FAILED: there is no answer.',
      resolve: (row) => row.failure,
    }),
    requestedAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was asked for.' }),
    checkedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it ended.',
    }),
  }),
});

builder.objectFields(ModelRun, (t) => ({
  proof: t.field({
    type: RunProof,
    nullable: true,
    description: 'Null until it has a model, and for runs of before records were kept.',
    resolve: ({ question, proof, preprocessing, sandboxTier }) =>
      question && proof && { question, proof, preprocessing, sandboxTier },
  }),
  verification: t.field({
    type: Verification,
    nullable: true,
    description: 'The last one of the present model; null where there is none.',
    resolve: async (run, _args, context) => {
      const row = await loadBatched<VerificationRow>(context, 'ModelRun.verification', run.id, (ids) =>
        context.services.verifications.ofRuns(ids),
      );
      return row?.runFinishedAt.getTime() === run.finishedAt?.getTime() ? row : null;
    },
  }),
}));

mutation('verifyModelRun', {
  description:
    'Fits the recorded trials of a run again and compares, as a job: see `verification` of the run. While one is under way, repeats change nothing; `cancelJob` of the run stops it.',
  input: (t) => ({
    modelRunId: t.id({ required: true, description: 'Of a run with a model, whose training has ended.' }),
  }),
  success: nodeSuccess('VerifyModelRunSuccess', 'modelRun', ModelRun, 'ModelRun'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.verifications.verifyModelRun(viewer, input),
  }),
});
