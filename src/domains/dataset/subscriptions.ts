import { builder } from '#builder.ts';
import { Failure, Progress } from '#enums.ts';
import { EventInterface, eventInterface, followNode } from '#event-stream.ts';
import { requireRow } from '#nodes.ts';
import type { StoredEvent } from '#ports/events.ts';
import { endsIngestion } from './events.ts';
import { Dataset } from './graphql.ts';
import type { DatasetRow } from './table.ts';

const DatasetEvent = eventInterface('DatasetEvent', 'Something that happened to a dataset.');
builder.interfaceField(DatasetEvent, 'dataset', (t) =>
  t.field({
    type: Dataset,
    description: 'As it is now.',
    resolve: (event, _args, context) => requireRow<DatasetRow>(context, 'Dataset', event.streamId),
  }),
);

const simple = (name: string, description: string) =>
  builder.objectType(builder.objectRef<StoredEvent>(name), {
    description,
    interfaces: [EventInterface, DatasetEvent],
  });

simple('IngestionStarted', 'The file is waiting to be read.');
simple('DatasetReady', 'The file has been read; the stream ends.');

builder.objectType(builder.objectRef<StoredEvent>('UploadProgressed'), {
  description:
    'Bytes arrive: told twice a second at most. Not for S3_MULTIPART, whose parts the server does not see come.',
  interfaces: [EventInterface, DatasetEvent],
  fields: (t) => ({
    progress: t.field({
      type: Progress,
      description: 'How far.',
      resolve: (event) => event.payload as never,
    }),
    receivedBytes: t.field({
      type: 'BigInt',
      description: 'From the start of the file.',
      resolve: (event) => Number(event.payload.receivedBytes),
    }),
  }),
});

builder.objectType(builder.objectRef<StoredEvent>('IngestionProgressed'), {
  description: 'Reading goes on.',
  interfaces: [EventInterface, DatasetEvent],
  fields: (t) => ({
    progress: t.field({
      type: Progress,
      description: 'How far.',
      resolve: (event) => event.payload as never,
    }),
  }),
});

builder.objectType(builder.objectRef<StoredEvent>('DatasetRejected'), {
  description: 'The file cannot be read; the stream ends.',
  interfaces: [EventInterface, DatasetEvent],
  fields: (t) => ({
    failure: t.field({ type: Failure, description: 'Why.', resolve: (event) => event.payload as never }),
  }),
});

builder.subscriptionField('datasetEvents', (t) =>
  t.field({
    type: DatasetEvent,
    description: 'What happens to a dataset, from the first event or after a cursor.',
    args: {
      datasetId: t.arg.id({ required: true, description: 'Of a dataset.' }),
      after: t.arg.string({ description: 'Cursor of the last event seen.' }),
    },
    subscribe: (_root, { datasetId, after }, context) =>
      followNode(context, 'Dataset', datasetId, after, endsIngestion),
    resolve: (event) => event,
  }),
);
