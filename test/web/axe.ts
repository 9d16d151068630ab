import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds serious or critical on a page, each in a line; empty when it finds nothing. */
export async function seriousViolations(page: Page): Promise<string[]> {
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
