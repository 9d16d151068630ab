import { count, escaped, figure, orDash, percent, signed } from '../format.js';
import { colour, page, pageTable } from '../page.js';
import type { Happening } from '../session/session.js';
import { curves, histogram } from './charts.js';
import type { Backtest, GameResult } from './run.js';
import { drawdownsOf, verdict, type Summary } from './summary.js';
import { METHODS, severalWarning } from './text.js';

/** Rows of games in all; further ones are in the JSON report. */
const MOST_ROWS = 1_000;

export interface Reported {
  backtest: Backtest;
  summary: Summary;
}

/** The report of a backtest; several are compared first. */
export function renderHtml(reported: readonly Reported[]): string {
  const [first] = reported;
  if (first === undefined) throw new Error('expected a backtest to report');
  const rows = Math.floor(MOST_ROWS / reported.length);
  if (reported.length === 1) {
    const title = `<h1>${escaped(first.summary.strategy.name)}</h1>\n${gamesText(first)}`;
    return page(`Backtest: ${first.summary.strategy.name}`, `${title}\n${section(first, rows)}`);
  }
  const sections = reported.map(
    (one) => `<h1 class="next">${escaped(one.summary.strategy.name)}</h1>\n${section(one, rows)}`,
  );
  return page(
    'Backtests compared',
    `<h1>${reported.length} strategies compared</h1>\n${gamesText(first)}\n${comparison(reported)}\n${sections.join('\n')}`,
  );
}

function gamesText({ backtest: { games }, summary: { leftOut } }: Reported): string {
  const [first, last] = [games[0], games.at(-1)];
  const span =
    first === undefined || last === undefined
      ? ''
      : `, ${escaped(first.startTime.slice(0, 10))} to ${escaped(last.startTime.slice(0, 10))}`;
  const missing = leftOut > 0 ? `, ${count(leftOut)} left out` : '';
  return `<p class="soft">${count(games.length)} games${missing}${span}</p>`;
}

function comparison(reported: readonly Reported[]): string {
  const rows = reported.map(
    ({ summary }) =>
      `<tr><td>${escaped(summary.strategy.name)}</td><td>${count(summary.gamesStaked)}</td><td>${orDash(summary.winRate, (rate) => percent(rate, 1))}</td><td class="${colour(Number(summary.profit))}">${signed(Number(summary.profit))}</td><td>${summary.brokeAfter === null ? percent(summary.maxDrawdown, 1) : `broke after ${count(summary.brokeAfter)}`}</td><td>${orDash(summary.profitFactor, figure)}</td><td>${orDash(summary.sharpe, figure)}</td><td>${orDash(summary.meanReturn, ({ mean }) => percent(mean, 3))}</td><td>${orDash(summary.meanReturn, ({ low, high }) => `${percent(low, 3)} to ${percent(high, 3)}`)}</td></tr>`,
  );
  return `${pageTable('<tr><th>Strategy</th><th>Games staked</th><th>Won</th><th>Profit, SOL</th><th>Drawdown</th><th>Profit factor</th><th>Sharpe, a game</th><th>Mean return</th><th>95 % of its interval</th></tr>', rows)}
<p class="verdict">${severalWarning(reported.length)}</p>
<h2>Wallets, as multiples of the start</h2>
${curves(
  reported.map(({ summary, backtest }) => ({
    name: summary.strategy.name,
    values: walletsOf(summary, backtest).map((wallet) => wallet / Number(summary.initial)),
  })),
  { label: 'The wallets after each game', base: 1 },
)}`;
}

function walletsOf({ initial }: Summary, { games }: Backtest): number[] {
  return [Number(initial), ...games.map(({ wallet }) => Number(wallet))];
}

function section({ backtest, summary }: Reported, rows: number): string {
  const wallets = walletsOf(summary, backtest);
  const staked = backtest.games.filter(({ bets }) => bets > 0);
  const failed =
    summary.error === null
      ? ''
      : `<p class="verdict bad"><strong>The strategy failed and was given up:</strong> ${escaped(summary.error)}</p>`;
  return `${failed}
<p class="verdict${summary.brokeAfter === null ? '' : ' bad'}">${verdict(summary)}</p>
${figures(summary)}
<h2>Wallet, SOL</h2>
${curves([{ name: summary.strategy.name, values: wallets }], { label: 'The wallet after each game', base: Number(summary.initial) })}
<h2>Drawdown</h2>
<div class="fall">${curves([{ name: 'drawdown', values: drawdownsOf(wallets) }], { label: 'The fall of the wallet from its peak', base: 0, show: (share) => `${figure(100 * share)} %`, filled: true })}</div>
<h2>What a game brought</h2>
<p class="soft">Games in which something was staked; heights are square roots of counts.</p>
${histogram(
  staked.map(({ profit }) => Number(profit)),
  'How often a game brought how much',
)}
<h2>The house</h2>
<p>By the game's own constants a position is expected to change by ${percent(summary.house.changePerTick, 3)} in each tick it is held; a sidebet wins with a chance of ${percent(summary.house.sidebetChance, 2)} and brings back ${figure(summary.house.sidebetReturn)} of its stake. Whatever a backtest shows, this is what a strategy has to beat.</p>
<h2>Strategy</h2>
<pre>${escaped(JSON.stringify(summary.strategy, null, 2))}</pre>
<h2>Games and bets</h2>
${gamesTable(staked, betsByGame(backtest.history), rows)}`;
}

function figures(summary: Summary): string {
  const { meanReturn, sidebets, winRateInterval } = summary;
  const within = ({ low, high }: { low: number; high: number }, digits: number): string =>
    `95 %: ${percent(low, digits)} to ${percent(high, digits)}`;
  const small = (text: string): string => `<small>${text}</small>`;
  const rows: [string, string][] = [
    [
      'Wallet',
      `${figure(Number(summary.wallet))} SOL${small(`from ${figure(Number(summary.initial))}, peak ${figure(Number(summary.peakWallet))}`)}`,
    ],
    [
      'Profit',
      `<span class="${colour(Number(summary.profit))}">${signed(Number(summary.profit))} SOL</span>`,
    ],
    [
      'Mean return, a game',
      orDash(
        meanReturn,
        (interval) =>
          `${percent(interval.mean, 3)}${small(`${within(interval, 3)}, ${METHODS[interval.method]}`)}`,
      ),
    ],
    ['Largest drawdown', percent(summary.maxDrawdown, 1)],
    [
      'Won',
      orDash(
        summary.winRate,
        (rate) => `${percent(rate, 1)}${small(orDash(winRateInterval, (interval) => within(interval, 1)))}`,
      ),
    ],
  ];
  if (sidebets !== null)
    rows.push([
      'Sidebets won',
      `${percent(sidebets.won / sidebets.settled, 2)}${small(`${within(sidebets.interval, 1)}; chance gives ${percent(summary.house.sidebetChance, 2)}`)}`,
    ]);
  rows.push(
    [
      'A staked SOL brought back',
      orDash(
        summary.broughtBack,
        (share) => `${share.toFixed(4)}${small(`${figure(Number(summary.staked))} SOL staked`)}`,
      ),
    ],
    ['Profit factor', orDash(summary.profitFactor, figure)],
    ['Sharpe, a game', orDash(summary.sharpe, figure)],
    ['Games with a stake', count(summary.gamesStaked)],
    [
      'Bets',
      `${count(summary.betsPlaced)}${summary.refused > 0 ? small(`${count(summary.refused)} orders refused`) : ''}`,
    ],
  );
  return `<dl>${rows.map(([term, value]) => `<div><dt>${term}</dt><dd>${value}</dd></div>`).join('')}</dl>`;
}

function gamesTable(games: readonly GameResult[], bets: ReadonlyMap<string, string[]>, most: number): string {
  const shown = games.slice(-most).reverse();
  const more = games.length - shown.length;
  const rows = shown.map(({ gameId, startTime, rugTick, peak, bets: placed, profit, wallet }) => {
    const lines = (bets.get(gameId) ?? []).map((line) => `<li>${line}</li>`).join('');
    return `<tr><td>${escaped(startTime.slice(0, 19).replace('T', ' '))}</td><td>${escaped(gameId)}</td><td>${rugTick}</td><td>${peak.toFixed(2)}×</td><td><details><summary>${placed}</summary><ul>${lines}</ul></details></td><td class="${colour(Number(profit))}">${signed(Number(profit))}</td><td>${figure(Number(wallet))}</td></tr>`;
  });
  const note =
    more > 0 ? `The newest ${count(shown.length)}; ${count(more)} earlier ones are in the JSON report. ` : '';
  return `<p class="soft">${note}A number of bets opens to what they were.</p>
${pageTable('<tr><th>Start (UTC)</th><th>Game</th><th>Rug at tick</th><th>Peak</th><th>Bets</th><th>Profit, SOL</th><th>Wallet, SOL</th></tr>', rows, 'long')}`;
}

/** What was bet and came of it, a line each, by game. */
function betsByGame(history: readonly Happening[]): Map<string, string[]> {
  const lines = new Map<string, string[]>();
  for (const one of history) {
    const line = lineOf(one);
    if (line === undefined || !('gameId' in one)) continue;
    const known = lines.get(one.gameId);
    if (known === undefined) lines.set(one.gameId, [line]);
    else known.push(line);
  }
  return lines;
}

function lineOf(happening: Happening): string | undefined {
  switch (happening.kind) {
    case 'bought':
      return `tick ${happening.tick}: bought for ${happening.amount} at ${figure(happening.price)}×`;
    case 'sold':
      return `tick ${happening.tick}: sold${happening.by === 'rug' ? ' by the rug' : ''} at ${figure(happening.price)}×, ${gain(happening.profit)}`;
    case 'settled':
      return `tick ${happening.startTick}: sidebet of ${happening.amount} ${happening.won ? 'won' : 'lost'}, ${gain(happening.profit)}`;
    default:
      return undefined;
  }
}

function gain(profit: string): string {
  return `<span class="${colour(Number(profit))}">${signed(Number(profit))}</span>`;
}
