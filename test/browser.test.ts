import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, testSystem, type TestSystem } from './harness.js';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** No sandbox in the sandbox that tests run in; no traffic of the browser's own. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

describe('the live page in Chromium', () => {
  let test: TestSystem;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    test = await testSystem({ env: { SIMULATOR_SEED: 'a long first game', SIMULATOR_SPEED: '5' } });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(test.system.url('gateway'));
  });
  afterAll(async () => {
    await browser.close();
    await test.stop();
  });

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
      async () => (await page.getByText(/RUGGED at tick \d+/).count()) > 0,
    );
    await eventually('the countdown runs', async () =>
      (await text('.multiplier')).includes('to the next game'),
    );
    await eventually('the next game is in play', async () => (await text('.phase')) === 'In play');
    expect(await page.getByRole('heading', { name: 'Last games' }).count()).toBe(1);
    expect(await page.getByText('No game has ended yet.').count()).toBe(0);
  });

  it('has no error and no violation of its content security policy', () => {
    expect(complaints).toEqual([]);
  });

  it('fits a phone without scrolling sideways', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1280, height: 860 });
  });

  it('says that it is reconnecting when the gateway is killed, and is live again without a reload', async () => {
    await page.evaluate(() => ((window as { marked?: boolean }).marked = true));
    test.system.child('gateway').signal('SIGKILL');
    await eventually('it notices', async () => (await status()).startsWith('Reconnecting'));
    await eventually('it is live again', async () => (await status()) === 'Live');
    const before = await text('.multiplier');
    await eventually('it moves again', async () => (await text('.multiplier')) !== before);
    expect(await page.evaluate(() => (window as { marked?: boolean }).marked)).toBe(true);
  });
});
