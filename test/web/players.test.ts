import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness.js';
import { sidewaysOverflow, PHONE, webTest, type WebTest } from './browser.js';
import { DAY, EARLIER_DAY, GAMES, TICKS, writePlayer } from './playersData.js';

const TOKEN = 'of-somebody-who-may-look';
const ENTRY = `viewer:sha256:${createHash('sha256').update(TOKEN).digest('hex')}`;

let web: WebTest;
let page: Page;
let names: Awaited<ReturnType<typeof writePlayer>>;

beforeAll(async () => {
  web = await webTest({ env: { GATEWAY_TOKENS: ENTRY, SIMULATOR_SPEED: '4' } });
  names = await writePlayer(web.test.dataDir);
  page = await web.open('#/players');
});
afterAll(() => web.stop());

const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
const tick = (): Locator => page.getByRole('slider', { name: 'Tick' });
const atTick = async (): Promise<number> => Number(await tick().inputValue());
const figure = (name: string): Promise<string> =>
  page
    .getByLabel('How the player stands')
    .locator('div', { has: page.getByText(name, { exact: true }) })
    .locator('dd')
    .innerText();

/** The player's buttons that are pressed, with what they show. */
const pressed = (): Promise<string[]> =>
  page.getByLabel("The player's buttons").getByRole('button', { pressed: true }).allInnerTexts();
const until = (what: string, text: string): Promise<boolean> =>
  eventually(what, async () => (await page.getByText(text).count()) > 0);

const openPiano = async (): Promise<void> => {
  await page.goto(`${web.url}/#/players/${names.session}`);
  await page.getByRole('heading', { name: 'Game 1 of 3' }).waitFor();
  await page.getByRole('link', { name: GAMES.long }).waitFor();
};

describe('the recorded sessions', () => {
  it('need a token where there are any, and come when it is given', async () => {
    await page.getByText('A token is needed for the recorded sessions').waitFor();
    await page.getByRole('textbox', { name: 'Token' }).fill('a wrong one');
    await button('Use it in this tab').click();
    await page.getByText('The token was refused').waitFor();
    await page.getByRole('textbox', { name: 'Token' }).fill(TOKEN);
    await button('Use it in this tab').click();
    await page.getByRole('table').waitFor();
  });

  it('are listed with what came of them', async () => {
    const rows = await page.getByRole('row').allInnerTexts();
    expect(rows).toHaveLength(4);
    const row = rows.find((text) => text.includes('+0.0202'));
    for (const part of ['dutch', '1 h 32 min', 'Disconnected', '10', '1.0000', '0.9202'])
      expect(row).toContain(part);
    expect(rows.filter((text) => text.includes('Still open'))).toHaveLength(1);
  });

  it('are filtered by their day, and the address says so', async () => {
    await page.getByLabel('To', { exact: true }).fill(EARLIER_DAY);
    await eventually('one is left', async () => (await page.getByRole('row').count()) === 2);
    expect(page.url()).toContain(`to=${EARLIER_DAY}`);
    await page.getByLabel('To', { exact: true }).fill('2020-01-01');
    await page.getByText('No session was recorded in this time').waitFor();
    await button('Show all').click();
    await eventually('all are back', async () => (await page.getByRole('row').count()) === 4);
  });

  it('of which a damaged one says so', async () => {
    await page.goto(`${web.url}/#/players/${names.damaged}`);
    await until('the gateway says what is wrong', 'is damaged');
  });
});

describe('the piano', () => {
  it('opens at the beginning, with nothing pressed and the balance of the start', async () => {
    await page.goto(`${web.url}/#/players`);
    await page.getByRole('row').filter({ hasText: '+0.0202' }).getByRole('link').click();
    await page.getByRole('heading', { name: 'Game 1 of 3' }).waitFor();
    expect([await atTick(), await pressed(), await figure('Balance'), await figure('Position')]).toEqual([
      0,
      [],
      '1.0000 SOL',
      '–',
    ]);
  });

  it('presses the button of each action at its tick, and shows how the player then stood', async () => {
    await openPiano();
    const steps: unknown[] = [];
    for (let step = 0; step < 4; step += 1) {
      await page.keyboard.press('ArrowRight');
      steps.push([await atTick(), await pressed(), await figure('Balance'), await figure('P&L of the game')]);
    }
    expect(steps).toEqual([
      [TICKS.bet, ['SIDEBET\n0.01 SOL'], '0.9900 SOL', '0.0000'],
      [TICKS.buy, ['BUY\n0.05 SOL'], '0.9400 SOL', '0.0000'],
      [TICKS.sell, ['SELL\n0.06 SOL'], '1.0000 SOL', '+0.0100'],
      [TICKS.lose, [], '–', '0.0000'],
    ]);
    await page.keyboard.press('ArrowLeft');
    expect([await atTick(), await pressed()]).toEqual([TICKS.sell, ['SELL\n0.06 SOL']]);
  });

  it('has a button pressed at the tick of its action only, wherever the seek bar is put', async () => {
    const at: [number, string[]][] = [
      [TICKS.buy - 1, []],
      [TICKS.buy, ['BUY\n0.05 SOL']],
      [TICKS.buy + 1, []],
    ];
    for (const [where, expected] of at) {
      await tick().fill(String(where));
      expect([await atTick(), await pressed()]).toEqual([where, expected]);
    }
  });

  it('marks the actions on the chart in words too, and shades the window of a sidebet', async () => {
    await tick().fill(String(TICKS.buy));
    const chart = page.getByRole('img', { name: `up to tick ${TICKS.buy}` });
    expect(await chart.getAttribute('aria-label')).toContain(`Sidebet at tick ${TICKS.bet}, Buy at tick`);
    // In the short game buy and bet are of one tick: no price comes between, only the window of the bet.
    await page.getByRole('button', { name: /^0\s*Buy/ }).click();
    const ahead = async (): Promise<Buffer> => {
      const box = await page.getByRole('img', { name: 'up to tick 0' }).boundingBox();
      if (box === null) throw new Error('expected the chart to be seen');
      // Ticks 20 to 30 of the 80 that a chart has at least, above every line and word.
      const clip = { x: box.x + 0.24 * box.width, y: box.y + 4, width: 0.1 * box.width, height: 20 };
      return page.screenshot({ clip });
    };
    await page.getByRole('img', { name: 'up to tick 0; Buy at tick 0' }).waitFor();
    const before = await ahead();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('img', { name: 'Buy at tick 0, Sidebet at tick 0' }).waitFor();
    await eventually('the window is shaded', async () => !(await ahead()).equals(before));
    await page.keyboard.press('p');
    await page.getByRole('heading', { name: 'Game 1 of 3' }).waitFor();
  });

  it('plays by its own clock, pauses, and plays on from there', async () => {
    await tick().fill('0');
    await page.getByLabel('Speed').selectOption('4');
    await page.getByRole('heading', { name: 'Game 1 of 3' }).click();
    await page.keyboard.press(' ');
    await eventually('the buy is played', async () => (await atTick()) >= TICKS.buy);
    await page.keyboard.press(' ');
    await button('Play').waitFor();
    const paused = await atTick();
    expect(paused).toBeGreaterThanOrEqual(TICKS.buy);
    await page.keyboard.press(' ');
    await eventually('it goes on', async () => (await atTick()) > paused);
    await button('Pause').click();
  });

  it('goes to the action that is clicked, and marks it in the list', async () => {
    await page.getByRole('button', { name: /Sidebet won/ }).click();
    await page.getByRole('heading', { name: 'Game 2 of 3' }).waitFor();
    await page
      .getByRole('figure')
      .getByText(/RUGGED at tick \d+/)
      .waitFor();
    await page.getByText('Sidebet won 0.05 SOL').waitFor();
    await page.getByText('Sold at the rug 0.0002 SOL').waitFor();
    const current = page.getByRole('region', { name: 'Actions' }).locator('[aria-current]');
    expect(await current.allInnerTexts()).toEqual([expect.stringContaining('Sidebet won')]);
    expect([await pressed(), await figure('P&L of the session')]).toEqual([[], '+0.0202']);
  });

  it('plays both buttons of one tick, and goes from game to game', async () => {
    await page.keyboard.press('p');
    await page.getByRole('heading', { name: 'Game 1 of 3' }).waitFor();
    await page.keyboard.press('n');
    await page.getByRole('heading', { name: 'Game 2 of 3' }).waitFor();
    expect(await pressed()).toEqual(['BUY\n0.02 SOL', 'SIDEBET\n0.01 SOL']);
    await page.getByLabel('Speed').selectOption('16');
    await button('Play').click();
    await page.getByRole('heading', { name: 'Game 3 of 3' }).waitFor();
    await eventually('it ends with the last game', async () => (await button('Play').count()) === 1);
  });

  it('shows what was done in a game that was not recorded, and leaves open what is not known', async () => {
    await page.getByText('This game was not recorded').waitFor();
    await page.getByRole('region', { name: 'Actions' }).getByRole('button', { name: /^25/ }).click();
    expect(await pressed()).toEqual(['SELL\n0.12 SOL']);
    expect([await figure('Balance'), await figure('P&L of the session')]).toEqual([
      '–',
      expect.stringMatching(/^\+0\.0202\s+and 1 unknown$/),
    ]);
  });
});

describe('a file from the disk', () => {
  it('that is none of a session is refused in words', async () => {
    await page.goto(`${web.url}/#/players`);
    const picker = page.getByLabel('Open a session file');
    const file = (text: string) => ({
      name: 'some.json',
      mimeType: 'application/json',
      buffer: Buffer.from(text),
    });
    await picker.setInputFiles(file('{"meta":'));
    await page.getByRole('alert').filter({ hasText: 'some.json is no JSON' }).waitFor();
    await picker.setInputFiles(file('{"meta":{}}'));
    await page
      .getByRole('alert')
      .filter({ hasText: 'some.json is no recorded session (meta.session_id' })
      .waitFor();
  });

  it('is played as one of the recorder, and is not uploaded', async () => {
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.method()));
    const path = join(web.test.dataDir, 'recordings', DAY, `sessions/${names.session}_session.json`);
    const buffer = await readFile(path);
    const picker = page.getByLabel('Open a session file');
    await picker.setInputFiles({ name: 'mine.json', mimeType: 'application/json', buffer });
    await page.getByText('from mine.json').waitFor();
    await page.getByRole('link', { name: GAMES.long }).waitFor();
    await page.keyboard.press('ArrowRight');
    expect(await pressed()).toEqual(['SIDEBET\n0.01 SOL']);
    expect(sent.filter((method) => method !== 'GET')).toEqual([]);
  });

  it('is asked for again after a reload', async () => {
    await page.reload();
    await page.getByText('No file is open').waitFor();
  });
});

it('fits a phone without scrolling sideways', async () => {
  await page.setViewportSize(PHONE);
  await openPiano();
  expect(await sidewaysOverflow(page)).toBe(0);
  await page.goto(`${web.url}/#/players`);
  await page.getByRole('table').waitFor();
  expect(await sidewaysOverflow(page)).toBe(0);
});

it('says how sessions come to be where there are none', async () => {
  const empty = await page.context().newPage();
  await empty.route('**/api/account/sessions', (route) =>
    route.fulfill({ json: { sessions: [], next: null } }),
  );
  await empty.goto(`${web.url}/#/players`);
  // Another tab has its own token; the answer above needs none.
  await empty.getByText('No session has been recorded yet').waitFor();
  expect(await empty.getByText('docs/chrome.md').count()).toBe(1);
  await empty.close();
});

it('had no error and no violation of the content security policy', () => {
  // The browser itself tells of the answers that these tests ask for: no token, no such game, a damaged file.
  const isAskedFor = (text: string): boolean => /responded with a status of (401|404|500) /.test(text);
  expect(web.complaints.filter((text) => !isAskedFor(text))).toEqual([]);
});
