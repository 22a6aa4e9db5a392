import { builder } from '#builder.ts';
import type { GateOutcome, GenerationUsage, PlannedStep, StepEffect } from '#contract/preprocessing.ts';
import { described } from '#enums.ts';
import { StepEffectType } from './measurement-graphql.ts';
import type { AcceptedPlan } from './table.ts';

/** A step with its place in a plan, and what is known about its worth there. */
export type PlacedStep = PlannedStep & { position: number; effect: StepEffect };

export const PreprocessingStep = builder.objectRef<PlacedStep>('PreprocessingStep').implement({
  description: 'One step: an entry of the catalogue with its parameters, or Python of its own.',
  fields: (t) => ({
    position: t.exposeInt('position', { description: 'Place in the order, from 0.' }),
    key: t.exposeString('key', { description: 'Of the catalogue; `custom` for Python of its own.' }),
    columns: t.exposeStringList('columns', { description: 'Names of the columns that it works on.' }),
    parameters: t.field({
      type: 'JSON',
      description: 'As the step takes them; what is not given has its default.',
      resolve: (step) => step.parameters,
    }),
    reason: t.exposeString('reason', { description: 'Why it is here.' }),
    code: t.exposeString('code', {
      nullable: true,
      description:
        'Of a `custom` step: Python with one class that has `fit(X, y)` and `transform(X)`, and may have `fit_transform(X, y)`.',
    }),
    effect: t.field({
      type: StepEffectType,
      description: 'What the plan is worth with this step and without it.',
      resolve: (step) => step.effect,
    }),
  }),
});

const GateVerdict = builder.enumType('GateVerdict', {
  description: 'What a gate says.',
  values: described<GateOutcome['verdict']>({
    PASSED: 'It holds.',
    FAILED: 'It does not hold: this version is not used.',
    UNDECIDED: 'The evidence does not do; the owner decides.',
    SKIPPED: 'Not looked at, for an earlier gate failed.',
  }),
});

export const GateResult = builder.objectRef<GateOutcome>('GateResult').implement({
  description: 'A check that the preprocessing had to pass.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Of the gate.' }),
    verdict: t.expose('verdict', { type: GateVerdict, description: 'What it says.' }),
    passed: t.boolean({ description: 'Whether it holds.', resolve: (gate) => gate.verdict === 'PASSED' }),
    detail: t.exposeString('detail', { description: 'What was seen; for people.' }),
    seconds: t.exposeFloat('seconds', { description: 'How long it took.' }),
    figures: t.field({
      type: 'JSON',
      nullable: true,
      description:
        'The numbers behind the detail by name: differences, bounds, margins, rows, openings of the holdout.',
      resolve: (gate) => gate.figures,
    }),
  }),
});

export const GenerationUsageType = builder.objectRef<GenerationUsage>('GenerationUsage').implement({
  description: 'What the language model has cost so far, and may cost at most.',
  fields: (t) => ({
    model: t.exposeString('model', { description: 'Its id.' }),
    inputTokens: t.exposeInt('inputTokens', { description: 'Read, from its cache or anew.' }),
    cachedInputTokens: t.exposeInt('cachedInputTokens', { description: 'Of these, read from its cache.' }),
    outputTokens: t.exposeInt('outputTokens', { description: 'Written.' }),
    costUsd: t.exposeFloat('costUsd', { description: 'In US dollars.' }),
    attempts: t.exposeInt('attempts', { description: 'Drafts asked for: the first one and the repairs.' }),
    tokenLimit: t.exposeInt('tokenLimit', { description: 'Most tokens that this job may take.' }),
    costLimitUsd: t.exposeFloat('costLimitUsd', { description: 'Most US dollars that this job may cost.' }),
  }),
});

export const PreprocessingVersion = builder.objectRef<AcceptedPlan>('PreprocessingVersion').implement({
  description: 'A version that passed its gates.',
  fields: (t) => ({
    revision: t.exposeInt('revision', { description: 'Its number.' }),
    steps: t.field({
      type: [PreprocessingStep],
      description: 'In order.',
      complexity: { multiplier: 20 },
      resolve: (plan) => placed(plan.steps, null, notMeasuredHere),
    }),
    code: t.exposeString('code', { description: 'Python compiled from the steps.' }),
    gates: t.field({ type: [GateResult], description: 'What it passed.', resolve: (plan) => plan.gates }),
  }),
});

const notMeasuredHere: StepEffect = {
  status: 'NOT_MEASURED',
  reason: 'Effects are shown with the present version.',
  effect: null,
};

/** Steps with their places and effects; `otherwise` where there are no effects. */
export const placed = (
  steps: readonly PlannedStep[],
  effects: readonly StepEffect[] | null,
  otherwise: StepEffect,
): PlacedStep[] =>
  steps.map((step, position) => ({ ...step, position, effect: effects?.[position] ?? otherwise }));
