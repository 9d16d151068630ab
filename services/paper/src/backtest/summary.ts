import { decimal, expectedChangePerTick, sidebetOdds } from '@vectra/game';
import type { Strategy } from '@vectra/protocol';
import { meanInterval, wilson, type Interval, type MeanInterval } from '../session/intervals.js';
import { walletOf, type Happening } from '../session/session.js';
import { Solvency } from '../session/solvency.js';
import { profitFactor, sharpe, winRate } from '../session/statistics.js';
import { percent } from '../format.js';
import type { Backtest, GameResult } from './run.js';

/** What a backtest came to. SOL are decimal strings, shares are from 0 to 1; null where there is too little to say. */
export interface Summary {
  strategy: Strategy;
  /** Of its games: played, left out as they have holes, and in which something was staked. */
  games: number;
  leftOut: number;
  gamesStaked: number;
  initial: string;
  wallet: string;
  profit: string;
  betsPlaced: number;
  refused: number;
  /** The sum of all bets, and what each SOL of it brought back. */
  staked: string;
  broughtBack: number | null;
  /** Sidebets and sales with a profit, of all; and between what that chance lies with 95 % confidence (Wilson). */
  winRate: number | null;
  winRateInterval: Interval | null;
  /** The same of sidebets alone, of which the game's constants tell the chance. */
  sidebets: { settled: number; won: number; interval: Interval } | null;
  profitFactor: number | null;
  peakWallet: string;
  maxDrawdown: number;
  sharpe: number | null;
  /** The mean return of a game in which something was staked, and between what it lies with a chance of 95 %. */
  meanReturn: MeanInterval | null;
  /** After how many games there was not enough left for any further stake; null while there was. */
  brokeAfter: number | null;
  /** Why its strategy was given up. */
  error: string | null;
  house: {
    /** What a position is expected to change by in a tick, as a share of it. */
    changePerTick: number;
    /** The chance that a sidebet wins. */
    sidebetChance: number;
    /** What a sidebet is expected to bring back, as a share of its stake. */
    sidebetReturn: number;
  };
}

export function summarize({ session, games, history }: Backtest, leftOut: number): Summary {
  const { strategy, trading, statistics, error } = session;
  const wallet = walletOf(trading);
  const profit = decimal(wallet).minus(trading.initial);
  const staked = stakedIn(history);
  const { wins, losses } = statistics;
  const odds = sidebetOdds();
  return {
    ...{ strategy, games: games.length, leftOut, initial: trading.initial, wallet, error },
    gamesStaked: games.filter(({ bets }) => bets > 0).length,
    profit: profit.toFixed(),
    betsPlaced: statistics.betsPlaced,
    refused: history.filter(({ kind }) => kind === 'refused').length,
    staked,
    broughtBack: Number(staked) === 0 ? null : profit.div(staked).plus(1).toNumber(),
    winRate: winRate(statistics),
    winRateInterval: wilson(wins, wins + losses),
    sidebets: sidebetsIn(history),
    profitFactor: profitFactor(statistics),
    peakWallet: statistics.peakWallet,
    maxDrawdown: statistics.maxDrawdown,
    sharpe: sharpe(statistics),
    meanReturn: meanInterval(returnsOf(games)),
    brokeAfter: brokeAfter(history),
    house: {
      changePerTick: expectedChangePerTick(),
      sidebetChance: odds.winProbability,
      sidebetReturn: odds.expectedReturn,
    },
  };
}

/** Of the games in which something was staked: what each changed the wallet by, as a share of it. */
export function returnsOf(games: readonly GameResult[]): number[] {
  return games
    .filter(({ bets }) => bets > 0)
    .map(({ profit, wallet }) => Number(profit) / (Number(wallet) - Number(profit)));
}

/** The fall of the wallet from its peak after each game, as a share of that: 0 or below. */
export function drawdownsOf(wallets: readonly number[]): number[] {
  let peak = 0;
  return wallets.map((wallet) => {
    peak = Math.max(peak, wallet);
    return peak > 0 ? wallet / peak - 1 : 0;
  });
}

function stakedIn(history: readonly Happening[]): string {
  let sum = decimal(0);
  for (const one of history) if (one.kind === 'bought' || one.kind === 'sidebet') sum = sum.plus(one.amount);
  return sum.toFixed();
}

function sidebetsIn(history: readonly Happening[]): Summary['sidebets'] {
  let [settled, won] = [0, 0];
  for (const one of history) {
    if (one.kind !== 'settled') continue;
    settled += 1;
    if (one.won) won += 1;
  }
  const interval = wilson(won, settled);
  return interval === null ? null : { settled, won, interval };
}

function brokeAfter(history: readonly Happening[]): number | null {
  const solvency = new Solvency();
  for (const one of history) solvency.add(one);
  return solvency.brokeAfter;
}

/** What the figures allow to be said, in words: whether the strategy did better or worse than chance. */
export function verdict(summary: Summary): string {
  const { games, brokeAfter: broke } = summary;
  const said = [aboutMean(summary), aboutSidebets(summary)];
  if (broke !== null)
    said.unshift(
      `It went broke: after ${broke.toLocaleString('en')} of ${games.toLocaleString('en')} games it could not pay for its stakes any more.`,
    );
  return said.filter((one) => one !== undefined).join(' ');
}

function aboutMean({ meanReturn, gamesStaked }: Summary): string {
  if (meanReturn === null)
    return `Nothing can be said of the mean return: something was staked in only ${gamesStaked} games.`;
  const { low, high } = meanReturn;
  if (low > 0)
    return 'The mean return is above 0 with 95 % confidence in these games, against the edge of the house. Try it on other games before believing it.';
  if (high < 0)
    return 'The mean return is below 0 with 95 % confidence, as the edge of the house lets expect.';
  return 'The mean return cannot be told from 0 in so few games. The edge of the house says that it is below.';
}

function aboutSidebets({ sidebets, house }: Summary): string | undefined {
  if (sidebets === null) return undefined;
  const { low, high } = sidebets.interval;
  const chance = percent(house.sidebetChance, 2);
  if (low > house.sidebetChance) return `More of its sidebets won than the ${chance} that chance gives.`;
  if (high < house.sidebetChance) return `Fewer of its sidebets won than the ${chance} that chance gives.`;
  return `Its sidebets won as often as chance gives, ${chance}.`;
}
