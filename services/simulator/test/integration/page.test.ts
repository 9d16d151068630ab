import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator } from './simulator.js';

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
const TOKEN = 'planted-token-5c1d';
const OWN = ['usernameStatus', 'playerUpdate', 'gameStatePlayerUpdate'];

describe('the page in Chromium', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  });
  afterAll(() => browser.close());

  const shown = async (page: Page, place: string): Promise<string[]> => {
    const root = place === 'iframe' ? page.frameLocator('iframe') : page;
    return root
      .locator('[data-event]')
      .evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).dataset.event ?? ''));
  };

  it.each(['page', 'iframe', 'worker', 'shared-worker'])(
    'logged in, in a %s: gets what only the account is told',
    async (place) => {
      const simulator = await startSimulator({ SIMULATOR_SPEED: '5' });
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(`${simulator.url}/page?auth=${TOKEN}&in=${place}`);
      await expect
        .poll(() => shown(page, place))
        .toEqual(expect.arrayContaining(['gameStateUpdate', ...OWN]));
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  it('not logged in: gets what everybody gets', async () => {
    const simulator = await startSimulator({ SIMULATOR_SPEED: '5' });
    const page = await browser.newPage();
    await page.goto(`${simulator.url}/page`);
    await expect
      .poll(() => shown(page, 'page'))
      .toEqual(expect.arrayContaining(['gameStateUpdate', 'newChatMessage']));
    expect((await shown(page, 'page')).filter((event) => OWN.includes(event))).toEqual([]);
    await page.close();
  });

  it('states its token in the address of its socket and in what it sends', async () => {
    const simulator = await startSimulator({});
    const page = await browser.newPage();
    const sent: string[] = [];
    const urls: string[] = [];
    page.on('websocket', (socket) => {
      urls.push(socket.url());
      socket.on('framesent', ({ payload }) => sent.push(payload.toString()));
    });
    await page.goto(`${simulator.url}/page?auth=${TOKEN}&transports=websocket`);
    await expect
      .poll(() => sent.filter((frame) => frame.includes('authenticate')))
      .toEqual([`42["authenticate",{"token":"${TOKEN}"}]`]);
    expect(urls).toEqual([expect.stringContaining(`auth=${TOKEN}`)]);
    await page.close();
  });

  it('comes back by itself when its connection is cut', async () => {
    const simulator = await startSimulator({});
    const page = await browser.newPage();
    await page.goto(`${simulator.url}/page?auth=${TOKEN}&transports=websocket`);
    const state = page.locator('#state');
    await expect.poll(() => state.innerText()).toBe('open');
    const count = page.locator('[data-event="usernameStatus"]');
    await expect.poll(() => count.innerText()).toBe('1');
    await fetch(`${simulator.url}/api/simulator/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'disconnect', sockets: 'page' }),
    });
    await expect.poll(() => count.innerText()).toBe('2');
    await page.close();
  });
});
