/** How soon the web app answers a key or a click where it has much to show. */
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/browser/chromium.ts';
import { interactions, watchInteractions } from '../test/browser/interactions.ts';
import { fillLeaderboard, wideCsv } from '../test/browser/large.ts';
import { printMilliseconds } from './fixture/figures.ts';
import { withInstalled } from './fixture/installed.ts';

const RUNS = 10_000;
const COLUMNS = 500;
const ROWS = 400;
const TARGET_MILLISECONDS = 200;
const FRAME_MILLISECONDS = 16;

/** Types, sorts, scrolls and chooses, as people do who look for something. */
async function useLeaderboard(page: Page): Promise<void> {
  const search = page.getByRole('searchbox', { name: 'Find a model' });
  await search.pressSequentially('77', { delay: 120 });
  await search.clear();
  for (const name of ['Fit', 'Size', 'Model', 'Fit']) await page.getByRole('button', { name }).click();
  await page.getByRole('checkbox').first().click();
  await page.getByRole('checkbox').nth(1).click();
  for (const key of ['End', 'PageUp', 'PageUp', 'Home']) await page.keyboard.press(key, { delay: 60 });
}

async function useColumns(page: Page): Promise<void> {
  const search = page.getByRole('searchbox', { name: 'Search the columns' });
  await search.pressSequentially('column_4', { delay: 120 });
  await search.clear();
  await page.getByRole('combobox', { name: 'Order' }).click();
  await page.getByRole('option', { name: 'Most gaps first' }).click();
  await search.pressSequentially('column_33', { delay: 120 });
  await page.getByRole('button', { name: 'column_33', exact: true }).click();
  await page.getByRole('button', { name: 'Close' }).click();
}

await withInstalled(async ({ client, server, databaseUrl }) => {
  const datasetId = await client.dataset('wide.csv', wideCsv(COLUMNS, ROWS));
  const { experiment } = await client.mutate<{ experiment: { id: string } }>(
    'createExperiment',
    { datasetId, target: 'target' },
    '{ experiment { id } }',
  );
  await fillLeaderboard(databaseUrl, experiment.id, RUNS);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(120_000);
    const address = `${server.url}/experiments/${experiment.id}`;
    for (const [name, path, sign, use] of [
      [`leaderboard of ${RUNS} models`, 'results', '10,000 models', useLeaderboard],
      [`analysis of ${COLUMNS} columns`, 'understand', '500 of 500', useColumns],
    ] as const) {
      const since = performance.now();
      await page.goto(`${address}/${path}`);
      await page.getByText(sign).waitFor();
      console.log(`${name}: there after ${Math.round(performance.now() - since)} ms`);
      await watchInteractions(page);
      await use(page);
      const noted = (await interactions(page)).map(({ milliseconds }) => milliseconds);
      printMilliseconds(`${name}, input to paint`, [FRAME_MILLISECONDS, ...noted], TARGET_MILLISECONDS);
    }
  } finally {
    await browser.close();
  }
});
