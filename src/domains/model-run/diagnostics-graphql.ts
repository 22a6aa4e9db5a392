import { builder } from '#builder.ts';
import type { RunnerCurve } from '#contract/runner-messages.ts';
import { PreprocessingStep, placed } from '#domains/preprocessing/plan-graphql.ts';
import { ScoreBasisEnum } from '#enums.ts';
import { encodeId } from '#ids.ts';
import type {
  Confusion,
  EnsembleMember as EnsembleMemberRow,
  Importance,
  MetricScore,
  TrainedPlan,
  TrialRow,
} from './table.ts';

export const MetricValue = builder.objectRef<MetricScore>('MetricValue').implement({
  description: 'What one metric says of a run.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Of the catalogue.' }),
    value: t.exposeFloat('value', { description: 'In the unit of the metric.' }),
    basis: t.expose('basis', { type: ScoreBasisEnum, description: 'How it was obtained.' }),
  }),
});

export const ConfusionMatrix = builder.objectRef<Confusion>('ConfusionMatrix').implement({
  description: 'How often which class was taken for which, on out-of-fold rows.',
  fields: (t) => ({
    labels: t.exposeStringList('labels', { description: 'Classes, for rows and columns alike.' }),
    counts: t.field({
      type: [['Int']] as never,
      description: 'Row: truth, column: prediction.',
      resolve: (row) => row.counts as never,
    }),
  }),
});

export const Curve = builder.objectRef<RunnerCurve>('Curve').implement({
  description: 'Points to draw, on out-of-fold rows.',
  fields: (t) => ({
    kind: t.exposeString('kind', {
      description:
        'ROC, PRECISION_RECALL, CALIBRATION, RESIDUALS or LEARNING: rounds of boosting against the loss on rows that it does not learn from.',
    }),
    label: t.exposeString('label', {
      nullable: true,
      description: 'The class that it is about; of LEARNING the loss.',
    }),
    x: t.exposeFloatList('x', { description: 'At most 200.' }),
    y: t.exposeFloatList('y', { description: 'As many as x.' }),
  }),
});

export const FeatureImportance = builder.objectRef<Importance>('FeatureImportance').implement({
  description: 'How much a run relies on a column.',
  fields: (t) => ({
    feature: t.exposeString('feature', { description: 'Name of the column.' }),
    importance: t.exposeFloat('importance', { description: 'Share of 1.' }),
  }),
});

export const TrainedPreprocessing = builder.objectRef<TrainedPlan>('TrainedPreprocessing').implement({
  description: 'The version of a preprocessing that a run was trained with, whatever was edited since.',
  fields: (t) => ({
    preprocessingId: t.id({
      description: 'Of the preprocessing.',
      resolve: (plan) => encodeId('Preprocessing', plan.preprocessingId),
    }),
    revision: t.exposeInt('revision', { description: 'Of its versions.' }),
    steps: t.field({
      type: [PreprocessingStep],
      description: 'In order.',
      complexity: { multiplier: 20 },
      resolve: (plan) => placed(plan.steps, null, { status: 'NOT_MEASURED', reason: OF_PLAN, effect: null }),
    }),
    codeSha256: t.exposeString('codeSha256', {
      description: 'Of the Python that the steps were compiled to, hexadecimal.',
    }),
  }),
});

const OF_PLAN = 'Effects are shown with the preprocessing.';

export const EnsembleMember = builder.objectRef<EnsembleMemberRow>('EnsembleMember').implement({
  description: 'A trial that an ensemble blends.',
  fields: (t) => ({
    algorithm: t.exposeString('algorithm', { description: 'Key of the catalogue.' }),
    trial: t.int({
      nullable: true,
      description: 'Number of the trial within the run of that algorithm; null: it was not recorded.',
      resolve: (row) => row.trial ?? null,
    }),
    weight: t.exposeFloat('weight', { description: 'Weights add up to 1.' }),
  }),
});

export const Trial = builder.objectRef<TrialRow>('Trial').implement({
  description: 'One set of hyperparameters tried within a run.',
  fields: (t) => ({
    number: t.exposeInt('number', { description: 'Counts from 0, the configuration before tuning.' }),
    parameters: t.field({ type: 'JSON', description: 'By name.', resolve: (row) => row.parameters }),
    score: t.exposeFloat('score', { nullable: true, description: 'On all out-of-fold rows.' }),
    foldScores: t.exposeFloatList('foldScores', { description: 'One a fold.' }),
    pruned: t.exposeBoolean('pruned', {
      description: 'Its strategy stopped it after some folds: the score is of their rows only.',
    }),
    bestScore: t.exposeFloat('bestScore', {
      nullable: true,
      description: 'Of the best complete trial of the run when this one had ended.',
    }),
    seconds: t.exposeFloat('seconds', { description: 'To fit and predict all folds.' }),
  }),
});
