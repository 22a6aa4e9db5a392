/**
 * Fifty trainings with budgets of 1 to 60 s, drawn at random: none may overrun, each has to have a model.
 * `budget-drill.ts [FILE] [runs]`: results are appended to FILE, and runs that it holds are not repeated.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomNumbers } from '../test/flow/table.ts';
import { warmUp, withInstalled } from './fixture/installed.ts';
import { largeTable, measureOverrun, type Overrun, sample } from './fixture/overrun.ts';

type Drill = { run: number; table: string; budgetSeconds: number } & Overrun;

const LONGEST_SECONDS = 60;
const SEED = 2024;
const [path = join(tmpdir(), 'aliquot-budget-drill.jsonl'), runs = '50'] = process.argv.slice(2);

const tables: Record<string, { target: string; csv(): string | Promise<string> }> = {
  diabetes: { target: 'progression', csv: () => sample('diabetes') },
  penguins: { target: 'species', csv: () => sample('penguins') },
  telco: { target: 'churn', csv: () => sample('telco_churn') },
  large: { target: 'label', csv: () => largeTable(50_000) },
  huge: { target: 'label', csv: () => largeTable(400_000) },
};

const text = await readFile(path, 'utf8').catch(() => '');
const done: Drill[] = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
const random = randomNumbers(SEED);
const planned = Array.from({ length: Number(runs) }, (_, run) => {
  const names = Object.keys(tables);
  const table = names[Math.floor(random() * names.length)] ?? 'telco';
  // as many below 8 s as above: it is the short ones that are hard to keep
  return { run, table, budgetSeconds: Math.round(LONGEST_SECONDS ** random()) };
});
const open = planned.filter(({ run }) => !done.some((drill) => drill.run === run));
console.log(`${planned.length - open.length} of ${planned.length} runs are in ${path}`);

if (open.length > 0) {
  await withInstalled(async ({ client }) => {
    await warmUp(client);
    const datasets = new Map<string, string>();
    for (const { run, table, budgetSeconds } of open) {
      const { target, csv } = tables[table] ?? { target: '', csv: () => '' };
      const datasetId = datasets.get(table) ?? (await client.dataset(`${table}.csv`, await csv()));
      datasets.set(table, datasetId);
      const overrun = await measureOverrun(client, { datasetId, target, budgetSeconds, seed: run });
      const drill = { run, table, budgetSeconds, ...overrun };
      await appendFile(path, `${JSON.stringify(drill)}\n`);
      done.push(drill);
      console.log(
        `${String(run).padStart(2)} ${table.padEnd(8)} budget ${String(budgetSeconds).padStart(2)} s: last model after ${overrun.lastModelAfter?.toFixed(2)} s, ${overrun.models} models, ${overrun.shareOfAllowed?.toFixed(2)} x of the overrun allowed`,
      );
    }
  });
}

const without = done.filter(({ lastModelAfter }) => lastModelAfter === null);
const most = Math.max(...done.map(({ shareOfAllowed }) => shareOfAllowed ?? 0));
const seconds = Math.max(
  ...done.map(({ lastModelAfter, budgetSeconds }) => (lastModelAfter ?? 0) - budgetSeconds),
);
console.log(
  `${done.length} runs: ${without.length} without a model; the longest overrun is ${Math.max(0, seconds).toFixed(2)} s, ${most.toFixed(2)} x of what is allowed`,
);
process.exitCode = without.length > 0 || most > 1 ? 1 : 0;
