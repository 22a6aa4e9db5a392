import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';
import { launchBrowser } from './chromium.ts';
import { PATIENCE } from './visit.ts';

let app: TestApp;
let browser: Browser;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
  browser = await launchBrowser();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await app.close();
});

/** Opens a tab of the playground, gives its variables and runs it. */
async function run(page: Page, tab: string, variables?: object): Promise<void> {
  // by keyboard: the tabs slide into their places for a while
  await page.locator(`button[title=${tab}]`).focus();
  await page.keyboard.press('Enter');
  if (variables) {
    const editor = page.locator('section[aria-label=Variables] textarea').first();
    await editor.focus();
    await page.keyboard.press('Control+a');
    // the editor closes the last quote and brace by itself
    await page.keyboard.insertText(JSON.stringify(variables).slice(0, -2));
  }
  await page.getByRole('button', { name: /execute query/i }).click();
}

test('the playground runs the main flow without a network', async () => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('requestfailed', (request) => faults.push(`${request.url()} failed`));
  await page.goto(`${app.url}/graphql`);

  const response = page.locator('section[aria-label="Result Window"]');
  await run(page, 'CreateSample');
  await expect.poll(() => response.innerText(), PATIENCE).toContain('INGESTING');
  const { data } = await app.query('{ datasets(first: 1) { nodes { id name } } }');
  expect(data.datasets.nodes).toEqual([{ id: expect.any(String), name: 'Penguins' }]);

  const started = await app.mutate(
    'runExperiment',
    {
      datasetId: data.datasets.nodes[0].id,
      target: 'species',
      budgetSeconds: 5,
      algorithms: ['decision_tree'],
      tuning: 'NONE',
    },
    '{ experiment { id } }',
  );
  await run(page, 'Events', { experimentId: started.experiment.id });
  await expect.poll(() => response.innerText(), PATIENCE).toContain('ExperimentFinished');
  expect(faults).toEqual([]);
});
