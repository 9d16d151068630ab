import { figure } from './charts.js';
import { verdict, type Summary } from './summary.js';

const LABEL = 20;

/** What a backtest came to, for a terminal. */
export function renderText(summary: Summary): string {
  const { strategy, games, gamesStaked, leftOut, meanReturn, house, error } = summary;
  const rows: [string, string][] = [
    ['strategy', `${strategy.name} (${strategy.kind})`],
    [
      'games',
      `${count(games)}, ${count(gamesStaked)} with a stake${leftOut > 0 ? `, ${count(leftOut)} left out` : ''}`,
    ],
    [
      'bets',
      `${count(summary.betsPlaced)}${summary.refused > 0 ? `, ${count(summary.refused)} refused` : ''}`,
    ],
    ['won', summary.winRate === null ? '-' : percent(summary.winRate, 1)],
    [
      'wallet',
      `${figure(Number(summary.initial))} -> ${figure(Number(summary.wallet))} SOL (${signed(Number(summary.profit))})`,
    ],
    ['largest drawdown', percent(summary.maxDrawdown, 1)],
    ['profit factor', summary.profitFactor === null ? '-' : figure(summary.profitFactor)],
    ['sharpe, a game', summary.sharpe === null ? '-' : figure(summary.sharpe)],
    [
      'mean return, a game',
      meanReturn === null
        ? '-'
        : `${percent(meanReturn.mean, 3)} (95 %: ${percent(meanReturn.low, 3)} to ${percent(meanReturn.high, 3)})`,
    ],
    [
      'the house',
      `${percent(house.changePerTick, 3)} a tick held; a sidebet brings back ${figure(house.sidebetReturn)} of its stake`,
    ],
  ];
  const lines = rows.map(([label, text]) => `${label.padEnd(LABEL)} ${text}`);
  if (error !== null) lines.push('', `The strategy failed and was given up: ${error}`);
  return `${[...lines, '', verdict(summary)].join('\n')}\n`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)} %`;
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${figure(value)}`;
}
