/** How long until a client hears of what it has asked for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { all, type FlowClient } from '../test/flow/client.ts';
import { printMilliseconds } from './fixture/figures.ts';
import { warmUp, withInstalled } from './fixture/installed.ts';

const ROUNDS = 20;
/** Until the subscription of a client has surely begun. */
const SETTLE_MILLISECONDS = 150;
const TARGET_MILLISECONDS = 100;
const CSV = `a,b\n${Array.from({ length: 200 }, (_, row) => `${row},${row % 7}\n`).join('')}`;

const firstEvent: number[] = [];
const firstWork: number[] = [];
const firstReading: number[] = [];
const canceled: number[] = [];

/** From the call until each of two events has arrived at a client that listens already. */
async function trainAndCancel(client: FlowClient, datasetId: string): Promise<void> {
  const { experiment } = await client.mutate<{ experiment: { id: string; lastCursor: string } }>(
    'createExperiment',
    { datasetId, target: 'b' },
    '{ experiment { id lastCursor } }',
  );
  const heard = new Map<string, number>();
  const listening = client.events(experiment.id);
  const next = listening.next();
  await sleep(SETTLE_MILLISECONDS);
  const since = performance.now();
  await client.mutate('startTraining', { experimentId: experiment.id, budgetSeconds: 60 }, '{ __typename }');
  let asked = 0;
  for (let step = await next; !step.done; step = await listening.next()) {
    const now = performance.now();
    if (heard.size === 0) firstEvent.push(now - since);
    const isFirst = !heard.has(step.value.__typename);
    if (isFirst) heard.set(step.value.__typename, now);
    if (isFirst && step.value.__typename === 'StageStarted') {
      firstWork.push(now - since);
      asked = performance.now();
      await client.mutate('cancelJob', { id: experiment.id }, '{ __typename }');
    }
  }
  canceled.push(performance.now() - asked);
}

async function read(client: FlowClient): Promise<string> {
  const { dataset, upload } = await client.mutate<{ dataset: { id: string }; upload: { url: string } }>(
    'requestUpload',
    { fileName: 'small.csv', byteSize: CSV.length },
    '{ dataset { id } upload { url } }',
  );
  await fetch(upload.url, { method: 'PUT', body: CSV });
  const listening = client.datasetEvents(dataset.id);
  const next = listening.next();
  await sleep(SETTLE_MILLISECONDS);
  const since = performance.now();
  await client.mutate('completeUpload', { datasetId: dataset.id }, '{ __typename }');
  await next;
  firstReading.push(performance.now() - since);
  await all(listening);
  return dataset.id;
}

await withInstalled(async ({ client }) => {
  await warmUp(client);
  const datasetId = await read(client);
  firstReading.length = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    await read(client);
    await trainAndCancel(client, datasetId);
  }
});
printMilliseconds('completeUpload -> first event', firstReading, TARGET_MILLISECONDS);
printMilliseconds('startTraining -> first event', firstEvent, TARGET_MILLISECONDS);
printMilliseconds('startTraining -> first event of the worker', firstWork);
printMilliseconds('cancelJob -> last event', canceled);
