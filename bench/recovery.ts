/** How long a training stands still when its worker goes and another one is there. */
import { readFile } from 'node:fs/promises';
import { all } from '../test/flow/client.ts';
import { withInstalled } from './fixture/installed.ts';

const drills = [
  { signal: 'SIGKILL', waits: 'until the heartbeat is found silent' },
  { signal: 'SIGTERM', waits: 'for the grace of the one that stops' },
] as const;

await withInstalled(
  async ({ client, startWorker }) => {
    let worker = await startWorker();
    const csv = await readFile(new URL('../samples/telco_churn.csv', import.meta.url));
    const datasetId = await client.dataset('telco.csv', csv);
    for (const { signal, waits } of drills) {
      const id = await client.run({ datasetId, target: 'churn', budgetSeconds: 60 });
      let standby = worker;
      let since = 0;
      let begun = 0;
      for await (const { __typename } of client.events(id)) {
        if (__typename === 'TrainingStarted') begun += 1;
        if (begun === 2) break;
        if (since > 0 || __typename !== 'FoldScored') continue;
        standby = await startWorker();
        since = performance.now();
        await worker.end(signal);
      }
      const seconds = (performance.now() - since) / 1_000;
      console.log(
        `${signal} in mid-training: another worker trains after ${seconds.toFixed(1)} s (it waits ${waits})`,
      );
      worker = standby;
      await client.mutate('cancelJob', { id }, '{ __typename }');
      await all(client.events(id));
    }
  },
  { worker: false },
);
