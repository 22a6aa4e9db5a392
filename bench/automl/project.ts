/**
 * One training and one prediction by a server of its own, as the side-by-side bench asks for it:
 * `project.ts [--seed=N] TRAIN.csv TEST.csv TARGET binary|multiclass|regression METRIC BUDGET OUT.csv`. Beside OUT.csv it leaves
 * OUT.csv.meta.json: `fit_s` by the clock of the product, from TrainingStarted to the last servable model.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { all, type FlowClient } from '../../test/flow/client.ts';
import { warmUp, withInstalled } from '../fixture/installed.ts';

const tasks = {
  binary: 'BINARY_CLASSIFICATION',
  multiclass: 'MULTICLASS_CLASSIFICATION',
  regression: 'REGRESSION',
};
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '0' } },
});
const [train, test, target, task, metric, budget, out] = positionals;
if (!(train && test && target && metric && budget && out) || !(task && task in tasks)) {
  console.error('project.ts TRAIN.csv TEST.csv TARGET binary|multiclass|regression METRIC BUDGET OUT.csv');
  process.exit(2);
}

const PREDICTION = `query ($id: ID!) { node(id: $id) { ... on PredictionJob {
  status failure { code message } artifact { download { url } } } } }`;
type Job = {
  status: string;
  failure: { message: string } | null;
  artifact: { download: { url: string } } | null;
};

async function predict(client: FlowClient, modelRunId: string, datasetId: string): Promise<string> {
  const { predictionJob } = await client.mutate<{ predictionJob: { id: string } }>(
    'predictFile',
    { modelRunId, datasetId },
    '{ predictionJob { id } }',
  );
  for (;;) {
    const { node } = await client.query<{ node: Job }>(PREDICTION, { id: predictionJob.id });
    if (node.failure) throw new Error(node.failure.message);
    if (node.artifact) return (await fetch(node.artifact.download.url)).text();
    await sleep(50);
  }
}

await withInstalled(async ({ client }) => {
  await warmUp(client);
  const datasetId = await client.dataset('train.csv', await readFile(train));
  const testId = await client.dataset('test.csv', await readFile(test));
  const id = await client.run({
    ...{ datasetId, target, taskType: tasks[task as keyof typeof tasks], metric, seed: Number(values.seed) },
    budgetSeconds: Number(budget),
  });
  const events = await all(client.events(id));
  const at = (position: number) => Date.parse(events[position]?.at ?? '');
  const began = at(events.findIndex(({ __typename }) => __typename === 'TrainingStarted'));
  const ended = at(events.findLastIndex(({ __typename }) => __typename === 'RunFinished'));
  const { bestRun, leaderboard, failure } = await client.experiment(id);
  const best = leaderboard.nodes.find((run) => run.id === bestRun?.id);
  if (!best) throw new Error(failure?.message ?? 'There is no model.');
  const since = performance.now();
  await writeFile(out, await predict(client, best.id, testId));
  const info = leaderboard.nodes.map(
    ({ algorithm, score }) => `${algorithm} ${score?.toPrecision(6) ?? '-'}`,
  );
  const meta = {
    fit_s: (ended - began) / 1_000,
    predict_s: (performance.now() - since) / 1_000,
    model_bytes: Number(best.artifacts[0]?.byteSize ?? 0),
    info: info.join(', '),
  };
  await writeFile(`${out}.meta.json`, JSON.stringify(meta));
});
