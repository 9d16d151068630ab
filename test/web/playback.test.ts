import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GameRecording } from '@vectra/protocol';
import { eventually, getJson } from '../harness.js';
import { LAPTOP, PHONE, sidewaysOverflow, webTest, type WebTest } from './browser.js';

/** The gateway's answer to who asks for a game that is not recorded. The page then shows what it has of it itself. */
const NOT_RECORDED = { status: 404, json: { error: { code: 'no_such_game', message: 'not recorded' } } };

type Meta = GameRecording['meta'];

describe('playback in Chromium', () => {
  let web: WebTest;
  let page: Page;

  beforeAll(async () => {
    const simulator = { SIMULATOR_SEED: 'playback', SIMULATOR_SPEED: '20' };
    // The test asks far more often than a page does.
    web = await webTest({ env: { ...simulator, GATEWAY_RATE_LIMIT: '100000' } });
    page = await web.open();
    await eventually('two games are recorded', async () => (await recorded()).length > 1);
  });
  beforeEach(async () => {
    await page.unrouteAll();
    // Space belongs to what has the focus.
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    await page.goto(`${web.url}/#/`);
    await eventually('live is shown', async () => (await mode()) === 'Live');
  });
  afterAll(() => web.stop());

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const seekBar = () => page.getByRole('slider', { name: 'Tick' });
  const tick = async (): Promise<number> => Number(await seekBar().inputValue());
  const lastTick = async (): Promise<number> => Number(await seekBar().getAttribute('max'));
  const mode = (): Promise<string> =>
    page.getByRole('group', { name: 'Mode' }).getByRole('button', { pressed: true }).innerText();
  const hash = (): string => new URL(page.url()).hash;

  /** What is on the chart, and what is said of it at that moment. */
  const drawn = () =>
    page.getByRole('figure').evaluate((figure) => {
      const { game = '', ticks, missing } = figure.querySelector<HTMLElement>('[data-ticks]')?.dataset ?? {};
      const isRugged = figure.querySelector('strong')?.textContent.startsWith('RUGGED') === true;
      return { game, ticks: Number(ticks), missing: Number(missing), isRugged };
    });
  /** The newest first. */
  const recorded = async (): Promise<Meta[]> =>
    (await getJson<{ games: Meta[] }>(`${web.url}/api/games`)).games;

  const recordingOf = (game: string): Promise<Meta> =>
    eventually(`${game} is recorded`, async () => (await recorded()).find(({ game_id: id }) => id === game));

  /** The game is on the chart as a recorded one; live may have shown it before. */
  const opened = (game: string): Promise<unknown> =>
    eventually(
      'it is opened',
      async () => (await mode()) === 'Recorded' && (await lastTick()) > 0 && (await drawn()).game === game,
    );

  /** Waits for a game in which so many ticks have been played; gives its id. */
  const inPlay = (ticks: number): Promise<string> =>
    eventually('a game is in play', async () => {
      const chart = await drawn();
      const isInPlay = (await page.getByText('In play', { exact: true }).count()) > 0;
      return isInPlay && chart.ticks > ticks ? chart.game : undefined;
    });

  it('misses no tick on the chart when the gateway is killed while a game runs, without a reload', async () => {
    await page.evaluate(() => ((window as { marked?: boolean }).marked = true));
    const game = await inPlay(3);
    web.test.system.child('gateway').signal('SIGKILL');
    const status = page.locator('header').getByRole('status');
    await eventually('it notices', async () => (await status.innerText()).startsWith('Reconnecting'));
    await eventually('it is live again', async () => (await status.innerText()) === 'Live');
    await eventually('another game runs, so the one of the outage is over', async () => {
      const chart = await drawn();
      return chart.game !== game && chart.ticks > 0;
    });
    const meta = await recordingOf(game);
    // Each game that the page kept can be looked at without asking the gateway again.
    await page.route('**/api/games/2*', (route) => route.fulfill(NOT_RECORDED));
    await page.locator(`a[href="#/live/${game}"]`).click();
    await opened(game);
    await seekBar().fill(String(meta.duration_ticks));
    await eventually(
      'its end is on the chart',
      async () => (await drawn()).ticks === meta.duration_ticks + 1,
    );
    expect((await drawn()).missing).toBe(0);
    await page.getByText('Prices as a table').click();
    const { prices } = await getJson<GameRecording>(`${web.url}/api/games/${game}`);
    const rows = await page
      .getByRole('table', { name: `game ${game}` })
      .locator('tbody tr')
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
    expect(rows.length).toBeGreaterThan(3);
    for (const [at = '', price = ''] of rows) {
      expect(Math.abs(Number.parseFloat(price) - (prices[Number(at)] ?? NaN))).toBeLessThan(0.006);
    }
    expect(await page.evaluate(() => (window as { marked?: boolean }).marked)).toBe(true);
  });

  it('holds live while it is paused, and has every tick of the pause on the chart after catching up', async () => {
    await inPlay(3);
    await page.keyboard.press(' ');
    await page.getByText(/Paused for \d+ s/).waitFor();
    const paused = await drawn();
    await eventually('its end, and the next game, are recorded', async () => {
      const ids = (await recorded()).map(({ game_id: id }) => id);
      return ids.indexOf(paused.game) >= 1;
    });
    // What was on its way already may still come.
    expect(await drawn()).toMatchObject({ game: paused.game });
    expect((await drawn()).ticks).toBeLessThanOrEqual(paused.ticks + 2);
    await page.keyboard.press('c');
    await expect.poll(() => page.getByText(/Paused for/).count()).toBe(0);
    // Its beginning was seen before the pause, the rest came after it; the page's own memory is asked, not the gateway.
    const meta = await recordingOf(paused.game);
    await page.route('**/api/games/2*', (route) => route.fulfill(NOT_RECORDED));
    await page.locator(`a[href="#/live/${paused.game}"]`).click();
    await opened(paused.game);
    await page.getByRole('checkbox', { name: 'Continuous' }).uncheck();
    await seekBar().fill(String(meta.duration_ticks));
    await eventually('all is drawn', async () => (await drawn()).ticks === meta.duration_ticks + 1);
    expect((await drawn()).missing).toBe(0);
    await page.getByRole('checkbox', { name: 'Continuous' }).check();
  });

  it('jumps to the present after a pause, with a whole chart of the game that runs then', async () => {
    await inPlay(3);
    await button('Pause').click();
    await page.getByText(/Paused for \d+ s/).waitFor();
    const before = await drawn();
    await eventually('another game is played meanwhile', async () => {
      const { current } = await getJson<{ current: { gameId: string; prices: unknown[] } }>(
        `${web.url}/api/games/recent`,
      );
      return current.gameId !== before.game && current.prices.length > 5;
    });
    await button('Jump to live').click();
    const shown = await eventually('the end of another game is on the chart', async () => {
      const chart = await drawn();
      return chart.isRugged && chart.game !== before.game ? chart : undefined;
    });
    const meta = await recordingOf(shown.game);
    expect(shown).toMatchObject({ ticks: meta.duration_ticks + 1, missing: 0 });
  });

  it('shows the past of the running game while it goes on, and jumps back to live', async () => {
    await inPlay(12);
    await page.keyboard.press('ArrowLeft');
    await eventually('the newest tick is not on the chart', async () => (await tick()) < (await lastTick()));
    const still = await drawn();
    const title = await page.title();
    await eventually('live goes on', async () => (await page.title()) !== title);
    expect(await drawn()).toEqual(still);
    await seekBar().fill('5');
    await eventually('six ticks are on the chart', async () => (await drawn()).ticks === 6);
    await page.keyboard.press('.');
    await eventually('one more is', async () => (await drawn()).ticks === 7);
    await page.getByText(/ticks before the newest/).waitFor();
    await page.keyboard.press('j');
    await eventually('the newest is', async () => (await tick()) === (await lastTick()));
    expect(await page.getByText(/ticks before the newest/).count()).toBe(0);
  });

  it('switches to the last game and back with the key l', async () => {
    await page.keyboard.press('l');
    await eventually('a recorded game is shown', async () => (await mode()) === 'Recorded');
    expect(hash()).toMatch(/^#\/live\/2/);
    await eventually('it is played', async () => (await tick()) > 0);
    await page.keyboard.press('l');
    await eventually('live is shown', async () => (await mode()) === 'Live');
    expect(hash()).toBe('#/');
    await inPlay(1);
  });

  it('replays a game that is clicked: pause, step, speed, seek, the game before', async () => {
    const long = await eventually('a game of some length is over', async () => {
      const newest = (await recorded()).slice(0, 5);
      return newest.find(({ duration_ticks: ticks }) => ticks > 10);
    });
    await page.locator(`a[href="#/live/${long.game_id}"]`).click();
    await opened(long.game_id);
    const game = hash();
    // Otherwise the next game may come before anybody has looked.
    await page.getByRole('checkbox', { name: 'Continuous' }).uncheck();
    await page.getByRole('combobox', { name: 'Speed' }).selectOption('max');
    await eventually('its end comes', async () => (await tick()) === (await lastTick()));
    const rugs = page.getByRole('figure').getByText(/RUGGED at tick \d+/);
    await expect.poll(() => rugs.count()).toBe(1);
    await seekBar().fill('2');
    await button('One tick back').click();
    await expect.poll(tick).toBe(1);
    await button('One tick on').click();
    await expect.poll(tick).toBe(2);
    await expect.poll(() => rugs.count()).toBe(0);
    await button('Previous game').click();
    await eventually('another game is shown', () => hash() !== game);
    await eventually('it is played', async () => (await tick()) > 0);
    await button('Next game').click();
    await eventually('the first is shown again', () => hash() === game);
  });

  it('goes on with the next recorded game by itself', async () => {
    const [, older] = await recorded();
    await page.goto(`${web.url}/#/live/${older?.game_id}?tick=100000`);
    await eventually('it is shown', async () => (await mode()) === 'Recorded');
    await page.getByRole('checkbox', { name: 'Continuous' }).check();
    await eventually('the next is', () => !hash().includes(String(older?.game_id)));
    expect(hash()).toMatch(/^#\/live\/2/);
  });

  it('says why a control can not be used, and that a game is not there', async () => {
    expect(await button('Catch up').getAttribute('aria-disabled')).toBe('true');
    expect(await button('Catch up').getAttribute('title')).toContain('Live is not paused');
    await page.goto(`${web.url}/#/live/20200101-0000000000000000`);
    await page.getByText('There is no such thing here').waitFor();
    await button('Jump to live').click();
    await eventually('live is shown', async () => (await mode()) === 'Live');
  });

  it('lists the keys, and draws candles', async () => {
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.getByText('Switches between Live and Recorded').waitFor();
    await dialog.getByText('Plays or pauses').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.keyboard.press('k');
    expect(await button('Candles').getAttribute('aria-pressed')).toBe('true');
    await inPlay(12);
    expect((await drawn()).missing).toBe(0);
  });

  it('fits a phone in both modes', async () => {
    await page.setViewportSize(PHONE);
    expect(await sidewaysOverflow(page)).toBe(0);
    await page.keyboard.press('l');
    await eventually('a recorded game is shown', async () => (await mode()) === 'Recorded');
    expect(await sidewaysOverflow(page)).toBe(0);
    await page.setViewportSize(LAPTOP);
  });

  it('has no error and no violation of its content security policy', () => {
    // The browser itself complains of a gateway that is not there, and of what is not found.
    const others = web.complaints.filter((text) => !/ERR_CONNECTION_REFUSED|404/.test(text));
    expect(others).toEqual([]);
  });
});
