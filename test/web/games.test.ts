import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { derivePrices, hashSeed } from '@vectra/game';
import type { GameRecording } from '@vectra/protocol';
import type { Download, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness.js';
import { PHONE, sidewaysOverflow, webTest, type WebTest } from './browser.js';
import { DAY, recordedGame, writeGames } from './recordedGames.js';

const GAMES = 240;
const TAMPERED_AT = 4;
/** Only the games that the test wrote: the simulator's are of today. */
const OWN = `to=${DAY}`;

const games = Array.from({ length: GAMES }, (_, number) => recordedGame(number));
const tall = games.filter(({ meta }) => meta.peak_multiplier >= 5);
const highest = Math.max(...games.map(({ meta }) => meta.peak_multiplier));
const lowest = Math.min(...games.map(({ meta }) => meta.peak_multiplier));
const plain = games.findIndex(({ prices }, at) => at > 20 && prices.length > 60);

/** Its price at one tick is not what its seed says. */
const tampered = { ...recordedGame(GAMES), prices: [...recordedGame(GAMES).prices] };
/** It was joined late, filled in up to tick 9, and then has a hole. */
const holed: GameRecording = {
  meta: {
    ...recordedGame(GAMES + 1).meta,
    ...{ duration_ticks: 19, rug_tick: 40, complete: false, backfilled_ticks: 12 },
    ...{ server_seed: null, verified: null },
  },
  prices: recordedGame(GAMES + 1)
    .prices.slice(0, 1)
    .concat(Array<number>(19).fill(1.1)),
  backfills: [
    { from: 0, to: 6, by: 'snapshot' },
    { from: 7, to: 9, by: 'partialPrices' },
  ],
  missing: [{ from: 20, to: 24 }],
};
const longest = longGame(GAMES + 2);

/** A game of 5,000 ticks, by a seed that lets it live that long up to its recorded end. */
function longGame(number: number): GameRecording {
  const game = recordedGame(number);
  const prices = Array.from({ length: 5_001 }, (_, tick) => 1 + Math.sin(tick / 300) / 2);
  const meta = {
    ...game.meta,
    duration_ticks: 5_000,
    rug_tick: 5_000,
    peak_multiplier: 1.5,
    verified: false,
  };
  return { meta, prices };
}

describe('the games screen in Chromium', () => {
  let folder: string;
  let web: WebTest;
  let page: Page;

  beforeAll(async () => {
    tampered.prices[TAMPERED_AT] = 2;
    tampered.meta = { ...tampered.meta, verified: false, duration_ticks: tampered.prices.length - 1 };
    folder = await mkdtemp(join(tmpdir(), 'vectra-games-'));
    await writeGames(folder, [...games, tampered, holed, longest]);
    web = await webTest({ env: { RUGS_DATA_DIR: folder, SIMULATOR_SPEED: '5' } });
  });
  afterAll(async () => {
    await web.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const rows = (at = page): Locator => at.getByRole('table', { name: 'Recorded games' }).locator('tbody tr');
  const countOf = async (at: Locator, count: number): Promise<void> => {
    await eventually(`${count} of them`, async () => (await at.count()) === count);
  };
  const peaks = async (): Promise<number[]> =>
    (await rows().locator('td:nth-child(3)').allInnerTexts()).map((text) => Number.parseFloat(text));
  const addressed = (text: string): Promise<unknown> =>
    eventually(`the address has ${text}`, () => page.url().includes(text));

  describe('the list', () => {
    it('shows the newest games, says how many there are, and loads more below them', async () => {
      page = await web.open(`#/games?${OWN}`);
      await countOf(rows(), 50);
      await page.getByText(`50 of ${GAMES + 3} games`).waitFor();
      const first = await rows().first().innerText();
      await page.getByRole('button', { name: 'Load 50 more' }).click();
      await countOf(rows(), 100);
      expect(await rows().first().innerText()).toBe(first);
    });

    it('finds the place again for whoever comes back from a game', async () => {
      await rows().nth(80).getByRole('link').first().click();
      await page.getByRole('heading', { name: 'Provably fair' }).waitFor();
      await page.goBack();
      await countOf(rows(), 100);
    });

    it('is filtered, and a link with the filters shows the same games', async () => {
      await page.keyboard.press('/');
      expect(await page.getByLabel('From (UTC)').evaluate((field) => field === document.activeElement)).toBe(
        true,
      );
      await page.getByLabel('Peak from').fill('5');
      await page.getByLabel('Peak from').press('Enter');
      await page.getByLabel('Seed', { exact: true }).selectOption('agrees');
      await addressed('verified=true');
      await countOf(rows(), tall.length);
      const link = await web.open(page.url().slice(page.url().indexOf('#')));
      await countOf(rows(link), tall.length);
      expect(await link.getByLabel('Peak from').inputValue()).toBe('5');
      expect(await rows(link).allInnerTexts()).toEqual(await rows().allInnerTexts());
      await link.context().close();
      await page.getByText('what the game’s constants predict of all games does not apply').waitFor();
    });

    it('says when no game fits, and shows all again', async () => {
      await page.getByLabel('Ticks from').fill('4999');
      await page.getByRole('button', { name: 'Filter', exact: true }).click();
      await page.getByText('No recorded game fits the filters').waitFor();
      await page.getByRole('button', { name: 'Show all games' }).click();
      await countOf(rows(), 50);
      expect(page.url()).not.toContain('minPeak');
    });

    it('is sorted by its headers', async () => {
      await page.goto(`${web.url}/#/games?${OWN}&verified=true`);
      const header = page
        .getByRole('table', { name: 'Recorded games' })
        .getByRole('columnheader', { name: 'Peak' });
      await header.getByRole('button').click();
      await eventually('highest first', async () => (await peaks())[0] === Number(highest.toFixed(2)));
      expect(await header.getAttribute('aria-sort')).toBe('descending');
      await header.getByRole('button').click();
      await eventually('lowest first', async () => (await peaks())[0] === Number(lowest.toFixed(2)));
      expect(await header.getAttribute('aria-sort')).toBe('ascending');
      await addressed('sort=peak&order=asc');
    });

    it('counts peaks and durations, beside what the constants of the game predict', async () => {
      const table = page.getByRole('table', { name: 'Durations' });
      const counts = async (): Promise<number[]> =>
        (await table.locator('tbody td:nth-of-type(2)').allInnerTexts()).map(Number);
      await eventually('every game is counted', async () => {
        return (await counts()).reduce((sum, count) => sum + count, 0) === GAMES;
      });
      const early = games.filter(({ meta }) => meta.duration_ticks < 10).length;
      expect((await counts())[0]).toBe(early);
      expect(await table.getByRole('row', { name: '1 to 9' }).innerText()).toContain('4.4 %');
      await page.getByText('expected 44.0 %').waitFor();
    });

    it('offers games that came meanwhile, and keeps the place until somebody wants them', async () => {
      await page.goto(`${web.url}/#/games`);
      await countOf(rows(), 50);
      const first = await rows().first().getByRole('link').nth(1).getAttribute('href');
      const button = page.getByRole('button', { name: /^\d+ new games?$/ });
      await button.waitFor({ timeout: 60_000 });
      expect(await rows().first().getByRole('link').nth(1).getAttribute('href')).toBe(first);
      await button.click();
      await eventually('newer games are on top', async () => {
        return (await rows().first().getByRole('link').nth(1).getAttribute('href')) !== first;
      });
    });
  });

  describe('the page of a game', () => {
    const show = async ({ meta }: GameRecording): Promise<void> => {
      await page.goto(`${web.url}/#/games/${meta.game_id}`);
      await page.getByRole('heading', { name: meta.game_id }).waitFor();
    };
    const verdict = (): Locator => page.getByRole('region', { name: 'Provably fair' }).getByRole('status');
    const saved = async (name: string): Promise<{ file: Download; content: Buffer }> => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name, exact: true }).click(),
      ]);
      return { file, content: await readFile(await file.path()) };
    };

    it('is reached from its row, and shows its figures', async () => {
      await page.goto(`${web.url}/#/games?${OWN}&verified=true&sort=peak`);
      await rows().first().locator('td').nth(2).click();
      const game = games.find(({ meta }) => meta.peak_multiplier === highest);
      await page.getByRole('heading', { name: game?.meta.game_id ?? '' }).waitFor();
      await page.getByText(`at tick ${game?.prices.indexOf(highest)}`).waitFor();
      await page.getByText(new RegExp(`^tick ${game?.meta.rug_tick} at`)).waitFor();
      await page.getByText('Every tick from 0 to the rug is known.').waitFor();
      await page
        .getByRole('img', { name: /^Price by tick/ })
        .locator('canvas')
        .first()
        .waitFor();
    });

    it('leads to its neighbours and to the replay by keys', async () => {
      const [before, game, after] = [games[plain - 1], games[plain], games[plain + 1]];
      if (before === undefined || game === undefined || after === undefined)
        throw new Error('expected games');
      await show(game);
      await page.getByRole('link', { name: 'Next →' }).waitFor();
      await page.keyboard.press('n');
      await page.getByRole('heading', { name: after.meta.game_id }).waitFor();
      await page.getByRole('link', { name: '← Previous' }).click();
      await page.getByRole('heading', { name: game.meta.game_id }).waitFor();
      await page.getByRole('link', { name: '← Previous' }).waitFor();
      await page.keyboard.press('p');
      await page.getByRole('heading', { name: before.meta.game_id }).waitFor();
      await page.keyboard.press('r');
      await addressed(`#/live/${before.meta.game_id}`);
    });

    it('derives the prices from the seed, and they agree', async () => {
      const game = games[plain];
      if (game === undefined) throw new Error('expected a game');
      await show(game);
      await page.getByText(`All ${game.meta.rug_tick} prices agree to the last bit.`).waitFor();
      await page.getByText('✓ the same').waitFor();
      await page.getByText('Every tick: recorded and derived').click();
      const table = page.getByRole('table', { name: 'Prices as recorded and as derived from the seed' });
      expect(await table.locator('tbody tr').nth(2).innerText()).toBe(
        ['2', game.prices[2], game.prices[2], '✓'].join('\t'),
      );
    });

    it('names the first tick of a tampered recording', async () => {
      await show(tampered);
      const derived = recordedGame(GAMES).prices[TAMPERED_AT];
      await eventually('it disagrees', async () =>
        (await verdict().innerText()).includes(
          `disagree, the first at tick ${TAMPERED_AT}: recorded 2, derived ${derived}.`,
        ),
      );
    });

    it('checks a seed by hand, and one with another digit disagrees', async () => {
      const game = games[plain];
      if (game === undefined) throw new Error('expected a game');
      await show(game);
      const seed = game.meta.server_seed ?? '';
      const other = `${seed.startsWith('0') ? '1' : '0'}${seed.slice(1)}`;
      await page.getByText('Check a seed by hand').click();
      const form = page.getByRole('form', { name: 'Check a seed by hand' });
      await form.getByLabel('Server seed').fill(other);
      await form.getByRole('button', { name: 'Check' }).click();
      await eventually('it disagrees', async () => (await verdict().innerText()).includes('at tick 1:'));
      await page.getByText('≠ another one').waitFor();
      await page.getByText(hashSeed(other)).waitFor();
      await form.getByRole('button', { name: 'Back to the recorded seed' }).click();
      await page.getByText(`All ${game.meta.rug_tick} prices agree to the last bit.`).waitFor();
    });

    it('derives a game by hand of which there is no recording', async () => {
      const id = '20240101-0123456789abcdef';
      const form = page.getByRole('form', { name: 'Check a seed by hand' });
      await form.getByLabel('Server seed').fill('a5'.repeat(32));
      await form.getByLabel('Game id').fill(id);
      await form.getByLabel('Version').selectOption('v1');
      await form.getByRole('button', { name: 'Check' }).click();
      const { rugTick } = derivePrices('a5'.repeat(32), id, 'v1');
      await page.getByText(`rug at tick ${rugTick}`).waitFor();
      expect(await verdict().innerText()).toContain('neither a recording nor an announced hash');
    });

    it('says what was filled in and by what, what is missing, and that the seed is not known', async () => {
      await show(holed);
      await page.getByText('Missing: ticks 20 to 24.').waitFor();
      const table = page.getByRole('table', { name: /^Backfilled: 10 ticks/ });
      expect(await table.locator('tbody tr').allInnerTexts()).toEqual([
        'the snapshot after a reconnect\t0 to 6\t7',
        'the five-tick window of a later frame\t7 to 9\t3',
      ]);
      await page.getByText('2 ticks were not received live; this recording does not say by what').waitFor();
      await page.getByText('The seed of this game is not known yet.').waitFor();
    });

    it('shows a game of 5,000 ticks at once', async () => {
      await show(longest);
      await page.getByText('Every tick: recorded and derived').click();
      await page.getByLabel('Tick', { exact: true }).fill('4990');
      await page.getByRole('rowheader', { name: '4990' }).waitFor();
      expect(await page.getByRole('rowheader').count()).toBeLessThan(100);
    });

    it('gives its ticks as files with every digit of the prices', async () => {
      const game = games[plain];
      if (game === undefined) throw new Error('expected a game');
      await show(game);
      const { meta, prices } = game;
      const csv = await saved('CSV');
      expect(csv.file.suggestedFilename()).toBe(`${meta.game_id}.csv`);
      const lines = prices.map((price, tick) => `${tick},${price}\n`);
      expect(csv.content.toString()).toBe(`tick,price\n${lines.join('')}`);
      const parquet = await saved('Parquet');
      expect(parquet.file.suggestedFilename()).toBe(`${meta.game_id}.parquet`);
      expect(parquet.content.subarray(0, 4).toString()).toBe('PAR1');
      const recording = await saved('Recording');
      expect(recording.file.suggestedFilename()).toBe(`${meta.game_id}.game.json`);
      expect(JSON.parse(recording.content.toString())).toEqual(game);
    });
  });

  it('fits a phone without scrolling sideways', async () => {
    await page.setViewportSize(PHONE);
    for (const hash of [
      `#/games?${OWN}`,
      `#/games/${tampered.meta.game_id}`,
      `#/games/${holed.meta.game_id}`,
    ]) {
      await page.goto(`${web.url}/${hash}`);
      await page.getByRole('heading', { name: /^(Distributions|Provably fair)$/ }).waitFor();
      expect(await sidewaysOverflow(page)).toBe(0);
    }
  });

  it('has no error and no violation of its content security policy', () => {
    // Chromium tells a refused request as an error: that of the game by hand, of which there is no recording.
    expect(web.complaints.filter((text) => !text.includes('status of 404'))).toEqual([]);
  });

  it('says beside a filter what the gateway expects of it', async () => {
    await page.goto(`${web.url}/#/games?minPeak=much&from=yesterday`);
    const field = page.getByLabel('Peak from');
    await page.getByText('expected a multiplier, as in 10 or 2.5').waitFor();
    await page.getByText(/^expected an ISO 8601 date or time/).waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByLabel('From (UTC)').inputValue()).toBe('yesterday');
  });

  it('says when there is no such game', async () => {
    for (const id of ['20251207-ffffffffffffffff', 'no such id']) {
      await page.goto(`${web.url}/#/games/${encodeURIComponent(id)}`);
      await page.getByText('There is no recording of this game').waitFor();
      await page.getByText(`Nothing is known of a game ${id}.`).waitFor();
    }
    await page.getByRole('link', { name: 'All recorded games' }).click();
    await countOf(rows(), 50);
  });
});
