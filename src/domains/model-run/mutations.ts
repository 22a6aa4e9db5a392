import { builder } from '#builder.ts';
import type { Context } from '#context.ts';
import { Experiment } from '#domains/experiment/graphql.ts';
import { CodeGeneratorEnum, PreprocessingStrategyEnum, TaskTypeEnum, TuningStrategyEnum } from '#enums.ts';
import { ConflictError, NotFoundError } from '#errors.ts';
import { parseId } from '#ids.ts';
import { mutation, nodeSuccess } from '#mutation.ts';
import { loadNode, NodeInterface } from '#nodes.ts';
import { ModelRun } from './graphql.ts';
import { PredictionJob } from './prediction-graphql.ts';

const idempotencyNote = 'Repeats within 24 hours give the first result.';
const algorithmsAsked =
  'Keys of the catalogue; default: all that fit the task, the neural network from 45 s on, the kernel model also only up to 2,000 rows, k-NN only where it is named.';

mutation('startTraining', {
  description:
    'Trains an experiment. What is missing is made first: the analysis, and RULES + MINIMAL preprocessing.',
  input: (t) => ({
    experimentId: t.id({ required: true, description: 'With a target, and not running.' }),
    preprocessingId: t.id({ description: 'One for the same dataset and target.' }),
    algorithms: t.stringList({ description: algorithmsAsked }),
    budgetSeconds: t.int({ description: 'Wall clock of the training, default 60.' }),
    maxTrials: t.int({ description: 'Over all runs together.' }),
    tuning: t.field({ type: TuningStrategyEnum, description: 'Default: AUTO.' }),
    seed: t.int({ description: 'Of folds, search and models; default 0.' }),
    idempotencyKey: t.string({ description: idempotencyNote }),
  }),
  success: nodeSuccess('StartTrainingSuccess', 'experiment', Experiment, 'Experiment'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.modelRuns.startTraining(viewer, input),
  }),
});

mutation('runExperiment', {
  description:
    'All stages in one call: analysis, preprocessing, training. Answers at once; a dataset that is still being read is waited for.',
  input: (t) => ({
    datasetId: t.id({ required: true, description: 'Of a dataset.' }),
    target: t.string({ required: true, description: 'Name of the column to be predicted.' }),
    name: t.string({ description: 'For people.' }),
    taskType: t.field({ type: TaskTypeEnum, description: 'Default: detected.' }),
    metric: t.string({ description: 'Key of the catalogue; default by task.' }),
    budgetSeconds: t.int({ defaultValue: 60, description: 'Wall clock of the training.' }),
    maxTrials: t.int({ description: 'Over all runs together.' }),
    algorithms: t.stringList({ description: algorithmsAsked }),
    tuning: t.field({ type: TuningStrategyEnum, description: 'Default: AUTO.' }),
    generator: t.field({ type: CodeGeneratorEnum, description: 'Default: AUTO.' }),
    strategy: t.field({
      type: PreprocessingStrategyEnum,
      defaultValue: 'MINIMAL',
      description: 'How much the preprocessing does.',
    }),
    seed: t.int({ description: 'Of folds, search and models; default 0.' }),
    idempotencyKey: t.string({ description: idempotencyNote }),
  }),
  success: nodeSuccess('RunExperimentSuccess', 'experiment', Experiment, 'Experiment'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.modelRuns.runExperiment(viewer, input),
  }),
});

mutation('tuneModelRun', {
  description:
    'Further trials of one run of an experiment that has ended: as a job of the experiment, whose events go on. Trials keep their numbers; the model is replaced by a better one alone, and then the ensemble is blended anew and replaced where that is better.',
  input: (t) => ({
    modelRunId: t.id({ required: true, description: 'Of a run with a model, with something to tune.' }),
    strategy: t.field({ type: TuningStrategyEnum, required: true, description: 'Any but NONE.' }),
    trials: t.int({ description: 'New ones, 1 to 10,000; default: as many as the time allows.' }),
    budgetSeconds: t.int({
      description: 'Wall clock of the job, 1 to 72,000; default: that of the experiment’s settings.',
    }),
    searchSpace: t.field({
      type: 'JSON',
      description:
        'By dimension: `{ low, high }` of numbers or `{ choices }`, laid over the search space of the catalogue and of the settings.',
    }),
    idempotencyKey: t.string({ description: idempotencyNote }),
  }),
  success: nodeSuccess('TuneModelRunSuccess', 'modelRun', ModelRun, 'ModelRun'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.modelRuns.tuneModelRun(viewer, input),
  }),
});

mutation('extendBudget', {
  description:
    'More time. While a job of the experiment is queued or runs, its budget grows: what is being fitted goes on, and more follows. After its end the training goes on as a new job of so many seconds: runs and models stay, trials keep their numbers, what was not finished begins again, and what becomes better is replaced.',
  input: (t) => ({
    experimentId: t.id({ required: true, description: 'Of an experiment that was trained, or is.' }),
    seconds: t.int({ required: true, description: '1 to 72,000, which is the most for one job.' }),
    idempotencyKey: t.string({ description: idempotencyNote }),
  }),
  success: nodeSuccess('ExtendBudgetSuccess', 'experiment', Experiment, 'Experiment'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.modelRuns.extendBudget(viewer, input),
  }),
});

mutation('predictFile', {
  description: 'Applies a model to every row of another dataset; columns are matched by name.',
  input: (t) => ({
    modelRunId: t.id({ required: true, description: 'Of a run that has SUCCEEDED.' }),
    datasetId: t.id({ required: true, description: 'The rows; the target column may be missing.' }),
    idempotencyKey: t.string({ description: idempotencyNote }),
  }),
  success: nodeSuccess('PredictFileSuccess', 'predictionJob', PredictionJob, 'PredictionJob'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.predictions.predictFile(viewer, input),
  }),
});

const CancelJobSuccess = builder.objectRef<{ id: string }>('CancelJobSuccess').implement({
  description: 'The job was asked to stop; one that had ended already stays as it was.',
  fields: (t) => ({
    node: t.field({
      type: NodeInterface,
      description: 'The object as it is now.',
      resolve: async ({ id }, _args, context) => {
        const row = await loadNode(context, id);
        if (!row) throw new Error('the node of a cancelled job is gone');
        return row;
      },
    }),
  }),
});

async function cancel({ viewer, services }: Context, id: string): Promise<void> {
  const path = ['input', 'id'];
  switch (parseId(id)?.type) {
    case 'Analysis':
      return services.analyses.cancel(viewer, id, path);
    case 'Preprocessing':
      return services.preprocessings.cancel(viewer, id, path);
    case 'Experiment':
      return services.modelRuns.cancelExperiment(viewer, id, path);
    case 'PredictionJob':
      return services.predictions.cancel(viewer, id, path);
    case 'ModelRun': {
      const run = await services.modelRuns.find(viewer, id, path);
      if (await services.verifications.cancel(run)) return;
      throw new ConflictError(
        'JOB_NOT_CANCELABLE',
        'A single run cannot be stopped. Cancel its experiment.',
        { path },
      );
    }
    case 'Dataset':
      await services.datasets.find(viewer, id, path);
      throw new ConflictError('JOB_NOT_CANCELABLE', 'Reading a file cannot be stopped. Delete the dataset.', {
        path,
      });
    default:
      throw new NotFoundError('NODE_NOT_FOUND', 'There is nothing with this id.', { path });
  }
}

mutation('cancelJob', {
  description:
    'Stops the job of a node. An experiment keeps what it has trained so far; repeats change nothing.',
  input: (t) => ({
    id: t.id({
      required: true,
      description: 'Of an analysis, a preprocessing, an experiment or a prediction job.',
    }),
  }),
  success: CancelJobSuccess,
  resolve: async (input, context) => {
    await cancel(context, input.id);
    return { id: input.id };
  },
});
