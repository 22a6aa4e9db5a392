import { builder } from '#builder.ts';
import { loadBatched } from '#context.ts';
import { JobStatusEnum } from '#enums.ts';
import { EventInterface, eventInterface, eventType, followNode } from '#event-stream.ts';
import { requireRow } from '#nodes.ts';
import { EnsembleMember } from './diagnostics-graphql.ts';
import { endsModelRun } from './events.ts';
import { Artifact, ModelRun } from './graphql.ts';
import { isBeingMade } from './portable-model.ts';
import type { ArtifactRow, ModelRunRow, PortableModel as PortableModelRow } from './table.ts';

const ExportParity = builder.objectRef<NonNullable<PortableModelRow['parity']>>('ExportParity').implement({
  description: 'How an exported file predicts beside the models that it was made of.',
  fields: (t) => ({
    rows: t.exposeInt('rows', {
      description: 'Compared: rows of the table, and the same ones with missing and unseen values.',
    }),
    maxDifference: t.exposeFloat('maxDifference', {
      description: 'The largest: of a probability, or in standard deviations of the target.',
    }),
    crossedRows: t.exposeInt('crossedRows', {
      description: 'Rows that differ by more than 1e-5. A file with one of them is not kept.',
    }),
  }),
});

const PortableModel = builder
  .objectRef<{ run: ModelRunRow; told: PortableModelRow }>('PortableModel')
  .implement({
    description:
      'A small blend of an experiment’s algorithms as an ONNX file, which predicts from the columns as they stand in the data.',
    fields: (t) => ({
      status: t.field({
        type: JobStatusEnum,
        description:
          'RUNNING while it is made, after the end of the experiment: `modelRunEvents` tells when it is there. SUCCEEDED: there is a file. FAILED: there is none.',
        resolve: ({ told }) => {
          if (isBeingMade(told)) return 'RUNNING';
          return told.artifactName === null ? 'FAILED' : 'SUCCEEDED';
        },
      }),
      score: t.float({
        nullable: true,
        description: 'Its own, by members that never saw the row; null where there is no file.',
        resolve: ({ told }) => told.score,
      }),
      gap: t.float({
        nullable: true,
        description: 'How much worse than the run it belongs to, in the unit of the metric; below 0: better.',
        resolve: ({ told }) => told.gap,
      }),
      members: t.field({
        type: [EnsembleMember],
        description: 'What it is blended of.',
        resolve: ({ told }) => told.members,
      }),
      parity: t.field({
        type: ExportParity,
        nullable: true,
        description: 'Null where there is no file.',
        resolve: ({ told }) => told.parity,
      }),
      artifact: t.field({
        type: Artifact,
        nullable: true,
        description: 'The file; null where there is none.',
        resolve: async ({ run, told }, _args, context) => {
          const files = await loadBatched<ArtifactRow[]>(context, 'ModelRun.artifacts', run.id, (ids) =>
            context.services.leaderboards.artifactsOf('modelRunId', ids),
          );
          return files?.find(({ name }) => name === told.artifactName) ?? null;
        },
      }),
      reason: t.string({
        nullable: true,
        description: 'Why there is no file.',
        resolve: ({ told }) => told.reason,
      }),
    }),
  });

builder.objectField(ModelRun, 'portableModel', (t) =>
  t.field({
    type: PortableModel,
    nullable: true,
    description:
      'Of the best run, made when the training is over; null for the others, and where the training was cancelled.',
    resolve: (run) => run.portableModel && { run, told: run.portableModel },
  }),
);

const ModelRunEvent = eventInterface('ModelRunEvent', 'Something that happened to a model run by itself.');
builder.interfaceField(ModelRunEvent, 'modelRun', (t) =>
  t.field({
    type: ModelRun,
    description: 'As it is now.',
    resolve: (event, _args, context) => requireRow<ModelRunRow>(context, 'ModelRun', event.streamId),
  }),
);
builder.objectType(eventType('PortableModelStarted'), {
  description: 'Its portable model is being made.',
  interfaces: [EventInterface, ModelRunEvent],
});
builder.objectType(eventType('PortableModelFinished'), {
  description: 'Its portable model is there, or will not be: see `modelRun.portableModel`. The stream ends.',
  interfaces: [EventInterface, ModelRunEvent],
});

builder.subscriptionField('modelRunEvents', (t) =>
  t.field({
    type: ModelRunEvent,
    description:
      'What happens to a model run after the end of its experiment, from the first event or after a cursor: no gap, no double.',
    args: {
      modelRunId: t.arg.id({ required: true, description: 'Of a model run.' }),
      after: t.arg.string({ description: 'Cursor of the last event seen.' }),
    },
    subscribe: (_root, { modelRunId, after }, context) =>
      followNode(context, 'ModelRun', modelRunId, after, endsModelRun),
    resolve: (event) => event,
  }),
);
