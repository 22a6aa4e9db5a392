import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { CliError, ConnectionError } from '#cli/errors.ts';
import {
  CompleteUploadDocument,
  DatasetEventsDocument,
  type DatasetEventsSubscription,
  type ReadDatasetFragment,
  RequestUploadDocument,
} from '#cli/gql/graphql.ts';
import { backOff, type Connection } from '#cli/remote/connection.ts';
import { follow } from '#cli/remote/follow.ts';
import { request } from '#cli/remote/request.ts';
import { type LocalFile, sendFile } from '#cli/remote/send-file.ts';
import { expectSuccess } from '#cli/remote/success.ts';

const attemptLimit = 4;

export type TellProgress = (progress: { fraction: number; message: string }) => void;

/** @throws CliError when it cannot be sent. */
export async function findFile(path: string): Promise<LocalFile> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new CliError('FILE_NOT_FOUND', `There is no file ${path}.`);
    throw new CliError('FILE_NOT_READABLE', `${path} cannot be read (${error.code}).`);
  });
  if (!found.isFile()) throw new CliError('FILE_NOT_READABLE', `${path} is not a file.`);
  return { path, name: basename(path), byteSize: found.size };
}

/** Sends a file and waits until the server has read it. @throws CliError with the reason of a rejection. */
export async function uploadDataset(
  connection: Connection,
  file: LocalFile,
  tell: TellProgress,
): Promise<ReadDatasetFragment> {
  const { id, sha256 } = await sendWhole(connection, file, tell);
  expectSuccess(
    (await request(connection, CompleteUploadDocument, { input: { datasetId: id } })).completeUpload,
    'CompleteUploadSuccess',
  );
  const dataset = await waitUntilRead(connection, id, file.name, tell);
  if (dataset.sha256 !== sha256) {
    throw new CliError('UPLOAD_CORRUPTED', `What arrived is not what was sent (${file.path}). Try again.`);
  }
  return dataset;
}

/** A file whose connection breaks is sent again, under the same dataset. */
async function sendWhole(connection: Connection, file: LocalFile, tell: TellProgress) {
  const input = { fileName: file.name, byteSize: file.byteSize, idempotencyKey: randomUUID() };
  for (let attempt = 1; ; attempt++) {
    const answer = await request(connection, RequestUploadDocument, { input });
    const { dataset, upload } = expectSuccess(answer.requestUpload, 'RequestUploadSuccess');
    try {
      const sha256 = await sendFile(file, upload, {
        signal: connection.signal,
        onProgress: (sentBytes) =>
          tell({ fraction: sentBytes / file.byteSize, message: `uploading ${file.name}` }),
      });
      return { id: dataset.id, sha256 };
    } catch (error) {
      connection.signal.throwIfAborted();
      if (!(error instanceof ConnectionError) || attempt === attemptLimit) throw error;
      await backOff(attempt, connection.signal);
    }
  }
}

type DatasetEvent = DatasetEventsSubscription['datasetEvents'];

async function waitUntilRead(
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
      tell({ ...event.progress, message: `reading ${fileName}: ${event.progress.message}` });
    }
  }
  throw new CliError('CONNECTION_LOST', 'The events of the dataset ended early.');
}
