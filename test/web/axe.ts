import axe from 'axe-core';
import type { Page } from 'playwright-core';

/**
 * What axe finds serious or critical on a page, each in a line; empty when it finds nothing. It looks at the end of
 * every animation, where what fades is at its palest: not at whatever moment it happens to be.
 */
export async function seriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      animation.pause();
      const { duration } = animation.effect?.getComputedTiming() ?? {};
      animation.currentTime = Number(duration);
    }
  });
  // As an expression: the page's content security policy allows no script of this test's own.
  await page.evaluate(`${axe.source}; undefined`);
  const { violations } = await page.evaluate(async (): Promise<axe.AxeResults> => {
    const { axe: injected } = window as unknown as { axe: typeof axe };
    return injected.run(document);
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
    );
}
