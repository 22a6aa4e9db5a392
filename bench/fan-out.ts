/** One training, many who watch it: `fan-out.ts [subscribers]`. */
import { readFile } from 'node:fs/promises';
import { printMilliseconds } from './fixture/figures.ts';
import { warmUp, withInstalled } from './fixture/installed.ts';

const subscribers = Number(process.argv[2] ?? 100);
const BUDGET_SECONDS = 10;

await withInstalled(async ({ client }) => {
  await warmUp(client);
  const csv = await readFile(new URL('../samples/telco_churn.csv', import.meta.url));
  const datasetId = await client.dataset('telco.csv', csv);
  for (const count of [1, subscribers]) {
    const id = await client.run({ datasetId, target: 'churn', budgetSeconds: BUDGET_SECONDS });
    const lags: number[] = [];
    const counts = await Promise.all(
      Array.from({ length: count }, async () => {
        const connected = Date.now();
        let heard = 0;
        for await (const event of client.events(id)) {
          heard += 1;
          if (event.sequence !== heard) throw new Error(`event ${heard} came as ${event.sequence}`);
          const at = Date.parse(event.at);
          if (at > connected) lags.push(Date.now() - at);
        }
        return heard;
      }),
    );
    const [first = 0] = counts;
    const whole = counts.filter((heard) => heard === first).length;
    printMilliseconds(`${count} subscribers: written -> received`, lags);
    console.log(`  ${whole} of ${count} heard all ${first} events, each once and in order`);
  }
});
