import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds serious or critical on a page, each in a line; empty when it finds nothing. */
export async function seriousViolations(page: Page): Promise<string[]> {
  // As an expression: the page's content security policy allows no script of this test's own.
  await page.evaluate(`${axe.source}; undefined`);
  const { violations } = await page.evaluate(
    () =>
      (window as unknown as { axe: { run: typeof axe.run } }).axe.run(document) as Promise<axe.AxeResults>,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
    );
}
