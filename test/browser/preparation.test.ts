import type { Browser, Page } from 'playwright-core';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerOf, goodSteps, loans } from '../generator/tables.ts';
import { createTestApp, type TestApp } from '../harness.ts';
import { type MessagesServer, startMessagesServer } from '../messages-server/server.ts';
import { launchBrowser } from './chromium.ts';
import { isTooWide, PATIENCE, seriousIssues, visit } from './visit.ts';

const WHOLE_STEP = 420_000;

let app: TestApp;
let browser: Browser;
let claude: MessagesServer;
let datasetId: string;
beforeAll(async () => {
  claude = await startMessagesServer();
  app = await createTestApp({ worker: true, env: claude.settings });
  browser = await launchBrowser();
  datasetId = await app.dataset('loans.csv', loans());
}, 300_000);
afterAll(async () => {
  await browser?.close();
  await app?.close();
  await claude?.close();
}, 180_000);

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const steps = (page: Page) => page.getByRole('list', { name: 'Steps' }).getByRole('listitem');
const stepNames = (page: Page): Promise<string[]> =>
  steps(page)
    .getByRole('button', { name: /^Move step/ })
    .evaluateAll((handles) =>
      handles.map((handle) => /, (.*): drag/.exec(handle.getAttribute('aria-label') ?? '')?.[1] ?? ''),
    );

/** An experiment that stands before its preparation; the address of that step. */
async function analysed(): Promise<string> {
  const { experiment } = await app.mutate(
    'createExperiment',
    { datasetId, target: 'repaid' },
    '{ experiment { id } }',
  );
  const { analysis } = await app.mutate(
    'analyzeDataset',
    { datasetId, experimentId: experiment.id, target: 'repaid' },
    '{ analysis { id } }',
  );
  const events = 'subscription ($id: ID!) { analysisEvents(analysisId: $id) { __typename } }';
  await app.collect(events, { id: analysis.id });
  return `${app.url}/experiments/${experiment.id}/prepare`;
}

/** Opens the step and has the rules write the plan. */
async function written(url: string) {
  const visitor = await visit(browser, url, { reducedMotion: 'reduce' });
  await button(visitor.page, 'Write the steps').click(PATIENCE);
  await visitor.page.getByRole('link', { name: 'Continue' }).waitFor(PATIENCE);
  return visitor;
}

test(
  'steps are added, changed, put into order and removed; edits outlive a reload, and another window is told of',
  async () => {
    const url = await analysed();
    const { page, faults, close } = await written(url);
    const before = await stepNames(page);

    await button(page, 'Add a step').click();
    await page.getByRole('searchbox', { name: 'Find a step' }).fill('outliers');
    await page.getByRole('button', { name: /^Clip outliers/ }).click();
    await page.getByRole('textbox', { name: 'Share' }).fill('0');
    await page.getByRole('textbox', { name: 'Share' }).press('Tab');
    expect(await seriousIssues(page)).toEqual([]);
    await button(page, 'Done').click();
    await expect.poll(() => stepNames(page), PATIENCE).toEqual([...before, 'Clip outliers']);

    // by keyboard, then by the pointer back again
    await page.getByRole('button', { name: /Clip outliers: drag/ }).press('ArrowUp');
    const last = before.at(-1) ?? '';
    await expect
      .poll(() => stepNames(page), PATIENCE)
      .toEqual([...before.slice(0, -1), 'Clip outliers', last]);
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')), PATIENCE)
      .toContain('Clip outliers');
    const handle = page.getByRole('button', { name: /Clip outliers: drag/ });
    await handle.scrollIntoViewIfNeeded();
    const [from, to] = [await handle.boundingBox(), await steps(page).last().boundingBox()];
    await handle.hover();
    await page.mouse.down();
    await page.mouse.move((from?.x ?? 0) + 20, (to?.y ?? 0) + (to?.height ?? 0), { steps: 6 });
    await page.mouse.up();
    await expect.poll(() => stepNames(page), PATIENCE).toEqual([...before, 'Clip outliers']);

    await page.getByRole('button', { name: new RegExp(`^Change step 1, ${before[0]}`) }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await expect.poll(() => stepNames(page), PATIENCE).toEqual([...before.slice(1), 'Clip outliers']);
    await button(page, 'Undo').click();
    await page.reload();
    await expect.poll(() => stepNames(page), PATIENCE).toEqual([...before, 'Clip outliers']);

    await button(page, 'Save and check').click();
    await steps(page).last().getByRole('alert').getByText('Too small').waitFor();
    await page.getByRole('button', { name: /^Change step .*, Clip outliers/ }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await page.getByRole('textbox', { name: 'Share' }).fill('0.02');
    await page.getByRole('textbox', { name: 'Share' }).press('Tab');
    await button(page, 'Done').click();

    const other = await visit(browser, url);
    await other.page.getByRole('button', { name: new RegExp(`^Change step 1, ${before[0]}`) }).click();
    await other.page.getByRole('menuitem', { name: 'Remove' }).click();
    await button(page, 'Save and check').click();
    await page.getByRole('link', { name: 'Continue' }).waitFor(PATIENCE);
    await expect.poll(() => stepNames(page), PATIENCE).toEqual([...before, 'Clip outliers']);
    // it is told by itself, and at the latest when it wants to save
    const told = other.page.getByText('Another window was faster');
    await Promise.any([
      told.waitFor(PATIENCE),
      button(other.page, 'Save and check')
        .click({ timeout: 5_000 })
        .then(() => told.waitFor()),
    ]);
    await button(other.page, 'Take version 2').click();
    await expect.poll(() => stepNames(other.page), PATIENCE).toEqual([...before, 'Clip outliers']);
    expect([faults, other.faults]).toEqual([[], []]);
    await other.close();
    await close();
  },
  WHOLE_STEP,
);

test(
  'code is changed by hand: what is no Python is told by its line, and the accepted version comes back',
  async () => {
    const { page, faults, close } = await written(await analysed());
    await page.getByRole('region', { name: 'Columns before and after' }).waitFor(PATIENCE);
    const code = page.getByRole('region', { name: 'Code', exact: true });
    await code.getByRole('button', { name: 'Edit' }).click();
    const field = page.getByRole('textbox', { name: 'Code of the preparation' });
    await field.focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.type('def broken(:');
    await page.keyboard.press('Enter');
    // indented as Python wants it
    await expect.poll(() => field.inputValue(), PATIENCE).toMatch(/^def broken\(:\n {4}/);
    await code.getByRole('button', { name: 'Changes', exact: true }).click();
    await code.getByText('2 lines added, 1 removed').waitFor();
    await button(page, 'Save and check').click();
    await page.getByText('Version 2 did not pass').waitFor(PATIENCE);
    await page
      .getByRole('list', { name: 'Checks' })
      .getByText(/^Line 1: /)
      .waitFor();
    const light = await seriousIssues(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect([...light, ...(await seriousIssues(page, ['color-contrast']))]).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await isTooWide(page)).toBe(false);
    await button(page, 'Go back to version 1').click();
    await page.getByText('Version 2 did not pass').waitFor({ state: 'detached', ...PATIENCE });
    expect(faults).toEqual([]);
    await close();
  },
  WHOLE_STEP,
);

test(
  'what Claude writes is seen as it comes, after a reload as well, with what it costs',
  async () => {
    claude.plan({ text: answerOf(goodSteps), waits: true });
    const { page, faults, close } = await visit(browser, await analysed());
    await page.getByRole('radio', { name: 'Claude' }).click();
    await page.getByRole('textbox', { name: 'Instructions' }).fill('Amounts have a long tail.');
    await button(page, 'Write the steps').click();
    const text = page.getByRole('region', { name: 'What is being written' });
    await text.getByText('log_transform').waitFor(PATIENCE);
    await page.getByText(/of at most \$1\.00/).waitFor(PATIENCE);
    await page.reload();
    await text.getByText('log_transform').waitFor(PATIENCE);
    claude.finish();
    await button(page, 'Stop').waitFor({ state: 'detached', ...PATIENCE });
    expect(JSON.stringify(claude.questions()[0]?.body)).toContain('Amounts have a long tail.');
    await page.getByRole('region', { name: 'Cost' }).waitFor();
    expect(faults).toEqual([]);
    await close();
  },
  WHOLE_STEP,
);

test(
  'where the checks cannot tell, the owner is shown what is known and decides',
  async () => {
    const { page, faults, close } = await written(await analysed());
    await page.getByRole('region', { name: 'Columns before and after' }).waitFor(PATIENCE);
    const sql = postgres(app.database.url, { max: 1 });
    await sql`update preprocessing set decision = 'PENDING', gates = ${sql.json([
      {
        ...{ name: 'non_inferiority', verdict: 'UNDECIDED', seconds: 1, detail: 'The evidence does not do.' },
        figures: { difference: -0.001, low: -0.012, high: 0.01, margin: 0.005 },
      },
    ])} where created_at = (select max(created_at) from preprocessing)`;
    await sql.end();
    await page.reload();
    const card = page.getByRole('region', { name: 'Your word is needed' });
    await card.getByRole('img', { name: '−0.001, 90 % interval −0.012 to +0.01' }).waitFor();
    expect(await seriousIssues(page)).toEqual([]);
    expect(await page.getByRole('link', { name: 'Continue' }).count()).toBe(0);
    await card.getByRole('button', { name: 'Use it', exact: true }).click();
    await page.getByRole('link', { name: 'Continue' }).waitFor();
    expect(faults).toEqual([]);
    await close();
  },
  WHOLE_STEP,
);
