import { connect } from '@vectra/client';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventually, getJson } from '../harness.js';
import { seriousViolations } from './axe.js';
import { LAPTOP, PHONE, sidewaysOverflow, webTest, type WebTest } from './browser.js';

const SCREENS = ['Live', 'Games', 'Paper trading', 'Players', 'Reports', 'Health'];
const LOOKS: [string, BrowserContextOptions][] = [
  ['dark on a laptop', { colorScheme: 'dark', viewport: LAPTOP }],
  ['light on a laptop', { colorScheme: 'light', viewport: LAPTOP }],
  ['dark on a phone', { colorScheme: 'dark', viewport: PHONE }],
  ['light on a phone', { colorScheme: 'light', viewport: PHONE }],
];

const status = (page: Page): Promise<string> =>
  page.locator('header').getByRole('status').first().innerText();
const content = (page: Page): Promise<string> => page.locator('#content').innerText();
const hasFocus = (page: Page, selector: string): Promise<boolean> =>
  page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector);

async function settled(page: Page): Promise<void> {
  await eventually('the screen is there', async () => {
    const isLoading = (await page.locator('#content .loading').count()) > 0;
    return !isLoading && (await content(page)).length > 0;
  });
}

describe('the app in Chromium', () => {
  let web: WebTest;
  /** Every screen, a game's page and a session. */
  let addresses: string[];

  beforeAll(async () => {
    web = await webTest({ env: { SIMULATOR_SPEED: '20' } });
    const vectra = connect({ url: web.url, WebSocket });
    await vectra.joinLive('looked-at', { kind: 'observer', name: 'by hand', initial_balance: '1' });
    vectra.close();
    const game = await eventually('a game is recorded', async () => {
      const { games } = await getJson<{ games: { game_id: string }[] }>(`${web.url}/api/games`);
      return games[0]?.game_id;
    });
    const screens = ['', 'games', 'paper', 'players', 'reports', 'health', 'nowhere'];
    addresses = [...screens, `games/${game}`, 'paper/looked-at'].map((path) => `#/${path}`);
  });
  afterAll(() => web.stop());

  it.each(LOOKS)('has no serious violation for axe, and fits, %s', async (_, look) => {
    const page = await web.open('', look);
    const found: Record<string, unknown> = {};
    for (const address of addresses) {
      await page.goto(`${web.url}/${address}`);
      await settled(page);
      const [violations, overflow] = [await seriousViolations(page), await sidewaysOverflow(page)];
      if (violations.length > 0 || overflow > 0) found[address] = { violations, overflow };
    }
    await page.context().close();
    expect(found).toEqual({});
  });

  it.each(LOOKS.slice(0, 2))('can be read while it loads, %s', async (_, look) => {
    const page = await web.open('', look);
    await page.route(/\/(api|health)/, () => undefined);
    for (const address of ['#/', '#/games', '#/paper', '#/health']) {
      await page.goto(`${web.url}/${address}`);
      await page.reload();
      await page.locator('#content .loading').first().waitFor();
      expect(await seriousViolations(page), address).toEqual([]);
    }
    await page.context().close();
  });

  it('names the page and moves the focus to its content, screen by screen, by the number keys', async () => {
    const page = await web.open();
    await settled(page);
    for (const [index, name] of [...SCREENS.entries()].reverse()) {
      await page.keyboard.press(String(index + 1));
      await page.locator('nav [aria-current=page]', { hasText: name }).waitFor();
      await settled(page);
      expect(await hasFocus(page, '#content'), name).toBe(true);
      // That of the live screen tells the price.
      if (name !== 'Live') expect(await page.title()).toContain('Vectra');
    }
    await page.context().close();
  });

  it('scrolls a long table of prices by keyboard', async () => {
    const page = await web.open();
    await page.getByText('Prices as a table').click();
    const prices = page.getByRole('region', { name: 'Prices', exact: true });
    await eventually('it is long', () => prices.evaluate((e) => e.scrollHeight > e.clientHeight + 40));
    expect(await seriousViolations(page)).toEqual([]);
    await prices.focus();
    await page.keyboard.press('ArrowDown');
    await eventually('it scrolls', () => prices.evaluate(({ scrollTop }) => scrollTop > 0));
    await page.context().close();
  });

  it('can be used by Tab alone', async () => {
    const page = await web.open('#/health');
    await settled(page);
    const wanted = await page.locator('header a, header button, #content button').count();
    const reached = new Set<string>();
    for (let presses = 0; presses < wanted + 20; presses++) {
      await page.keyboard.press('Tab');
      reached.add(await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 160) ?? ''));
    }
    const names = [...reached].join('\n');
    for (const name of SCREENS) expect(names).toContain(`>${name}<`);
    for (const name of ['Theme', 'Token', 'Keys']) expect(names).toContain(`aria-label="${name}`);
    for (const name of ['Feed', 'Recorder', 'Gateway']) expect(names).toContain(`>${name}<`);
    await page.context().close();
  });

  it.each([
    ['Keys', 'Keys', '?'],
    ['Token: none', 'Token', undefined],
  ])('opens and closes the dialog of %s, and gives the focus back', async (button, title, key) => {
    const page = await web.open('#/health');
    await settled(page);
    const opener = page.getByRole('button', { name: button, exact: true });
    await opener.focus();
    await page.keyboard.press(key ?? 'Enter');
    const dialog = page.getByRole('dialog', { name: title });
    await dialog.waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    // Keys are the dialog's meanwhile.
    await page.keyboard.press('1');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(new URL(page.url()).hash).toBe('#/health');
    expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.context().close();
  });

  it('keeps the theme that was chosen, also after it is loaded anew', async () => {
    const page = await web.open('', { colorScheme: 'dark' });
    const shown = (): Promise<string | undefined> =>
      page.evaluate(() => document.documentElement.dataset.theme);
    await page.getByRole('button', { name: 'Theme: system' }).click();
    await page.keyboard.press('t');
    expect(await shown()).toBe('light');
    await page.reload();
    await page.getByRole('button', { name: 'Theme: light' }).waitFor();
    expect(await shown()).toBe('light');
    await page.context().close();
  });

  it('scrolls the active entry of the navigation into sight on a phone', async () => {
    const page = await web.open('#/health', { viewport: PHONE });
    await settled(page);
    const box = await page.locator('nav [aria-current=page]').boundingBox();
    expect(box).not.toBeNull();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(PHONE.width);
    await page.context().close();
  });

  it('says that an address leads nowhere', async () => {
    const page = await web.open('#/nowhere');
    await page.getByText('There is no such screen').waitFor();
    await page.getByRole('link', { name: 'Go to Live' }).click();
    await page.locator('nav [aria-current=page]', { hasText: 'Live' }).waitFor();
    await page.context().close();
  });

  it('asks no other host for anything, and complains of nothing', () => {
    expect([...web.hosts]).toEqual([new URL(web.url).host]);
    // A health that is not well is told with 503, which the browser's console notes.
    expect(web.complaints.filter((text) => !text.includes('503'))).toEqual([]);
  });

  it('keeps the failure of one screen from the others', async () => {
    const page = await web.open();
    await page.route('**/assets/ReportsScreen-*.js', (route) =>
      route.fulfill({
        contentType: 'text/javascript',
        body: 'export default () => { throw new Error("broken on purpose"); };',
      }),
    );
    await page.reload();
    await settled(page);
    await page.keyboard.press('5');
    await page.getByText('Reports has failed').waitFor();
    expect(await content(page)).toContain('broken on purpose');
    await page.keyboard.press('6');
    await page.getByRole('article').first().waitFor();
    await page.context().close();
  });

  it('offers to be loaded anew when the files of a screen are not there', async () => {
    const page = await web.open();
    await page.route('**/assets/HealthScreen-*', (route) => route.abort());
    await page.reload();
    await settled(page);
    await page.keyboard.press('6');
    await page.getByText('Health could not be loaded').waitFor();
    await page.unroute('**/assets/HealthScreen-*');
    await page.getByRole('button', { name: 'Reload the page' }).click();
    await page.getByRole('article').first().waitFor();
    await page.context().close();
  });

  it('says on every screen that the gateway is away, and goes on by itself', async () => {
    const page = await web.open('#/games');
    await eventually('it is live', async () => (await status(page)) === 'Live');
    await page.waitForLoadState('networkidle').catch(() => undefined);
    web.test.system.child('gateway').signal('SIGSTOP');
    const notice = page.getByText('The gateway does not answer. This page keeps trying');
    await notice.waitFor({ timeout: 90_000 });
    for (const index of SCREENS.keys()) {
      await page.keyboard.press(String(index + 1));
      await eventually('something is shown', async () => (await content(page)).length > 0);
      expect(await notice.count(), SCREENS[index]).toBe(1);
      expect(await content(page)).not.toContain('has failed');
      expect(await seriousViolations(page), SCREENS[index]).toEqual([]);
    }
    web.test.system.child('gateway').signal('SIGCONT');
    await eventually('it is live again', async () => (await status(page)) === 'Live');
    await notice.waitFor({ state: 'detached' });
  });
});

describe('the app at a gateway with tokens and room for two connections', () => {
  const TOKEN = 'viewer-of-the-tests';
  let web: WebTest;

  beforeAll(async () => {
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(TOKEN));
    const GATEWAY_TOKENS = `viewer:sha256:${Buffer.from(hash).toString('hex')}`;
    web = await webTest({ env: { SIMULATOR_SPEED: '20', GATEWAY_TOKENS, GATEWAY_MAX_CLIENTS: '2' } });
  });
  afterAll(() => web.stop());

  const give = async (page: Page, token: string): Promise<void> => {
    await page.getByRole('button', { name: 'Token: none' }).click();
    await page.getByRole('dialog').getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Use it in this tab' }).click();
  };

  it('shows the game without a token, tells when one is refused, and goes on without it', async () => {
    const page = await web.open();
    await eventually('it is live', async () => (await status(page)) === 'Live');
    await give(page, 'of-somebody-else');
    await page.getByText('The gateway refused the token').waitFor();
    expect(await status(page)).toBe('Refused');
    await page.getByRole('button', { name: 'Go on without it' }).click();
    await eventually('it is live again', async () => (await status(page)) === 'Live');
    await give(page, TOKEN);
    await page.getByRole('button', { name: 'Token: given' }).click();
    await eventually('it is live with it', async () => (await status(page)) === 'Live');
    await page.getByRole('button', { name: 'Forget the token' }).click();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Token: none' }).waitFor();
    await page.context().close();
  });

  it('says that the gateway is full, and is live as soon as there is room', async () => {
    const pages = [await web.open(), await web.open()];
    for (const page of pages) await eventually('it is live', async () => (await status(page)) === 'Live');
    const third = await web.open();
    await third.getByText('The gateway is full').waitFor();
    await pages[0]?.context().close();
    await eventually('there is room', async () => (await status(third)) === 'Live', 90_000);
    await third.getByText('The gateway is full').waitFor({ state: 'detached' });
  });
});
