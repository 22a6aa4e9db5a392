import { readFile } from 'node:fs/promises';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';
import { launchBrowser } from './chromium.ts';
import { PATIENCE, visit } from './visit.ts';

const ALL_CHARTS = 420_000;
const PNG_SIGNATURE = '89504e470d0a1a0a';

let app: TestApp;
let browser: Browser;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
  browser = await launchBrowser();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await app?.close();
}, 180_000);

/** A sample with an analysis and two models, and the addresses of its pages with charts. */
async function trained(sample: string, target: string): Promise<Record<'steps' | 'run', string>> {
  const { dataset } = await app.mutate('createSampleDataset', { key: sample }, '{ dataset { id } }');
  const { experiment } = await app.mutate(
    'runExperiment',
    {
      ...{ datasetId: dataset.id, target, budgetSeconds: 60, maxTrials: 4 },
      algorithms: ['decision_tree', 'linear'],
    },
    '{ experiment { id } }',
  );
  const events = 'subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename } }';
  await app.collect(events, { id: experiment.id });
  const { data } = await app.query(
    `query ($id: ID!) { node(id: $id) { ... on Experiment {
      leaderboard(first: 5) { nodes { id trials(first: 2) { nodes { number } } } } } } }`,
    { id: experiment.id },
  );
  const tuned = data.node.leaderboard.nodes.find(
    (run: { trials: { nodes: unknown[] } }) => run.trials.nodes.length === 2,
  );
  return { steps: `${app.url}/experiments/${experiment.id}`, run: `${app.url}/runs/${tuned.id}` };
}

const saved = async (download: Download): Promise<Buffer> => readFile(await download.path());

/** Waits until a page has exactly these charts, saves each both ways and shows its table. */
async function keepCharts(page: Page, expected: readonly string[]): Promise<void> {
  const names = () =>
    page
      .getByRole('button', { name: /^Save / })
      .evaluateAll((buttons) =>
        buttons.map((button) => button.getAttribute('aria-label')?.slice('Save '.length)).sort(),
      );
  await expect.poll(names, PATIENCE).toEqual(expected);
  await expect.poll(() => page.getByText(/^Loading /).count(), PATIENCE).toBe(0);
  await page.waitForLoadState('networkidle');
  for (const name of expected) {
    const button = page.getByRole('button', { name: `Save ${name}`, exact: true });
    const save = async (kind: string) => {
      await button.click();
      const item = page.getByRole('menuitem', { name: `As ${kind}` });
      const [download] = await Promise.all([page.waitForEvent('download'), item.click()]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`^[a-z0-9-]+\\.${kind.toLowerCase()}$`));
      return saved(download);
    };
    const figure = page
      .getByRole('figure')
      .filter({ has: page.getByRole('button', { name: `Show ${name} as ` }) });
    const box = await figure.locator('section svg').first().boundingBox();
    const png = await save('PNG');
    expect(png.subarray(0, 8).toString('hex'), name).toBe(PNG_SIGNATURE);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)], name).toEqual(
      [box?.width, box?.height].map((length) => Math.round(2 * (length ?? 0))),
    );
    const svg = (await save('SVG')).toString('utf8');
    expect(svg, name).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    // it looks the same where there is no style sheet
    expect(svg, name).not.toMatch(/ class=|fill="var\(/);

    await figure.getByRole('button', { name: `Show ${name} as Table` }).click();
    await figure.getByRole('row').nth(1).waitFor();
    await figure.getByRole('button', { name: `Show ${name} as Chart` }).click();
  }
  expect(await names()).toEqual(expected);
}

test.each([
  [
    ...(['penguins', 'species'] as const),
    {
      understand: [
        ...['Classes of species', 'Correlations', 'Gaps that come together', 'Missing values by column'],
        ...['Missingness matrix', 'Most telling columns'],
      ],
      run: [
        ...['Calibration: Adelie', 'Confusion matrix', 'Folds', 'Importance'],
        ...['Precision and recall: Adelie', 'ROC curve: Adelie', 'Tuning'],
      ],
    },
  ],
  [
    ...(['diabetes', 'progression'] as const),
    {
      understand: ['Correlations', 'Distribution of progression', 'Most telling columns'],
      run: ['Folds', 'Importance', 'Residuals', 'Tuning'],
    },
  ],
])(
  'every chart of %s is kept as a picture and as a drawing, and can be read as a table',
  async (sample, target, expected) => {
    const { steps, run } = await trained(sample, target);
    const { page, faults, close } = await visit(browser, `${steps}/understand`);
    await keepCharts(page, expected.understand);
    await page.goto(`${steps}/train`);
    await keepCharts(page, ['Best score over time']);
    await page.goto(run);
    await keepCharts(page, expected.run);
    expect(faults).toEqual([]);
    await close();
  },
  ALL_CHARTS,
);
