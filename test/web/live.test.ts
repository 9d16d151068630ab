import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness.js';
import { LAPTOP, PHONE, sidewaysOverflow, webTest, type WebTest } from './browser.js';

describe('the live page in Chromium', () => {
  let web: WebTest;
  let page: Page;

  beforeAll(async () => {
    web = await webTest({ env: { SIMULATOR_SEED: 'a long first game', SIMULATOR_SPEED: '5' } });
    page = await web.open();
  });
  afterAll(() => web.stop());

  const status = (): Promise<string> => page.locator('header').getByRole('status').innerText();
  const text = (selector: string): Promise<string> => page.locator(selector).first().innerText();

  it('connects, and its multiplier and chart move', async () => {
    await eventually('the page is live', async () => (await status()) === 'Live');
    await eventually('a game is in play', async () => (await text('.phase')) === 'In play');
    const chart = page.locator('canvas').first();
    const before = { price: await text('.multiplier'), chart: await chart.screenshot() };
    await eventually('the multiplier changes', async () => (await text('.multiplier')) !== before.price);
    await eventually('the chart changes', async () => !(await chart.screenshot()).equals(before.chart));
  });

  it('tells the rug and the countdown, and lists the games that are over', async () => {
    await eventually(
      'a game is rugged',
      async () =>
        (await page
          .getByRole('figure')
          .getByText(/RUGGED at tick \d+/)
          .count()) > 0,
    );
    await eventually('the countdown runs', async () =>
      (await text('.multiplier')).includes('to the next game'),
    );
    await eventually('the next game is in play', async () => (await text('.phase')) === 'In play');
    expect(await page.getByRole('heading', { name: 'Last games' }).count()).toBe(1);
    expect(await page.getByText('No game has ended yet.').count()).toBe(0);
  });

  it('has no error and no violation of its content security policy', () => {
    expect(web.complaints).toEqual([]);
  });

  it('fits a phone without scrolling sideways', async () => {
    await page.setViewportSize(PHONE);
    expect(await sidewaysOverflow(page)).toBe(0);
    await page.setViewportSize(LAPTOP);
  });

  it('says that it is reconnecting when the gateway is killed, and is live again without a reload', async () => {
    await page.evaluate(() => ((window as { marked?: boolean }).marked = true));
    web.test.system.child('gateway').signal('SIGKILL');
    await eventually('it notices', async () => (await status()).startsWith('Reconnecting'));
    await eventually('it is live again', async () => (await status()) === 'Live');
    const before = await text('.multiplier');
    await eventually('it moves again', async () => (await text('.multiplier')) !== before);
    expect(await page.evaluate(() => (window as { marked?: boolean }).marked)).toBe(true);
  });
});
