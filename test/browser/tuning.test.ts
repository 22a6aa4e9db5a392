import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';
import { launchBrowser } from './chromium.ts';
import { isTooWide, PATIENCE, seriousIssues, visit } from './visit.ts';

const WHOLE_TUNING = 420_000;

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

const EVENTS = 'subscription ($id: ID!) { experimentEvents(experimentId: $id) { __typename } }';
const EXPERIMENT = `query ($id: ID!) { node(id: $id) { ... on Experiment {
  version bestRun { id trials(first: 100) { nodes { number parameters } } } } } }`;

test(
  'a search space is chosen, a model verified and tuned further within another one, and an ended training given more time',
  async () => {
    const { dataset } = await app.mutate('createSampleDataset', { key: 'penguins' }, '{ dataset { id } }');
    await app.collect('subscription ($id: ID!) { datasetEvents(datasetId: $id) { __typename } }', {
      id: dataset.id,
    });
    const { experiment } = await app.mutate(
      'createExperiment',
      { datasetId: dataset.id, target: 'species' },
      '{ experiment { id version } }',
    );
    const settings = { algorithms: ['decision_tree'], maxTrials: 3, budgetSeconds: 60 };
    await app.mutate(
      'updateExperiment',
      { experimentId: experiment.id, version: experiment.version, settings },
      '{ experiment { id } }',
    );
    const { page, faults, close } = await visit(browser, `${app.url}/experiments/${experiment.id}/train`);
    await page.getByRole('button', { name: 'More settings' }).click();
    await page.getByRole('combobox', { name: 'Tuning' }).click();
    await page.getByRole('option', { name: /^Random/ }).click();
    const upper = page.getByRole('textbox', { name: 'max_depth, to' });
    await upper.fill('3');
    await upper.press('Tab');
    expect(await seriousIssues(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByRole('link', { name: 'See the results' }).waitFor(PATIENCE);
    await app.collect(EVENTS, { id: experiment.id });
    const trained = (await app.query(EXPERIMENT, { id: experiment.id })).data.node.bestRun;
    const depths = trained.trials.nodes
      .slice(1)
      .map((trial: { parameters: { max_depth: number } }) => trial.parameters.max_depth);
    expect(depths).toHaveLength(2);
    expect(Math.max(...depths)).toBeLessThanOrEqual(3);

    await page.goto(`${app.url}/runs/${trained.id}`);
    await page.getByRole('heading', { name: 'Portable model' }).waitFor(PATIENCE);
    await page.getByText('Its own score').waitFor(PATIENCE);
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByText('Proved', { exact: true }).waitFor(PATIENCE);
    await page.getByText('Every prediction came out the same, bit by bit.').waitFor();
    expect(await seriousIssues(page)).toEqual([]);
    await page.getByRole('button', { name: 'Tune further' }).click(PATIENCE);
    const sheet = page.getByRole('dialog', { name: 'Tune Decision Tree' });
    await sheet.getByRole('textbox', { name: 'max_depth, from' }).fill('9');
    await sheet.getByRole('textbox', { name: 'max_depth, to' }).fill('5');
    await sheet.getByRole('textbox', { name: 'max_depth, to' }).press('Tab');
    await sheet.getByRole('button', { name: 'Start tuning' }).click();
    await sheet.getByRole('alert').getByText('SEARCH_SPACE_INVALID').waitFor();
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await isTooWide(page)).toBe(false);
    await page.setViewportSize({ width: 1440, height: 900 });
    await sheet.getByRole('textbox', { name: 'max_depth, to' }).fill('12');
    await sheet.getByRole('textbox', { name: 'max_depth, to' }).press('Tab');
    await sheet.getByRole('button', { name: 'Start tuning' }).click();
    await page.waitForURL(/\/train$/);
    await page.getByRole('button', { name: /^Stop/ }).waitFor(PATIENCE);
    await expect
      .poll(
        async () => {
          const { data } = await app.query(EXPERIMENT, { id: experiment.id });
          return data.node.bestRun.trials.nodes.length;
        },
        { ...PATIENCE, interval: 500 },
      )
      .toBeGreaterThan(3);
    await page.getByRole('button', { name: 'Add time' }).click();
    await page.getByRole('menuitem', { name: '1 minute more' }).click();
    await page.getByRole('button', { name: 'Stop and keep the best' }).click();
    await page.getByRole('link', { name: 'See the results' }).waitFor(PATIENCE);

    // after its end, it goes on from where it was
    const { version } = (await app.query(EXPERIMENT, { id: experiment.id })).data.node;
    await app.mutate(
      'updateExperiment',
      { experimentId: experiment.id, version, settings: { ...settings, maxTrials: 10_000 } },
      '{ experiment { id } }',
    );
    const live = page.getByRole('heading', { name: 'Training', exact: true });
    await page.getByRole('button', { name: 'Add time' }).click();
    await page.getByRole('menuitem', { name: '1 minute more' }).click();
    await live.waitFor(PATIENCE);
    await page.getByRole('button', { name: /^Stop/ }).click();
    await page.getByRole('link', { name: 'See the results' }).waitFor(PATIENCE);

    // and this page hears of it when somebody else lets it go on
    await app.mutate('extendBudget', { experimentId: experiment.id, seconds: 60 }, '{ experiment { id } }');
    await live.waitFor(PATIENCE);
    await page.getByRole('button', { name: /^Stop/ }).click();
    await page.getByRole('link', { name: 'See the results' }).waitFor(PATIENCE);
    expect(faults).toEqual([]);
    await close();
  },
  WHOLE_TUNING,
);
