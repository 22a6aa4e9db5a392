import { builder } from '#builder.ts';
import { loadBatched } from '#context.ts';
import { EnsembleMember } from './diagnostics-graphql.ts';
import { Artifact, ModelRun } from './graphql.ts';
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
      'Of the best run, made when the training is over; null for the others, and for runs of before it was made.',
    resolve: (run) => run.portableModel && { run, told: run.portableModel },
  }),
);
