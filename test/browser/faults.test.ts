import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../harness.ts';
import { launchBrowser } from './chromium.ts';
import { PATIENCE, visit } from './visit.ts';
import { wireTo } from './wire.ts';

const LONG = 420_000;

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

/** An experiment on a small table, and the address of its wizard. */
async function experiment(content: string, target?: string) {
  const datasetId = await app.dataset('table.csv', content);
  const made = await app.mutate(
    'createExperiment',
    { datasetId, ...(target ? { target } : {}) },
    '{ experiment { id version } }',
  );
  return { ...made.experiment, url: `${app.url}/experiments/${made.experiment.id}` };
}

const rows = Array.from({ length: 60 }, (_, row) => `${row % 7},${row % 2 ? 'yes' : 'no'},same\n`).join('');
const table = `number,answer,constant\n${rows}`;

test(
  'a target that cannot be predicted is refused with the reason, and another one can be chosen',
  async () => {
    const { url } = await experiment(table);
    const { page, faults, close } = await visit(browser, `${url}/understand`);
    await page.getByRole('button', { name: 'Predict constant' }).click();
    await page.getByText(/there is nothing to predict/).waitFor(PATIENCE);
    await expect.poll(() => page.getByRole('button', { name: 'Continue' }).isEnabled(), PATIENCE).toBe(false);
    await page.getByRole('button', { name: 'Predict something else' }).click();
    await page.getByRole('button', { name: 'Predict answer' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Continue' }).isEnabled(), PATIENCE).toBe(true);
    expect(faults).toEqual([]);
    await close();
  },
  LONG,
);

test(
  'a part of the page that does not arrive is asked for once more, then told of, and comes at last',
  async () => {
    const { page, close } = await visit(browser, `${app.url}/files`);
    let asked = 0;
    await page.route(/\/assets\/system-page.*\.js/, (route) => {
      asked += 1;
      return route.abort();
    });
    await page.goto(`${app.url}/system`);
    await expect.poll(() => asked, PATIENCE).toBeGreaterThanOrEqual(2);
    await page.getByRole('alert').getByText('This page cannot be shown').waitFor(PATIENCE);
    await page.unroute(/\/assets\/system-page.*\.js/);
    await page.getByRole('button', { name: 'Load it again' }).click();
    await page.getByRole('heading', { name: 'System', level: 1 }).waitFor(PATIENCE);
    await close();
  },
  LONG,
);

test(
  'a server that fails, and one that is away, are told of, and the page goes on when they are back',
  async () => {
    const { url } = await experiment(table, 'answer');
    const wire = await wireTo(app.url);
    const there = url.replace(app.url, wire.url);
    const { page, close } = await visit(browser, `${wire.url}/files`);
    await page.getByText('table', { exact: true }).first().waitFor();

    await page.route('**/graphql', (route) => route.fulfill({ status: 500, body: 'broken' }));
    await page.goto(`${there}/train`);
    await page.getByRole('alert').getByText('The server does not answer').waitFor();
    await page.unroute('**/graphql');
    // it asks again by itself as soon as the server answers
    await page.getByRole('button', { name: 'Start training' }).waitFor(PATIENCE);

    wire.cut();
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByRole('alert').getByText('The training did not start').waitFor(PATIENCE);
    await page.getByText('No connection to the server.').waitFor(PATIENCE);
    wire.mend();
    await page.getByText('No connection to the server.').waitFor({ state: 'detached', ...PATIENCE });
    await page.getByRole('button', { name: 'Start training' }).waitFor(PATIENCE);
    await close();
    await wire.close();
  },
  LONG,
);

test(
  'what another window has changed meanwhile is not overwritten',
  async () => {
    const { id, version, url } = await experiment(table, 'answer');
    const { page, faults, close } = await visit(browser, 'about:blank');
    // this window hears nothing of the others
    await page.routeWebSocket('**/graphql', () => {});
    await page.goto(`${url}/train`);
    await page.getByRole('button', { name: 'Start training' }).waitFor(PATIENCE);
    await app.mutate(
      'updateExperiment',
      { experimentId: id, version, name: 'Named elsewhere' },
      '{ experiment { id } }',
    );
    await page.getByRole('button', { name: 'Start training' }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'The training did not start' });
    await alert.getByText('VERSION_CHANGED').waitFor(PATIENCE);
    await page.reload();
    await page.getByRole('heading', { name: 'Named elsewhere' }).waitFor(PATIENCE);
    expect(faults).toEqual([]);
    await close();
  },
  LONG,
);
