/** From `startTraining` to the first trained model on the leaderboard: 5,000 rows, warm sandbox. */
import { readFile } from 'node:fs/promises';
import { all, type FlowClient } from '../test/flow/client.ts';
import { parseCsv, printCsv } from '../test/flow/table.ts';
import { percentile } from './fixture/figures.ts';
import { warmUp, withInstalled } from './fixture/installed.ts';

const ROUNDS = 5;
const ROWS = 5_000;
const TARGET_SECONDS = 5;

type Board = { leaderboardUpdates: { runs: { algorithm: string; status: string; score: number | null }[] } };
const BOARD = `subscription ($id: ID!) { leaderboardUpdates(experimentId: $id) { runs { algorithm status score } } }`;

async function seconds(client: FlowClient, datasetId: string): Promise<number> {
  const { experiment } = await client.mutate<{ experiment: { id: string } }>(
    'createExperiment',
    { datasetId, target: 'churn' },
    '{ experiment { id } }',
  );
  const since = performance.now();
  await client.mutate('startTraining', { experimentId: experiment.id, budgetSeconds: 30 }, '{ __typename }');
  let first = 0;
  for await (const { leaderboardUpdates } of client.subscribe<Board>(BOARD, { id: experiment.id })) {
    const trained = leaderboardUpdates.runs.find(
      ({ status, score }) => status === 'SUCCEEDED' && score !== null,
    );
    if (!trained) continue;
    first = (performance.now() - since) / 1_000;
    console.log(`  ${first.toFixed(2)} s, ${trained.algorithm}`);
    break;
  }
  await client.mutate('cancelJob', { id: experiment.id }, '{ __typename }');
  await all(client.events(experiment.id));
  return first;
}

await withInstalled(async ({ client }) => {
  await warmUp(client);
  const table = parseCsv(await readFile(new URL('../samples/telco_churn.csv', import.meta.url), 'utf8'));
  const csv = printCsv({ header: table.header, rows: table.rows.slice(0, ROWS) });
  const datasetId = await client.dataset('telco.csv', csv);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await seconds(client, datasetId));
  const median = percentile(times, 0.5);
  console.log(
    `analysis, preparation and first model, ${ROWS} rows: median ${median.toFixed(2)} s, max ${Math.max(...times).toFixed(2)} s, ${(median / TARGET_SECONDS).toFixed(2)} x target ${TARGET_SECONDS} s`,
  );
});
