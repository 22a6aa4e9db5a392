import { randomUUID } from 'node:crypto';
import { CliError } from '#cli/errors.ts';
import { type FileToDownloadFragment, PredictFileDocument, PredictionJobDocument } from '#cli/gql/graphql.ts';
import { type Connection, pause } from '#cli/remote/connection.ts';
import type { TellProgress } from '#cli/remote/pace.ts';
import { request } from '#cli/remote/request.ts';
import { expectSuccess } from '#cli/remote/success.ts';

const pollMilliseconds = 300;

/** Applies a model to a dataset and waits for the file with the predictions. */
export async function predictDataset(
  connection: Connection,
  modelRunId: string,
  datasetId: string,
  tell: TellProgress,
): Promise<FileToDownloadFragment> {
  const variables = { input: { modelRunId, datasetId, idempotencyKey: randomUUID() } };
  const { predictFile } = await request(connection, PredictFileDocument, variables);
  const { id } = expectSuccess(predictFile, 'PredictFileSuccess').predictionJob;
  for (;;) {
    const { node } = await request(connection, PredictionJobDocument, { id });
    if (node?.__typename !== 'PredictionJob') {
      throw new CliError('PREDICTION_NOT_FOUND', 'The prediction was deleted meanwhile.');
    }
    if (node.status === 'SUCCEEDED' && node.artifact) return node.artifact;
    if (node.status === 'FAILED' || node.status === 'CANCELED') {
      const { code, message } = node.failure ?? { code: 'PREDICTION_CANCELED', message: 'It was canceled.' };
      throw new CliError(code, message);
    }
    if (node.progress) tell(node.progress);
    await pause(pollMilliseconds, connection.signal);
  }
}
