import { CliError } from '#cli/errors.ts';
import {
  DatasetEventsDocument,
  type DatasetEventsSubscription,
  type ReadDatasetFragment,
} from '#cli/gql/graphql.ts';
import type { Connection } from '#cli/remote/connection.ts';
import { follow } from '#cli/remote/follow.ts';
import type { TellProgress } from '#cli/remote/pace.ts';
import type { LocalFile } from '#cli/remote/send-file.ts';
import { upload } from '#cli/remote/upload.ts';

/** Sends a file and waits until the server has read it. @throws CliError with the reason of a rejection. */
export async function uploadDataset(
  connection: Connection,
  file: LocalFile,
  tell: TellProgress,
): Promise<ReadDatasetFragment> {
  const { datasetId } = await upload(connection, file, { tell });
  return waitUntilRead(connection, datasetId, file.name, tell);
}

type DatasetEvent = DatasetEventsSubscription['datasetEvents'];

/** @throws CliError with the reason of a rejection. */
export async function waitUntilRead(
  connection: Connection,
  id: string,
  fileName: string,
  tell: TellProgress,
): Promise<ReadDatasetFragment> {
  const events = follow(connection, {
    document: DatasetEventsDocument,
    id,
    eventOf: ({ datasetEvents }) => datasetEvents,
    isEnd: ({ __typename }: DatasetEvent) =>
      __typename === 'DatasetReady' || __typename === 'DatasetRejected',
  });
  for await (const event of events) {
    if (event.__typename === 'DatasetReady') return event.dataset;
    if (event.__typename === 'DatasetRejected') {
      throw new CliError(event.failure.code, `${fileName}: ${event.failure.message}`);
    }
    if (event.__typename === 'IngestionProgressed') {
      const { fraction, message } = event.progress;
      tell({ fraction, message: `reading ${fileName}: ${message}`, etaSeconds: null });
    }
  }
  throw new CliError('CONNECTION_LOST', 'The events of the dataset ended early.');
}
