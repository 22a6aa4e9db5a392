import { builder } from '#builder.ts';
import type { ColumnChange, ColumnState, Comparison, Effect, StepEffect } from '#contract/preprocessing.ts';
import { described } from '#enums.ts';
import type { Measurement } from './table.ts';

const MeasurementStatus = builder.enumType('MeasurementStatus', {
  description: 'Where a measuring in the background stands.',
  values: described<StepEffect['status']>({
    WAITING: 'It is still to come.',
    MEASURED: 'It is there.',
    NOT_MEASURED: 'It will not come; `reason` says why.',
  }),
});

const MeasuredEffect = builder.objectRef<Effect>('MeasuredEffect').implement({
  description:
    'What a plan is worth with and without something, both on the same folds: a corrected paired test (Nadeau and Bengio, 2003).',
  fields: (t) => ({
    metric: t.exposeString('metric', { description: 'Key of the metric of the scores.' }),
    with: t.exposeFloat('with', { description: 'Mean score with it, in the unit of the metric.' }),
    without: t.exposeFloat('without', { description: 'Mean score without it.' }),
    difference: t.exposeFloat('difference', { description: 'Above 0: better with it.' }),
    low: t.exposeFloat('low', { description: 'Lower end of the two-sided 90 % interval.' }),
    high: t.exposeFloat('high', { description: 'Upper end of it.' }),
    folds: t.exposeInt('folds', { description: 'Pairs of scores.' }),
    rows: t.exposeInt('rows', { description: 'Rows that were measured on.' }),
  }),
});

export const StepEffectType = builder.objectRef<StepEffect>('StepEffect').implement({
  description: 'The worth of one step in its plan.',
  fields: (t) => ({
    status: t.expose('status', { type: MeasurementStatus, description: 'Whether it is known.' }),
    reason: t.exposeString('reason', { description: 'How it was measured, or why it was not.' }),
    measured: t.field({
      type: MeasuredEffect,
      nullable: true,
      description: 'When it is MEASURED.',
      resolve: ({ effect }) => effect,
    }),
  }),
});

export const MeasurementType = builder.objectRef<Measurement>('Measurement').implement({
  description: 'Where the measuring of effects and comparison stands.',
  fields: (t) => ({
    status: t.expose('status', { type: MeasurementStatus, description: 'Whether there is more to come.' }),
    reason: t.exposeString('reason', { description: 'In words.' }),
  }),
});

const ColumnKind = builder.enumType('PreparedColumnType', {
  description: 'What a column is to the algorithms.',
  values: described<ColumnState['type']>({ NUMBER: 'Numbers.', CATEGORY: 'Categories.' }),
});

const ColumnStateType = builder.objectRef<ColumnState>('ColumnState').implement({
  description: 'One side of the before and after of a column.',
  fields: (t) => ({
    type: t.expose('type', { type: ColumnKind, description: 'What it is to the algorithms.' }),
    missingFraction: t.exposeFloat('missingFraction', { description: '0 to 1.' }),
    distinctCount: t.exposeInt('distinctCount', { description: 'Different values.' }),
    association: t.exposeFloat('association', {
      nullable: true,
      description: 'With the target, 0 to 1, by the measure of the comparison; null where it has none.',
    }),
    edges: t.exposeFloatList('edges', {
      nullable: true,
      description: 'Of NUMBER: edges of the bins, one more than `counts`.',
    }),
    labels: t.exposeStringList('labels', {
      nullable: true,
      description: 'Of CATEGORY: the most frequent values, in the order of `counts`.',
    }),
    counts: t.exposeIntList('counts', { description: 'Rows a bin or value.' }),
  }),
});

const ColumnChangeType = builder.objectRef<ColumnChange>('ColumnChange').implement({
  description: 'A column before and after the preprocessing.',
  fields: (t) => ({
    column: t.exposeString('column', { description: 'Its name.' }),
    source: t.exposeString('source', {
      nullable: true,
      description: 'Column of the file that it was made from.',
    }),
    before: t.field({
      type: ColumnStateType,
      nullable: true,
      description: 'Null: it is new.',
      resolve: (change) => change.before,
    }),
    after: t.field({
      type: ColumnStateType,
      nullable: true,
      description: 'Null: it was dropped.',
      resolve: (change) => change.after,
    }),
  }),
});

export const BeforeAfter = builder.objectRef<Comparison>('BeforeAfter').implement({
  description: 'What the preprocessing does to every column, and what it is worth.',
  fields: (t) => ({
    rows: t.exposeInt('rows', { description: 'Rows that were looked at.' }),
    associationMeasure: t.exposeString('associationMeasure', {
      description: 'How the association with the target is measured.',
    }),
    columns: t.field({
      type: [ColumnChangeType],
      description: 'Every column, in the order of the file, new ones behind those they were made from.',
      complexity: { multiplier: 20 },
      resolve: (comparison) => comparison.columns,
    }),
    effect: t.field({
      type: MeasuredEffect,
      nullable: true,
      description: 'Score with the preprocessing and without any; null where it could not be measured.',
      resolve: (comparison) => comparison.effect,
    }),
  }),
});
