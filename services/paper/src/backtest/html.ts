import type { Backtest, GameResult } from './run.js';
import { curve, figure, histogram } from './charts.js';
import { verdict, type Summary } from './summary.js';

/** Further games are in the JSON report. */
const MOST_ROWS = 1_000;

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2330; --soft: #667085; --paper: #fff; --panel: #f5f7fa; --rule: #dfe4ec; --gain: #0a8f5b; --loss: #cc3340; --line: #2f6fed; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf2; --soft: #97a1b3; --paper: #10141c; --panel: #181e29; --rule: #2a3240; --gain: #35c98a; --loss: #ff6b73; --line: #6b9cff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 960px; padding: 24px 16px 64px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 4px; font-size: 24px; } h2 { margin: 32px 0 8px; font-size: 17px; } p { margin: 4px 0; } .soft { color: var(--soft); }
.verdict { margin: 16px 0; padding: 12px 16px; border-left: 4px solid var(--line); background: var(--panel); }
dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 8px; margin: 16px 0; }
dl div { padding: 10px 12px; background: var(--panel); border-radius: 6px; } dt { color: var(--soft); font-size: 12px; } dd { margin: 0; font-size: 18px; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; background: var(--panel); border-radius: 6px; } svg text { fill: var(--soft); font-size: 12px; }
.grid { stroke: var(--rule); } .base { stroke: var(--soft); stroke-dasharray: 4 4; } .line { fill: none; stroke: var(--line); stroke-width: 1.5; } rect.gain { fill: var(--gain); } rect.loss { fill: var(--loss); }
.scroll { overflow-x: auto; } table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; }
th, td { padding: 4px 10px; border-bottom: 1px solid var(--rule); text-align: right; white-space: nowrap; } th:first-child, td:first-child { text-align: left; } th { color: var(--soft); font-weight: 500; }
td.gain { color: var(--gain); } td.loss { color: var(--loss); }
pre { padding: 12px; background: var(--panel); border-radius: 6px; overflow-x: auto; font-size: 13px; }
`;

/** A report that opens anywhere: one page, without script and without anything from elsewhere. */
export function renderHtml(backtest: Backtest, summary: Summary): string {
  const { games } = backtest;
  const wallets = [Number(summary.initial), ...games.map(({ wallet }) => Number(wallet))];
  const staked = games.filter(({ bets }) => bets > 0);
  const name = escaped(summary.strategy.name);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backtest: ${name}</title><style>${STYLE}</style></head><body>
<h1>${name}</h1>
<p class="soft">${games.length.toLocaleString('en')} games${summary.leftOut > 0 ? `, ${summary.leftOut.toLocaleString('en')} left out as they are incomplete` : ''}${spanOf(games)}</p>
${summary.error === null ? '' : `<p class="verdict"><strong>The strategy failed and was given up:</strong> ${escaped(summary.error)}</p>`}
<p class="verdict">${verdict(summary)}</p>
${figures(summary)}
<h2>Wallet</h2>
${curve(wallets, Number(summary.initial), 'The wallet after each game')}
<h2>What a game brought</h2>
<p class="soft">Games in which something was staked; heights are square roots of counts.</p>
${histogram(
  staked.map(({ profit }) => Number(profit)),
  'How often a game brought how much',
)}
<h2>The house</h2>
<p>By the game's own constants a position is expected to change by ${percent(summary.house.changePerTick, 3)} in each tick it is held, and a sidebet to bring back ${figure(summary.house.sidebetReturn)} of its stake. Whatever a backtest shows, this is what a strategy has to beat.</p>
<h2>Strategy</h2>
<pre>${escaped(JSON.stringify(summary.strategy, null, 2))}</pre>
<h2>Games</h2>
${tableOf(staked)}
</body></html>
`;
}

function figures(summary: Summary): string {
  const { meanReturn } = summary;
  const rows: [string, string][] = [
    ['Wallet', `${figure(Number(summary.wallet))} SOL`],
    ['Profit', `${signed(Number(summary.profit))} SOL`],
    ['Bets', summary.betsPlaced.toLocaleString('en')],
    ['Won', summary.winRate === null ? '–' : percent(summary.winRate, 1)],
    ['Profit factor', summary.profitFactor === null ? '–' : figure(summary.profitFactor)],
    ['Largest drawdown', percent(summary.maxDrawdown, 1)],
    ['Sharpe, a game', summary.sharpe === null ? '–' : figure(summary.sharpe)],
    ['Mean return, a game', meanReturn === null ? '–' : percent(meanReturn.mean, 3)],
    [
      '95 % of its interval',
      meanReturn === null ? '–' : `${percent(meanReturn.low, 2)} to ${percent(meanReturn.high, 2)}`,
    ],
    ['Games with a stake', summary.gamesStaked.toLocaleString('en')],
    ['Orders refused', summary.refused.toLocaleString('en')],
  ];
  return `<dl>${rows.map(([term, value]) => `<div><dt>${term}</dt><dd>${value}</dd></div>`).join('')}</dl>`;
}

function tableOf(games: readonly GameResult[]): string {
  const rows = games.slice(-MOST_ROWS).reverse();
  const more = games.length - rows.length;
  const cells = rows.map(
    ({ gameId, startTime, rugTick, peak, bets, profit, wallet }) =>
      `<tr><td>${escaped(startTime.slice(0, 19).replace('T', ' '))}</td><td>${escaped(gameId)}</td><td>${rugTick}</td><td>${peak.toFixed(2)}×</td><td>${bets}</td><td class="${Number(profit) < 0 ? 'loss' : 'gain'}">${signed(Number(profit))}</td><td>${figure(Number(wallet))}</td></tr>`,
  );
  return `<div class="scroll"><table><thead><tr><th>Start (UTC)</th><th>Game</th><th>Rug at tick</th><th>Peak</th><th>Bets</th><th>Profit, SOL</th><th>Wallet, SOL</th></tr></thead>
<tbody>
${cells.join('\n')}
</tbody></table></div>
${more > 0 ? `<p class="soft">The newest ${MOST_ROWS.toLocaleString('en')}; ${more.toLocaleString('en')} earlier ones are in the JSON report.</p>` : ''}`;
}

function spanOf(games: readonly GameResult[]): string {
  const [first, last] = [games[0], games.at(-1)];
  if (first === undefined || last === undefined) return '';
  return `, ${escaped(first.startTime.slice(0, 10))} to ${escaped(last.startTime.slice(0, 10))}`;
}

function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`;
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${figure(value)}`;
}

/** Names come from files. */
function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
