import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';
import { launchBrowser } from './chromium.ts';
import { isTooWide, PATIENCE, seriousIssues, visit } from './visit.ts';

const MOST_INITIAL_BYTES = 200_000;
const EVERY_PAGE = 420_000;
const NARROW = { width: 320, height: 640 };

let app: TestApp;
let browser: Browser;
let experimentId: string;
let runId: string;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
  browser = await launchBrowser();
  const { dataset } = await app.mutate('createSampleDataset', { key: 'penguins' }, '{ dataset { id } }');
  const { experiment } = await app.mutate(
    'runExperiment',
    {
      ...{ datasetId: dataset.id, target: 'species', budgetSeconds: 60, maxTrials: 2 },
      algorithms: ['decision_tree', 'linear'],
    },
    '{ experiment { id } }',
  );
  experimentId = experiment.id;
  const events = 'subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename } }';
  await app.collect(events, { id: experimentId });
  const { data } = await app.query(
    'query ($id: ID!) { node(id: $id) { ... on Experiment { bestRun { id } } } }',
    { id: experimentId },
  );
  runId = data.node.bestRun.id;
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await app?.close();
});

const pages = () => [
  { path: '/', title: 'Home', sign: 'Recent files' },
  { path: '/new', title: 'New experiment', sign: 'Drop files here' },
  { path: '/files', title: 'Files', sign: 'Penguins' },
  { path: '/system', title: 'System', sign: 'Sandbox' },
  { path: `/experiments/${experimentId}/data`, title: 'Data, Penguins: species', sign: 'Preview' },
  {
    path: `/experiments/${experimentId}/understand`,
    title: 'Understand, Penguins: species',
    sign: 'Columns',
  },
  { path: `/experiments/${experimentId}/prepare`, title: 'Prepare, Penguins: species', sign: 'Code' },
  { path: `/experiments/${experimentId}/train`, title: 'Train, Penguins: species', sign: 'Trained' },
  { path: `/experiments/${experimentId}/results`, title: 'Results, Penguins: species', sign: 'Leaderboard' },
  {
    path: `/experiments/${experimentId}/report`,
    title: 'Report, Penguins: species',
    sign: 'How to read the scores',
  },
  { path: `/runs/${runId}`, title: 'Linear model, Penguins: species', sign: 'Confusion matrix' },
  { path: '/nowhere', title: 'Nothing is here', sign: 'Nothing is here' },
];

/** Waits until nothing is being loaded any more. */
async function settled(page: Page, sign: string): Promise<void> {
  await page.locator('main').getByText(sign, { exact: true }).first().waitFor();
  await expect.poll(() => page.getByText(/^Loading /).count(), PATIENCE).toBe(0);
  await page.waitForLoadState('networkidle');
}

test(
  'every page has a title, reflows at 320 pixels and has no serious issue in either scheme',
  async () => {
    const { page, faults, close } = await visit(browser, `${app.url}/system`, { reducedMotion: 'reduce' });
    const found: Record<string, unknown> = {};
    for (const { path, title, sign } of pages()) {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(app.url + path);
      await settled(page, sign);
      const light = await seriousIssues(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      const dark = await seriousIssues(page, ['color-contrast']);
      await page.setViewportSize(NARROW);
      await page.waitForLoadState('networkidle');
      const issues = [...light, ...dark, ...((await isTooWide(page)) ? ['wider than its window'] : [])];
      await expect.poll(() => page.title(), PATIENCE).toBe(`${title} – Aliquot`);
      if (issues.length > 0) found[path] = issues;
    }
    expect(found).toEqual({});
    expect(faults).toEqual([]);
    await close();
  },
  EVERY_PAGE,
);

test(
  'the report of an experiment is reached from its results, and is printed in black on white without what surrounds it',
  async () => {
    const { page, faults, close } = await visit(browser, `${app.url}/experiments/${experimentId}/results`, {
      colorScheme: 'dark',
    });
    await page.getByRole('link', { name: 'Report to print' }).click();
    await settled(page, 'How to read the scores');
    await page.getByRole('table').getByRole('row').nth(2).waitFor();
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect({
      isNavigationShown: await page.getByRole('navigation', { name: 'Main' }).isVisible(),
      isButtonShown: await page.getByRole('button', { name: 'Print or save as PDF' }).isVisible(),
      background: await page.evaluate(() => getComputedStyle(document.body).backgroundColor),
    }).toEqual({
      ...{ isNavigationShown: false, isButtonShown: false, background: 'rgb(255, 255, 255)' },
    });
    expect((await page.pdf({ format: 'A4' })).subarray(0, 5).toString()).toBe('%PDF-');
    expect(faults).toEqual([]);
    await close();
  },
  EVERY_PAGE,
);

test(
  'the first page loads with at most 200 KB',
  async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const sizes = new Map<string, Promise<number>>();
    page.on('response', (response) => {
      const type = response.request().resourceType();
      if (['document', 'script', 'stylesheet', 'font', 'image'].includes(type))
        sizes.set(
          response.url(),
          response.body().then((body) => gzipSync(body).length),
        );
    });
    await page.goto(app.url);
    await settled(page, 'Recent files');
    const all = await Promise.all(sizes.values());
    expect(all.length).toBeGreaterThan(3);
    expect(all.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MOST_INITIAL_BYTES);
    await context.close();
  },
  EVERY_PAGE,
);

test(
  'the view shows its GraphQL, and the playground opens with it',
  async () => {
    const { page, faults, close } = await visit(browser, `${app.url}/experiments/${experimentId}/results`);
    await settled(page, 'Leaderboard');
    await page.getByRole('button', { name: 'API' }).click();
    const sheet = page.getByRole('dialog', { name: 'GraphQL of this view' });
    await sheet.getByRole('button', { name: /^Results/ }).click();
    await sheet.getByText('fragment LeaderboardRow on ModelRun').waitFor();
    const [playground] = await Promise.all([
      page.context().waitForEvent('page'),
      sheet.getByRole('link', { name: 'Open in the playground' }).click(),
    ]);
    await expect
      .poll(() => playground.locator('section[aria-label="Operation Editor"]').innerText(), PATIENCE)
      .toMatch(/query\sResults/);
    expect(faults).toEqual([]);
    await close();
  },
  EVERY_PAGE,
);

test('what cannot be done is told: what, why, and what to do', async () => {
  const { page, close } = await visit(browser, `${app.url}/experiments/${experimentId}x/results`);
  await page.getByText('This experiment is not there').waitFor();
  await page.goto(`${app.url}/runs/${runId.slice(0, -4)}AAAA`);
  await page.getByText('This model is not there').waitFor();

  await page.goto(`${app.url}/new`);
  const noTable = {
    name: 'table.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
  };
  await page.getByLabel('Files to upload').setInputFiles(noTable);
  await page.getByRole('alert').getByText('table.csv cannot be read').waitFor();

  await app.dataset('other.csv', 'a,b\n1,2\n3,4\n');
  await page.goto(`${app.url}/runs/${runId}`);
  await page.getByRole('combobox', { name: 'File to predict on' }).click();
  await page.getByRole('option', { name: /^other/ }).click();
  await page.getByRole('button', { name: 'Predict', exact: true }).click();
  await page
    .getByRole('alert')
    .getByText(/^The prediction/)
    .waitFor();
  await close();
});
