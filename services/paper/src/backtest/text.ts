import { count, figure, orDash, percent, signed, table } from '../format.js';
import type { MeanInterval } from '../session/intervals.js';
import { verdict, type Summary } from './summary.js';

const LABEL = 20;

/** What a backtest came to, for a terminal; several are compared. */
export function renderText(summaries: readonly Summary[]): string {
  const [only] = summaries;
  return summaries.length === 1 && only !== undefined ? renderOne(only) : renderComparison(summaries);
}

function renderOne(summary: Summary): string {
  const { error } = summary;
  const lines = rowsOf(summary).map(([label, text]) => `${label.padEnd(LABEL)} ${text}`);
  if (error !== null) lines.push('', `The strategy failed and was given up: ${error}`);
  return `${[...lines, '', ...wrapped(verdict(summary))].join('\n')}\n`;
}

function rowsOf(summary: Summary): [string, string][] {
  const { strategy, games, gamesStaked, leftOut, meanReturn, house, sidebets } = summary;
  const more = (value: number, what: string): string => (value > 0 ? `, ${count(value)} ${what}` : '');
  const rows: [string, string][] = [
    ['strategy', `${strategy.name} (${strategy.kind})`],
    ['games', `${count(games)}, ${count(gamesStaked)} with a stake${more(leftOut, 'left out')}`],
    ['bets', `${count(summary.betsPlaced)}${more(summary.refused, 'refused')}`],
    ['won', wonText(summary)],
    [
      'wallet',
      `${figure(Number(summary.initial))} -> ${figure(Number(summary.wallet))} SOL (${signed(Number(summary.profit))})`,
    ],
    ['largest drawdown', percent(summary.maxDrawdown, 1)],
    ['profit factor', orDash(summary.profitFactor, figure)],
    ['a staked SOL', orDash(summary.broughtBack, (share) => `brought back ${share.toFixed(4)}`)],
    ['sharpe, a game', orDash(summary.sharpe, figure)],
    [
      'mean return, a game',
      orDash(meanReturn, (interval) => `${meanText(interval)}, ${METHODS[interval.method]}`),
    ],
  ];
  if (sidebets !== null)
    rows.push([
      'sidebets won',
      `${percent(sidebets.won / sidebets.settled, 2)} (95 %: ${percent(sidebets.interval.low, 2)} to ${percent(sidebets.interval.high, 2)}); chance gives ${percent(house.sidebetChance, 2)}`,
    ]);
  rows.push([
    'the house',
    `${percent(house.changePerTick, 3)} a tick held; a sidebet brings back ${figure(house.sidebetReturn)} of its stake`,
  ]);
  return rows;
}

export const METHODS: Record<MeanInterval['method'], string> = {
  normal: 'normal distribution',
  bootstrap: 'bootstrap',
};

function wonText({ winRate, winRateInterval }: Summary): string {
  const within = orDash(winRateInterval, ({ low, high }) => `${percent(low, 1)} to ${percent(high, 1)}`);
  return orDash(winRate, (rate) => `${percent(rate, 1)} (95 %: ${within})`);
}

function meanText({ mean, low, high }: MeanInterval): string {
  return `${percent(mean, 3)} (95 %: ${percent(low, 3)} to ${percent(high, 3)})`;
}

function renderComparison(summaries: readonly Summary[]): string {
  const heading = [
    'strategy',
    'staked',
    'won',
    'profit, SOL',
    'drawdown',
    'factor',
    'sharpe',
    'mean return (95 %)',
  ];
  const rows = summaries.map((summary) => [
    summary.strategy.name,
    count(summary.gamesStaked),
    orDash(summary.winRate, (rate) => percent(rate, 1)),
    signed(Number(summary.profit)),
    percent(summary.maxDrawdown, 1),
    orDash(summary.profitFactor, figure),
    orDash(summary.sharpe, figure),
    orDash(summary.meanReturn, meanText),
  ]);
  const [first] = summaries;
  const lines = [
    `${count(first?.games ?? 0)} games${first !== undefined && first.leftOut > 0 ? `, ${count(first.leftOut)} left out` : ''}`,
    '',
    table([heading, ...rows]),
    '',
  ];
  for (const { strategy, error, brokeAfter } of summaries) {
    if (error !== null) lines.push(`${strategy.name} failed and was given up: ${error}`);
    if (brokeAfter !== null)
      lines.push(
        `${strategy.name} went broke: it could not pay for its stakes after ${count(brokeAfter)} games.`,
      );
  }
  const { house } = first ?? {};
  if (house !== undefined)
    lines.push(
      `The house: ${percent(house.changePerTick, 3)} a tick held; a sidebet wins with ${percent(house.sidebetChance, 2)} and brings back ${figure(house.sidebetReturn)} of its stake.`,
      ...wrapped(severalWarning(summaries.length)),
    );
  return `${lines.join('\n')}\n`;
}

/** What choosing the best of several does. */
export function severalWarning(strategies: number): string {
  return `The best of ${strategies} strategies looks better than it is, as it was chosen for its luck as well: see what it does in other games.`;
}

const COLUMNS = 100;

/** Lines that a terminal does not break in the middle of words. */
export function wrapped(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > COLUMNS) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
