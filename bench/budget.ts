/** By how much the wall clock of a training is overrun: `budget.ts [seconds,…]`. */
import { readFile } from 'node:fs/promises';
import { all, type FlowClient } from '../test/flow/client.ts';
import { printCsv, randomNumbers } from '../test/flow/table.ts';
import { warmUp, withInstalled } from './fixture/installed.ts';

const budgets = (process.argv[2] ?? '5,15,60').split(',').map(Number);
const LARGE_ROWS = 50_000;

const sample = (name: string) => readFile(new URL(`../samples/${name}.csv`, import.meta.url), 'utf8');

/** Twelve numbers and the class that a noisy rule gives them. */
function largeTable(): string {
  const random = randomNumbers(42);
  const header = [...Array.from({ length: 12 }, (_, index) => `x${index}`), 'label'];
  const rows = Array.from({ length: LARGE_ROWS }, () => {
    const values = Array.from({ length: 12 }, () => random());
    const [a = 0, b = 0, c = 0, d = 0] = values;
    const label = a * b + Math.sin(6 * c) + d + (random() - 0.5) > 0.9 ? 'yes' : 'no';
    return [...values.map((value) => value.toFixed(5)), label];
  });
  return printCsv({ header, rows });
}

async function measure(
  client: FlowClient,
  name: string,
  datasetId: string,
  target: string,
  budgetSeconds: number,
) {
  const id = await client.run({ datasetId, target, budgetSeconds });
  const events = await all(client.events(id));
  const at = (position: number) => Date.parse(events[position]?.at ?? '');
  const begin = at(events.findIndex(({ __typename }) => __typename === 'TrainingStarted'));
  const servable =
    (at(events.findLastIndex(({ __typename }) => __typename === 'RunFinished')) - begin) / 1_000;
  const stored =
    (at(events.findLastIndex(({ __typename }) => __typename === 'StageFinished')) - begin) / 1_000;
  const models = new Set(events.flatMap(({ algorithm }) => algorithm ?? [])).size;
  const allowed = Math.max(1, 0.02 * budgetSeconds);
  const over = servable - budgetSeconds;
  console.log(
    `${name.padEnd(10)} budget ${String(budgetSeconds).padStart(2)} s: last model after ${servable.toFixed(2)} s, overrun ${over.toFixed(2)} s = ${(over / allowed).toFixed(2)} x allowed ${allowed.toFixed(1)} s; files stored after ${stored.toFixed(2)} s; ${models} models`,
  );
}

await withInstalled(async ({ client }) => {
  await warmUp(client);
  const tables: [name: string, csv: string, target: string][] = [
    ['diabetes', await sample('diabetes'), 'progression'],
    ['telco', await sample('telco_churn'), 'churn'],
    ['large', largeTable(), 'label'],
  ];
  for (const [name, csv, target] of tables) {
    const datasetId = await client.dataset(`${name}.csv`, csv);
    for (const budget of budgets) await measure(client, name, datasetId, target, budget);
  }
});
