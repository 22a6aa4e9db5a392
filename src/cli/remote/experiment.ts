import { randomUUID } from 'node:crypto';
import { CliError } from '#cli/errors.ts';
import {
  CancelJobDocument,
  CatalogDocument,
  type CatalogQuery,
  ExperimentEventsDocument,
  type ExperimentEventsSubscription,
  ExperimentResultDocument,
  type ExperimentResultQuery,
  RunExperimentDocument,
} from '#cli/gql/graphql.ts';
import type { Connection } from '#cli/remote/connection.ts';
import { follow } from '#cli/remote/follow.ts';
import { request } from '#cli/remote/request.ts';
import { expectSuccess } from '#cli/remote/success.ts';
import type { RunOptions } from '#cli/run-options.ts';

export type ExperimentEvent = ExperimentEventsSubscription['experimentEvents'];
export type ExperimentResult = Extract<ExperimentResultQuery['node'], { __typename: 'Experiment' }>;
export type CatalogMetric = CatalogQuery['catalog']['metrics'][number];

export async function readMetrics(connection: Connection): Promise<CatalogMetric[]> {
  return (await request(connection, CatalogDocument, {})).catalog.metrics;
}

/** Starts all stages; the id of the experiment. */
export async function startExperiment(
  connection: Connection,
  datasetId: string,
  options: RunOptions,
): Promise<string> {
  const { target, taskType, metric, budgetSeconds, maxTrials, seed, algorithms } = options;
  const input = { datasetId, target, taskType, metric, budgetSeconds, maxTrials, seed, algorithms };
  const variables = { input: { ...input, idempotencyKey: randomUUID() } };
  const { runExperiment } = await request(connection, RunExperimentDocument, variables);
  return expectSuccess(runExperiment, 'RunExperimentSuccess').experiment.id;
}

export function followExperiment(
  connection: Connection,
  id: string,
  onInterrupted: (reason: string) => void,
): AsyncGenerator<ExperimentEvent> {
  return follow(connection, {
    document: ExperimentEventsDocument,
    id,
    eventOf: ({ experimentEvents }) => experimentEvents,
    isEnd: ({ __typename }: ExperimentEvent) => __typename === 'ExperimentFinished',
    onInterrupted,
  });
}

export async function cancelJob(connection: Connection, id: string): Promise<void> {
  const { cancelJob: answer } = await request(connection, CancelJobDocument, { input: { id } });
  expectSuccess(answer, 'CancelJobSuccess');
}

export async function readResult(connection: Connection, id: string): Promise<ExperimentResult> {
  const { node } = await request(connection, ExperimentResultDocument, { id });
  if (node?.__typename === 'Experiment') return node;
  throw new CliError('EXPERIMENT_NOT_FOUND', 'The experiment was deleted meanwhile.');
}
