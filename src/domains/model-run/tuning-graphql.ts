import { builder } from '#builder.ts';
import { TuningStrategyEnum } from '#enums.ts';
import type { Tuning as TuningRow } from './table.ts';

const ParameterImportance = builder
  .objectRef<{ parameter: string; importance: number }>('ParameterImportance')
  .implement({
    description: 'How much of the differences between trials goes with a parameter.',
    fields: (t) => ({
      parameter: t.exposeString('parameter', { description: 'Name, as in the search space.' }),
      importance: t.exposeFloat('importance', { description: 'Share of 1.' }),
    }),
  });

export const Tuning = builder.objectRef<TuningRow>('Tuning').implement({
  description:
    'What tuning has brought. The best score wins, of equal ones the earlier trial; what cannot be told apart from it is shown as a tie.',
  fields: (t) => ({
    strategy: t.expose('strategy', {
      type: TuningStrategyEnum,
      description: 'Of the last job that tuned it.',
    }),
    trials: t.exposeInt('trials', {
      description: 'Finished or pruned, over all jobs, the first one included.',
    }),
    baselineScore: t.exposeFloat('baselineScore', {
      nullable: true,
      description: 'Of trial 0, the configuration before tuning; null where it was not complete.',
    }),
    bestTrial: t.exposeInt('bestTrial', { description: 'Number of the best complete trial.' }),
    bestScore: t.exposeFloat('bestScore', { description: 'Of that trial.' }),
    improvement: t.exposeFloat('improvement', {
      nullable: true,
      description:
        'Of the best over the baseline, in the unit of the metric, in the direction that is better: 0 or more.',
    }),
    importance: t.field({
      type: [ParameterImportance],
      nullable: true,
      description:
        'By PED-ANOVA over all trials inside the search space, largest first; null before 8 finished trials and while trials follow.',
      resolve: (row) => row.importance,
    }),
    ties: t.exposeIntList('ties', {
      description:
        'Trials that the best is ahead of, fold by fold, by no more than one standard error of the mean difference.',
    }),
  }),
});
