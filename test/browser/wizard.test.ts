import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';
import { launchBrowser } from './chromium.ts';
import { isTooWide, PATIENCE, tabTo, visit } from './visit.ts';
import { wireTo } from './wire.ts';

const SAMPLE = /^Penguins predict/;
const repository = join(import.meta.dirname, '../..');
const sharedData = join(repository, '../shared/data');
/** The whole tables lie beside the repository, where they are at all; of some, it has a part. */
const data = existsSync(sharedData) ? sharedData : join(repository, 'samples');
const walked = [
  { name: 'telco_churn', target: 'churn' },
  { name: 'penguins', target: 'species' },
];
const KEPT = ['Decision Tree', 'Linear model'];
const WHOLE_WIZARD = 420_000;

let app: TestApp;
let browser: Browser;
beforeAll(async () => {
  app = await createTestApp({ worker: true });
  browser = await launchBrowser();
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await app?.close();
}, WHOLE_WIZARD);

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

/** Events that tell of something gone wrong in an experiment. */
async function wrongEvents(experimentId: string): Promise<unknown[]> {
  const { data } = await app.query(
    `query ($id: ID!) { node(id: $id) { ... on Experiment { events(first: 100) { nodes { __typename
      ... on LogWritten { severity message } ... on StageFailed { failure { message } } } } } } }`,
    { id: experimentId },
  );
  return data.node.events.nodes.filter(
    (event: { __typename: string; severity?: string }) =>
      event.__typename === 'StageFailed' || event.severity === 'ERROR',
  );
}

const experimentOf = (page: Page): string => /experiments\/([^/]+)/.exec(page.url())?.[1] ?? '';

/** The names of what can be trained. */
async function algorithms(page: Page): Promise<string[]> {
  await button(page, 'More settings').waitFor();
  const labels = await page.getByRole('group', { name: 'Algorithms' }).locator('label').allInnerTexts();
  return labels.map((label) => label.replaceAll(/[\s✓]+/g, ' ').trim());
}

/** From a file, or else a sample, to the form of the training. */
async function toTraining(page: Page, file?: string, target = 'species'): Promise<void> {
  if (file) {
    await page.getByRole('link', { name: 'New experiment' }).first().click();
    await page.getByLabel('Files to upload').setInputFiles(file);
    await button(page, 'Use this table').click();
  } else await button(page, SAMPLE).click();
  await page.waitForURL(/\/data$/);
  await page.getByRole('table').first().waitFor();
  await button(page, 'Continue').click();
  await button(page, `Predict ${target}`).click();
  // enabled as soon as the analysis is there
  await button(page, 'Continue').click();
  await page.waitForURL(/\/prepare$/);
  await button(page, 'Write the steps').click();
  await page.getByRole('link', { name: 'Continue' }).click(PATIENCE);
  await page.waitForURL(/\/train$/);
}

test.each(walked)(
  '$name becomes a model and its predictions, by mouse',
  async ({ name: title, target }) => {
    const file = join(data, `${title}.csv`);
    const { page, faults, close } = await visit(browser, app.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await toTraining(page, file, target);
    for (const name of await algorithms(page)) if (!KEPT.includes(name)) await page.getByText(name).click();
    await button(page, 'More settings').click();
    await page.getByRole('textbox', { name: 'Most trials' }).fill('2');
    await page.getByRole('textbox', { name: 'Most trials' }).press('Tab');
    await button(page, 'Start training').click();
    await page.getByRole('link', { name: 'See the results' }).click();

    const lines = page.getByRole('table').getByRole('row');
    await expect.poll(() => lines.count(), PATIENCE).toBe(1 + KEPT.length);
    expect(await page.title()).toBe(`Results, ${title} – Aliquot`);
    for (const index of [0, 1]) await page.getByRole('checkbox').nth(index).click();
    await page.getByRole('region', { name: 'Metrics side by side' }).waitFor();
    await page
      .getByRole('link', { name: /^Open / })
      .first()
      .click();

    await page.getByRole('img', { name: /^Confusion matrix/ }).waitFor();
    await page.getByRole('combobox', { name: 'File to predict on' }).click();
    await page.getByRole('option', { name: new RegExp(`^${title}`) }).click();
    await page.getByRole('button', { name: 'Predict', exact: true }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      button(page, 'Download predictions.csv').click(),
    ]);
    const predictions = await readFile(await download.path(), 'utf8');
    const rows = (await readFile(file, 'utf8')).trim().split('\n');
    expect(predictions.trim().split('\n')).toHaveLength(rows.length);
    await page.getByText(/The link works until/).waitFor();

    await page.getByRole('link', { name: title, exact: true }).click();
    await page.waitForURL(/\/results$/);
    expect(await wrongEvents(experimentOf(page))).toEqual([]);
    // a download leaves the page, as the browser sees it
    expect(faults.filter((fault) => !fault.includes('/artifacts/'))).toEqual([]);
    await close();
  },
  WHOLE_WIZARD,
);

test(
  'the same by keyboard alone',
  async () => {
    const { page, faults, close } = await visit(browser, app.url);
    await button(page, SAMPLE).waitFor();
    const press = async (name: string | RegExp, key = 'Enter') => {
      await tabTo(page, name);
      await page.keyboard.press(key);
    };
    const isEnabled = (name: string) =>
      expect.poll(() => button(page, name).isEnabled(), PATIENCE).toBe(true);

    await press('Skip to the content');
    await press(SAMPLE);
    await page.waitForURL(/\/data$/);
    await button(page, 'Continue').waitFor();
    await isEnabled('Continue');
    await press('Continue');
    await button(page, 'Predict species').waitFor();
    await press('Predict species');
    await button(page, 'Continue').waitFor();
    await isEnabled('Continue');
    await press('Continue');
    await page.waitForURL(/\/prepare$/);
    await page.getByRole('link', { name: 'Go on without' }).waitFor();
    await press('Go on without');
    await page.waitForURL(/\/train$/);
    for (const name of await algorithms(page)) if (!KEPT.includes(name)) await press(name, 'Space');
    await press('More settings');
    await tabTo(page, 'Most trials');
    await page.keyboard.type('2');
    // behind it, and then back to the button that comes after all settings
    await press('Start training');
    await page.getByRole('link', { name: 'See the results' }).waitFor();
    await press('See the results');
    await page
      .getByRole('link', { name: /^Open / })
      .first()
      .waitFor();
    expect(await wrongEvents(experimentOf(page))).toEqual([]);
    await press(/^Open /);
    await page.waitForURL(/\/runs\//);
    await page.getByRole('img', { name: /^Confusion matrix/ }).waitFor();
    expect(faults).toEqual([]);
    await close();
  },
  WHOLE_WIZARD,
);

test(
  'on a phone, a training is found again after a reload, on another device, and behind a cut wire',
  async () => {
    const wire = await wireTo(app.url);
    const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
    const { page, faults, close } = await visit(browser, wire.url, phone);
    await button(page, SAMPLE).waitFor();
    expect(await isTooWide(page)).toBe(false);
    await toTraining(page);
    expect(await isTooWide(page)).toBe(false);
    await button(page, 'Start training').tap();

    const lanes = page.getByRole('list', { name: 'Models' }).getByRole('listitem');
    const done = lanes.filter({ hasText: 'Done' });
    await expect.poll(() => done.count(), PATIENCE).toBeGreaterThan(0);
    const before = await done.first().innerText();
    const name = before.split('\n')[0] ?? '';
    await page.reload();
    // another model may be done meanwhile, this one may have a better trial
    await done.filter({ hasText: name }).first().waitFor();
    expect(await isTooWide(page)).toBe(false);
    const desk = await visit(browser, page.url());
    const there = desk.page
      .getByRole('list', { name: 'Models' })
      .getByRole('listitem')
      .filter({ hasText: 'Done' });
    await expect.poll(() => there.count(), PATIENCE).toBeGreaterThan(0);
    expect([faults, desk.faults]).toEqual([[], []]);
    await desk.close();

    const banner = page.getByText('No connection to the server.');
    wire.cut();
    await banner.waitFor();
    wire.mend();
    await banner.waitFor({ state: 'detached' });
    await button(page, 'Stop and keep the best').tap();
    await page.getByRole('link', { name: 'See the results' }).tap();
    await page
      .getByRole('link', { name: /^Open / })
      .first()
      .waitFor();
    expect(await isTooWide(page)).toBe(false);
    expect(await wrongEvents(experimentOf(page))).toEqual([]);
    const { data } = await app.query('query ($id: ID!) { node(id: $id) { ... on Experiment { status } } }', {
      id: experimentOf(page),
    });
    expect(data.node.status).toBe('CANCELED');
    await close();
    await wire.close();
  },
  WHOLE_WIZARD,
);
