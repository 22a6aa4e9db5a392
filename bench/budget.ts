/** By how much the wall clock of a training is overrun: `budget.ts [seconds,…]`. */

import { warmUp, withInstalled } from './fixture/installed.ts';
import { allowedSeconds, largeTable, measureOverrun, sample } from './fixture/overrun.ts';

const budgets = (process.argv[2] ?? '5,15,60').split(',').map(Number);

await withInstalled(async ({ client }) => {
  await warmUp(client);
  const tables: [name: string, csv: string, target: string][] = [
    ['diabetes', await sample('diabetes'), 'progression'],
    ['telco', await sample('telco_churn'), 'churn'],
    ['large', largeTable(50_000), 'label'],
  ];
  for (const [name, csv, target] of tables) {
    const datasetId = await client.dataset(`${name}.csv`, csv);
    for (const budgetSeconds of budgets) {
      const { lastModelAfter, storedAfter, models } = await measureOverrun(client, {
        ...{ datasetId, target, budgetSeconds },
      });
      const allowed = allowedSeconds(budgetSeconds);
      const over = (lastModelAfter ?? Number.NaN) - budgetSeconds;
      console.log(
        `${name.padEnd(10)} budget ${String(budgetSeconds).padStart(2)} s: last model after ${lastModelAfter?.toFixed(2)} s, overrun ${over.toFixed(2)} s = ${(over / allowed).toFixed(2)} x allowed ${allowed.toFixed(1)} s; files stored after ${storedAfter.toFixed(2)} s; ${models} models`,
      );
    }
  }
});
