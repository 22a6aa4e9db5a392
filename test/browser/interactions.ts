import type { Page } from 'playwright-core';

/** Not in the types of the DOM that the tests have. */
type PerformanceEventTiming = { name: string; duration: number; interactionId: number };
type Timing = { name: string; milliseconds: number };

/** From now on, the browser notes how long it takes from a key or a click to the next picture. */
export async function watchInteractions(page: Page): Promise<void> {
  await page.evaluate(() => {
    const timings: Timing[] = [];
    Object.assign(globalThis, { timings });
    new PerformanceObserver((list) => {
      for (const {
        name,
        duration,
        interactionId,
      } of list.getEntries() as unknown as PerformanceEventTiming[])
        if (interactionId > 0) timings.push({ name, milliseconds: duration });
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  });
}

/** What has been noted: everything that took longer than a frame. */
export const interactions = (page: Page): Promise<Timing[]> =>
  page.evaluate(
    () =>
      new Promise((resolve) =>
        // what was begun has been painted, and noted, by then
        requestAnimationFrame(() =>
          setTimeout(() => resolve((globalThis as unknown as { timings: Timing[] }).timings), 100),
        ),
      ),
  );
