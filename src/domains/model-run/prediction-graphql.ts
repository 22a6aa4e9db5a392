import { loadBatched } from '#context.ts';
import { DatasetWarning } from '#domains/dataset/graphql.ts';
import { Failure, JobStatusEnum, Progress } from '#enums.ts';
import { NodeInterface, nodeId, nodeType } from '#nodes.ts';
import { Artifact } from './graphql.ts';
import { type ArtifactRow, type PredictionJobRow, predictionJob } from './table.ts';

export const PredictionJob = nodeType<PredictionJobRow>('PredictionJob', predictionJob).implement({
  description: 'A whole file on its way through a model.',
  interfaces: [NodeInterface],
  fields: (t) => ({
    id: t.id(nodeId('PredictionJob')),
    status: t.expose('status', { type: JobStatusEnum, description: 'Where the job stands.' }),
    progress: t.field({
      type: Progress,
      nullable: true,
      description: 'How far.',
      resolve: (row) => row.progress,
    }),
    artifact: t.field({
      type: Artifact,
      nullable: true,
      description:
        'predictions.csv: one probability column a class, or `prediction`; rows in the order of the file.',
      resolve: async (row, _args, context) => {
        const files = await loadBatched<ArtifactRow[]>(context, 'PredictionJob.artifact', row.id, (ids) =>
          context.services.leaderboards.artifactsOf('predictionJobId', ids),
        );
        return files?.[0] ?? null;
      },
    }),
    warnings: t.field({
      type: [DatasetWarning],
      description:
        'What was odd in the file beside the training data: columns that are missing, values of another type.',
      resolve: (row) => row.warnings ?? [],
    }),
    failure: t.field({
      type: Failure,
      nullable: true,
      description: 'Why it FAILED.',
      resolve: (row) => row.failure,
    }),
  }),
});
