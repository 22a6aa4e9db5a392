import { builder, connectionType, pageArguments, pageComplexity } from '#builder.ts';
import type { GateOutcome, GenerationUsage, PlannedStep, StepEffect } from '#contract/preprocessing.ts';
import { Failure } from '#enums.ts';
import {
  EventInterface,
  eventInterface,
  eventsPage,
  eventType,
  followNode,
  payloadNumber,
  sequenceOf,
} from '#event-stream.ts';
import { parseId } from '#ids.ts';
import { requireRow } from '#nodes.ts';
import { endsPreprocessing } from './events.ts';
import { Preprocessing } from './graphql.ts';
import { StepEffectType } from './measurement-graphql.ts';
import { GateResult, GenerationUsageType, PreprocessingStep, placed } from './plan-graphql.ts';
import type { PreprocessingRow } from './table.ts';

const PreprocessingEvent = eventInterface(
  'PreprocessingEvent',
  'Something that happened to a preprocessing.',
);
builder.interfaceField(PreprocessingEvent, 'preprocessing', (t) =>
  t.field({
    type: Preprocessing,
    description: 'As it is now.',
    resolve: (event, _args, context) =>
      requireRow<PreprocessingRow>(context, 'Preprocessing', event.streamId),
  }),
);

const interfaces = [EventInterface, PreprocessingEvent];
const revision = payloadNumber('revision', 'The version that it is about.');

builder.objectType(eventType('PreprocessingQueued'), {
  description: 'It waits for a worker, for the first time or with an edit.',
  interfaces,
  fields: (t) => ({ revision: t.int(revision) }),
});
builder.objectType(eventType('PreprocessingStarted'), {
  description: 'A worker has taken it; after a worker was lost, once more: what it wrote before is void.',
  interfaces,
  fields: (t) => ({ revision: t.int(revision) }),
});
builder.objectType(eventType('TextGenerated'), {
  description:
    'The language model goes on writing. After the end of the job one event holds the text of an attempt.',
  interfaces,
  fields: (t) => ({
    attempt: t.int(payloadNumber('attempt', 'Counts the drafts of the job from 1.')),
    offset: t.int(
      payloadNumber(
        'offset',
        'Where `text` begins in the text of the attempt; what stood there is replaced.',
      ),
    ),
    text: t.string({ description: 'What was written.', resolve: (event) => String(event.payload.text) }),
  }),
});
builder.objectType(eventType('StepsPlanned'), {
  description: 'There is a plan; whether it is taken, the gates decide.',
  interfaces,
  fields: (t) => ({
    revision: t.int(revision),
    steps: t.field({
      type: [PreprocessingStep],
      description: 'In order.',
      complexity: { multiplier: 20 },
      resolve: (event) => placed(event.payload.steps as PlannedStep[], null, notMeasuredYet),
    }),
  }),
});
builder.objectType(eventType('UsageChanged'), {
  description: 'The language model has cost more.',
  interfaces,
  fields: (t) => ({
    usage: t.field({
      type: GenerationUsageType,
      description: 'So far.',
      resolve: (event) => event.payload.usage as GenerationUsage,
    }),
  }),
});
builder.objectType(eventType('GateFinished'), {
  description: 'A gate has looked at the plan.',
  interfaces,
  fields: (t) => ({
    gate: t.field({
      type: GateResult,
      description: 'What it says.',
      resolve: (event) => event.payload.gate as GateOutcome,
    }),
  }),
});
builder.objectType(eventType('RepairStarted'), {
  description: 'The language model is asked to mend its plan.',
  interfaces,
  fields: (t) => ({
    attempt: t.int(payloadNumber('attempt', 'Number of the draft that it writes now.')),
    reason: t.string({
      description: 'What was wrong.',
      resolve: (event) => String(event.payload.reason),
    }),
  }),
});
builder.objectType(eventType('FallbackChosen'), {
  description: 'The plan of the rules is taken in the place of that of the language model.',
  interfaces,
  fields: (t) => ({
    failure: t.field({
      type: Failure,
      description: 'Why.',
      resolve: (event) => event.payload.failure as never,
    }),
  }),
});
builder.objectType(eventType('StepMeasured'), {
  description: 'The worth of one step is known, or will not be.',
  interfaces,
  fields: (t) => ({
    position: t.int(payloadNumber('position', 'Of the step, from 0.')),
    effect: t.field({
      type: StepEffectType,
      description: 'What was found.',
      resolve: (event) => event.payload.effect as StepEffect,
    }),
  }),
});
builder.objectType(eventType('ComparisonReady'), {
  description: '`preprocessing.comparison` is there.',
  interfaces,
});
builder.objectType(eventType('MeasuringFinished'), {
  description: 'Nothing more will be measured. The stream ends.',
  interfaces,
});
builder.objectType(eventType('PreprocessingFinished'), {
  description:
    'The job has ended, one way or another: see `preprocessing.status`. The stream ends; asked for with the cursor of this event, it goes on with the measuring.',
  interfaces,
  fields: (t) => ({
    isMeasuring: t.boolean({
      description: 'Whether StepMeasured, ComparisonReady and MeasuringFinished are still to come.',
      resolve: (event) => event.payload.isMeasuring === true,
    }),
  }),
});

const notMeasuredYet: StepEffect = {
  ...{ status: 'WAITING', reason: 'Steps are measured once the plan is accepted.', effect: null },
};

builder.objectField(Preprocessing, 'events', (t) =>
  t.field({
    type: connectionType('PreprocessingEventsConnection', PreprocessingEvent, 'events'),
    description: 'What has happened so far, oldest first; cursors are those of `preprocessingEvents`.',
    args: pageArguments,
    complexity: pageComplexity,
    resolve: (row, page, context) => eventsPage(context, 'Preprocessing', row.id, page),
  }),
);

builder.subscriptionField('preprocessingEvents', (t) =>
  t.field({
    type: PreprocessingEvent,
    description:
      'What happens to a preprocessing, from the first event or after a cursor: text as it is written, gates, costs, measured effects.',
    args: {
      preprocessingId: t.arg.id({ required: true, description: 'Of a preprocessing.' }),
      after: t.arg.string({ description: 'Cursor of the last event seen.' }),
    },
    subscribe: (_root, { preprocessingId, after }, context) => {
      const sequence = sequenceOf(after, parseId(preprocessingId)?.id ?? '');
      return followNode(context, 'Preprocessing', preprocessingId, after, endsPreprocessing(sequence));
    },
    resolve: (event) => event,
  }),
);
