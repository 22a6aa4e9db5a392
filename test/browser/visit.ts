import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';

/** For what takes a second or ten: other machines are slower, and do more besides. */
const WAIT_MILLISECONDS = 120_000;
export const PATIENCE = { timeout: WAIT_MILLISECONDS };

export type Visit = { page: Page; faults: string[]; close(): Promise<void> };

/** A fresh visitor; `faults` holds whatever a user or a developer would call broken. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MILLISECONDS);
  const faults: string[] = [];
  page.on('pageerror', ({ message }) => faults.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
  });
  page.on('requestfailed', (request) => {
    // given up by the page itself: it was left, or became a download
    if (request.failure()?.errorText !== 'net::ERR_ABORTED')
      faults.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(url);
  return { page, faults, close: () => context.close() };
}

type Violation = { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] };

/** What axe finds serious on a page, in the colours that it is shown in. */
export async function seriousIssues(page: Page, rules?: readonly string[]): Promise<string[]> {
  await page.waitForFunction(() =>
    document.getAnimations().every(({ playState }) => playState !== 'running'),
  );
  await page.evaluate(axe.source);
  const options = rules ? { runOnly: { type: 'rule', values: [...rules] } } : {};
  const violations = await page.evaluate(async (given) => {
    // biome-ignore lint/suspicious/noExplicitAny: axe has just been put there
    const { violations } = await (globalThis as any).axe.run(given);
    return violations as Violation[];
  }, options);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    );
}

/** Goes on with the Tab key until the control with this name has the focus. */
export async function tabTo(page: Page, name: string | RegExp, limit = 80): Promise<void> {
  const seen: string[] = [];
  for (let step = 0; step < limit; step++) {
    await page.keyboard.press('Tab');
    const text = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      const label = element?.closest('label') ?? element?.labels?.[0];
      const name = element?.getAttribute('aria-label') ?? (label ?? element)?.innerText ?? '';
      return name.replaceAll(/[\s✓]+/g, ' ').trim();
    });
    if (typeof name === 'string' ? text === name : name.test(text)) return;
    seen.push(text.slice(0, 40));
  }
  expect.fail(`The focus never came to ${name}; it was on ${seen.join(' | ')}`);
}

/** Whether the page stays wider than the window: what is measured is drawn once more after a change of its size. */
export const isTooWide = (page: Page): Promise<boolean> =>
  page
    .waitForFunction(
      () => document.documentElement.scrollWidth <= document.documentElement.clientWidth,
      undefined,
      { timeout: 30_000 },
    )
    .then(
      () => false,
      () => true,
    );
