import { builder } from '#builder.ts';
import { mutation, nodeSuccess } from '#mutation.ts';
import { Dataset } from './graphql.ts';

const DeleteDatasetSuccess = builder
  .objectRef<{ deletedId: string; restorableUntil: Date }>('DeleteDatasetSuccess')
  .implement({
    description: 'The dataset is gone, with its file and everything made from it.',
    fields: (t) => ({
      deletedDatasetId: t.exposeID('deletedId', { description: 'The id that was deleted.' }),
      restorableUntil: t.expose('restorableUntil', {
        type: 'DateTime',
        description: 'Until then `restoreDataset` brings everything back; then it is really deleted.',
      }),
    }),
  });

mutation('deleteDataset', {
  description:
    'Deletes a dataset with its analyses and experiments; refused while an experiment is running on it. Repeats until `restorableUntil` change nothing.',
  input: (t) => ({ datasetId: t.id({ required: true, description: 'Of a dataset.' }) }),
  success: DeleteDatasetSuccess,
  resolve: async (input, { viewer, services }) => {
    const { restorableUntil } = await services.deletions.remove(viewer, input);
    return { deletedId: input.datasetId, restorableUntil };
  },
});

mutation('restoreDataset', {
  description:
    'Brings back a deleted dataset with everything that was made from it, within the grace that `deleteDataset` told.',
  input: (t) => ({ datasetId: t.id({ required: true, description: 'Of a deleted dataset.' }) }),
  success: nodeSuccess('RestoreDatasetSuccess', 'dataset', Dataset, 'Dataset'),
  resolve: async (input, { viewer, services }) => ({
    rowId: await services.deletions.restore(viewer, input),
  }),
});
