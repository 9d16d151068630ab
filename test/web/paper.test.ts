import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness.js';
import { LAPTOP, PHONE, sidewaysOverflow, webTest, type WebTest } from './browser.js';

const TRADER = 'a-token-of-a-trader-for-this-test';
const VIEWER = 'a-token-of-a-viewer-for-this-test';
const entryOf = (role: string, token: string): string =>
  `${role}:sha256:${createHash('sha256').update(token).digest('hex')}`;

describe('paper trading in Chromium', () => {
  let web: WebTest;
  let page: Page;

  beforeAll(async () => {
    const GATEWAY_TOKENS = [entryOf('trader', TRADER), entryOf('viewer', VIEWER)].join(',');
    web = await webTest({
      env: { SIMULATOR_SEED: 'a long first game', SIMULATOR_SPEED: '6', GATEWAY_TOKENS },
    });
    page = await web.open('#/paper');
  });
  afterAll(() => web.stop());

  const button = (name: string | RegExp, on = page) => on.getByRole('button', { name });
  const said = async (): Promise<string> =>
    page.getByRole('region', { name: 'Orders by hand' }).getByRole('status').innerText();
  const go = (hash: string) => page.evaluate((to) => (window.location.hash = to), hash);

  /** Presses until the order was taken: between games it is refused, and its button disabled. */
  async function order(name: string, taken: RegExp): Promise<string> {
    return eventually(`${name} is carried out`, async () => {
      const one = button(new RegExp(`^${name}`));
      if (!(await one.isEnabled())) return undefined;
      await one.click({ timeout: 1_000 }).catch(() => undefined);
      const words = await eventually('there is an answer', async () => (await said()) || undefined);
      return taken.test(words) ? words : undefined;
    });
  }

  it('asks for a token, says when it is wrong, and goes on with a right one', async () => {
    const give = async (token: string): Promise<void> => {
      await page.getByLabel('Token', { exact: true }).fill(token);
      await button('Use it in this tab').click();
    };
    await give('no-such-token');
    await page.getByText(/The token was refused/).waitFor();
    await give(TRADER);
    await page.getByText('No sessions yet').waitFor();
  });

  it('names what is wrong at its field, in the form and in JSON', async () => {
    await page.getByRole('link', { name: 'New session' }).click();
    await button(/^Late sidebets/).click();
    const bets = page.getByLabel('Bets a game');
    await bets.fill('200');
    await page.getByRole('alert').getByText('expected 1 to 125 bets, was "200"').waitFor();
    expect(await bets.getAttribute('aria-invalid')).toBe('true');
    expect(await button('Start session').isDisabled()).toBe(true);
    await bets.fill('3');
    await eventually('it fits', async () => button('Start session').isEnabled());
    await button('As JSON').click();
    const json = page.getByLabel(/^Strategy as JSON/);
    expect(JSON.parse(await json.inputValue())).toMatchObject({ kind: 'sidebets', num_bets: 3 });
    await json.fill('{"name": ');
    await page.getByText(/^expected a strategy as JSON; /).waitFor();
    expect(await button('Start session').isDisabled()).toBe(true);
    await json.fill('{"name":"Always","initial_balance":5,"entry_tick":5,"num_bets":20,"bet_sizes":[0.01]}');
    await button('Form').click();
    expect(await page.getByLabel('First bet at').inputValue()).toBe('5');
  });

  it('shows the words of the gateway when it refuses a session', async () => {
    await button(/^Plug-in/).click();
    await page.getByRole('textbox', { name: 'Plug-in' }).fill('no-such-plugin');
    await button('Start session').click();
    await page.getByText(/^Refused: .*no-such-plugin/).waitFor();
  });

  it('makes a session from a preset, and trades in it by hand', async () => {
    await button(/^Manual trading/).click();
    await button('Start session').click();
    await page.getByRole('heading', { name: 'Manual trading' }).waitFor();
    await page.getByText('Running', { exact: true }).waitFor();
    expect(await button(/^Sell/).isDisabled()).toBe(true);
    await page.getByText('nothing is held').waitFor();
    await page.getByLabel('Amount, SOL').fill('0,01');
    await page.getByText('expected 0.001 to 5 SOL, was "0,01"').first().waitFor();
    await button('0.05').click();
    await eventually(
      'something was bought and sold',
      async () => {
        await order('Buy', /^Bought for 0.05 SOL at/);
        // The rug may be faster than the sale.
        await eventually(
          'it can be sold, or is gone',
          async () =>
            (await button(/^Sell/).isEnabled()) || (await page.getByText('nothing is held').count()) > 0,
        );
        if (!(await button(/^Sell/).isEnabled())) return undefined;
        await button(/^Sell/)
          .click({ timeout: 1_000 })
          .catch(() => undefined);
        const words = await eventually('there is an answer', async () => (await said()) || undefined);
        return /^Sold at .* SOL$/.test(words);
      },
      120_000,
    );
    const history = page.getByRole('region', { name: 'History' }).last();
    await eventually(
      'the history has both',
      async () =>
        /Bought for 0.05 SOL[\s\S]*/.test(await history.innerText()) &&
        (await history.innerText()).includes('Sold at'),
    );
  });

  it('draws the window of a sidebet while it runs, and allows no second one', async () => {
    await order('Sidebet', /^Sidebet of 0.05 SOL on a rug by tick \d+/);
    await eventually('its window and its end are told', async () => {
      const isDrawn =
        (await page.getByText(/In this game: .*sidebet from tick \d+ to \d+ (open|won|lost)/).count()) > 0;
      const isBlocked = (await page.getByText(/a sidebet runs to tick \d+/).count()) > 0;
      const isSettled = (await page.getByText(/^Sidebet of 0.05 SOL (won|lost)/).count()) > 0;
      return isDrawn && (isBlocked || isSettled);
    });
    await page
      .getByText(/^Sidebet of 0.05 SOL (won|lost)/)
      .first()
      .waitFor();
  });

  it('buys by key, but not while somebody types', async () => {
    await page.getByLabel('Amount, SOL').fill('0.01');
    await page.keyboard.press('b');
    expect(await page.getByLabel('Amount, SOL').inputValue()).toBe('0.01b');
    await button('0.01').click();
    await eventually('the key buys', async () => {
      await page.keyboard.press('b');
      return /^Bought for 0.01 SOL at/.test(
        await eventually('there is an answer', async () => (await said()) || undefined),
      );
    });
  });

  it('shows two sessions side by side', async () => {
    await go('#/paper?new=1');
    await button('As JSON').click();
    await page
      .getByLabel(/^Strategy as JSON/)
      .fill('{"name":"Always","initial_balance":5,"entry_tick":5,"num_bets":20,"bet_sizes":[0.01]}');
    await button('Start session').click();
    await page.getByRole('heading', { name: 'Always' }).waitFor();
    await go('#/paper');
    await page.getByLabel('Compare always').check();
    await page.getByLabel('Compare manual-trading').check();
    await button('Compare 2').click();
    await page.getByRole('heading', { name: '2 sessions side by side' }).waitFor();
    await page.getByRole('region', { name: 'always' }).getByText('Running').waitFor();
    await page.getByRole('region', { name: 'manual-trading' }).getByText('Running').waitFor();
    await page
      .getByRole('img', { name: /^Wallets over \d+ games; always: .*manual-trading: / })
      .waitFor({ timeout: 120_000 });
  });

  it('shows a viewer everything, and says why nothing can be ordered', async () => {
    const other = await web.open('#/paper/manual-trading');
    await other.getByLabel('Token', { exact: true }).fill(VIEWER);
    await button('Use it in this tab', other).click();
    await other.getByRole('heading', { name: 'Manual trading' }).waitFor();
    await other.getByText(/^Closed: expected a token of the role trader, was one of viewer/).waitFor();
    for (const name of [/^Buy/, /^Sell/, /^Sidebet/, 'Stop'])
      expect(await button(name, other).isDisabled()).toBe(true);
    await other.context().close();
  });

  it('opens the report of a backtest, with its figures, curves and games, and compares its strategies', async () => {
    const at = (name: string): string => join(web.test.dir, name);
    const [always, never] = [
      { name: 'Always', initial_balance: 5, entry_tick: 5, num_bets: 20, bet_sizes: [0.01] },
      { kind: 'observer', name: 'Never', initial_balance: 5 },
    ];
    await writeFile(at('ladder.json'), JSON.stringify(always));
    await writeFile(at('never.json'), JSON.stringify(never));
    const strategies = ['--strategy', at('ladder.json'), '--strategy', at('never.json')];
    await promisify(execFile)(process.execPath, [
      ...[
        'services/paper/dist/main.js',
        'backtest',
        ...strategies,
        '--games',
        'generated:120',
        '--out',
        at('report.json'),
      ],
    ]);
    await go('#/reports');
    await page.getByText('Drop a report here, or open one').waitFor();
    await page.getByLabel('Open a report').setInputFiles(at('report.json'));
    await page.getByRole('heading', { name: '2 strategies compared' }).waitFor();
    await page.getByRole('img', { name: /^The wallet after each of 120 games: from 5.0000 to / }).waitFor();
    await page.getByRole('img', { name: /^The fall of the wallet from its peak/ }).waitFor();
    await page.getByRole('img', { name: /^How often a game had which return, of \d+/ }).waitFor();
    const games = page.getByRole('region', { name: 'Games and bets' }).last();
    await eventually(
      'a page of its games is there',
      async () => (await games.getByRole('row').count()) === 51,
    );
    expect(await games.getByRole('link').first().getAttribute('href')).toMatch(/^#\/games\/\d{8}-/);
    await games.locator('summary').first().click();
    await games
      .getByText(/Sidebet of 0.01 SOL (won|lost).*, [+−]0\.\d{4} SOL/)
      .first()
      .waitFor();
    await button('On').click();
    await page.getByText(/^51 to 100 of \d+$/).waitFor();
    await button('Never').click();
    await page.getByText('Nothing was staked.').waitFor();
  });

  it('says what a file is that is no such report, and keeps the one that is open', async () => {
    const refuse = async (name: string, text: string, words: RegExp): Promise<void> => {
      await page
        .getByLabel('Open another')
        .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
      await page.getByRole('alert').getByText(words).waitFor();
    };
    await refuse(
      'sweep.json',
      '{"combinations":[]}',
      /^sweep.json: expected a report of a backtest, was that of a sweep/,
    );
    await refuse('bad.json', '{"backtests":[{"summary":{}}]}', /does not fit at backtests\[0\]\.summary\./);
    expect(await page.getByRole('heading', { name: '2 strategies compared' }).count()).toBe(1);
  });

  it('has had no error and no violation of its content security policy', () => {
    // That a token is needed is a refusal, which the console of a browser lists.
    expect(web.complaints.filter((one) => !one.includes('401'))).toEqual([]);
  });

  it('fits a phone without scrolling sideways', async () => {
    await page.setViewportSize(PHONE);
    for (const hash of [
      '#/paper',
      '#/paper?new=1',
      '#/paper/always',
      '#/paper?sessions=always,manual-trading',
      '#/reports',
    ]) {
      await go(hash);
      await eventually('it is loaded', async () => (await page.getByRole('heading').count()) > 0);
      expect([hash, await sidewaysOverflow(page)]).toEqual([hash, 0]);
    }
    await page.setViewportSize(LAPTOP);
  });

  it('goes on without a reload when gateway and paper trading were killed, and no order comes twice', async () => {
    await go('#/paper/manual-trading');
    await page.getByRole('heading', { name: 'Manual trading' }).waitFor();
    await page.evaluate(() => ((window as { marked?: boolean }).marked = true));
    web.test.system.child('gateway').signal('SIGKILL');
    web.test.system.child('paper').signal('SIGKILL');
    await page.getByText('Closed: not connected to the gateway.').waitFor();
    await button('0.001').click();
    await order('Buy', /^Bought for 0.001 SOL at/);
    const history = page.getByRole('region', { name: 'History' }).last();
    await eventually('its line is there', async () =>
      (await history.innerText()).includes('Bought for 0.001 SOL'),
    );
    expect((await history.innerText()).split('Bought for 0.001 SOL')).toHaveLength(2);
    expect(await page.evaluate(() => (window as { marked?: boolean }).marked)).toBe(true);
  });

  it('stops a session once that is confirmed, does not start it by looking, and starts it again', async () => {
    await eventually('it can be stopped', async () => button('Stop').isEnabled());
    await button('Stop').click();
    await button('Keep it running').click();
    await page.getByText('Running', { exact: true }).waitFor();
    await button('Stop').click();
    await button('Stop it').click();
    await page.getByText('Stopped', { exact: true }).waitFor();
    await page.reload();
    await page.getByText(/^Closed: the session is stopped/).waitFor();
    await button('Start again').click();
    await page.getByText('Running', { exact: true }).waitFor();
  });
});
