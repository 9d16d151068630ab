import { decimal, expectedChangePerTick, sidebetOdds } from '@vectra/game';
import type { Strategy } from '@vectra/protocol';
import { walletOf } from '../session/session.js';
import { meanReturnInterval, profitFactor, sharpe, winRate } from '../session/statistics.js';
import type { Backtest } from './run.js';

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
  winRate: number | null;
  profitFactor: number | null;
  peakWallet: string;
  maxDrawdown: number;
  sharpe: number | null;
  /** The mean return of a game in which something was staked, and between what it lies with a chance of 95 %. */
  meanReturn: { low: number; mean: number; high: number } | null;
  /** Why its strategy was given up. */
  error: string | null;
  house: {
    /** What a position is expected to change by in a tick, as a share of it. */
    changePerTick: number;
    /** What a sidebet is expected to bring back, as a share of its stake. */
    sidebetReturn: number;
  };
}

export function summarize({ session, games, history }: Backtest, leftOut: number): Summary {
  const { strategy, trading, statistics, error } = session;
  const wallet = walletOf(trading);
  return {
    ...{ strategy, games: games.length, leftOut, initial: trading.initial, wallet, error },
    gamesStaked: games.filter(({ bets }) => bets > 0).length,
    profit: decimal(wallet).minus(trading.initial).toFixed(),
    betsPlaced: statistics.betsPlaced,
    refused: history.filter(({ kind }) => kind === 'refused').length,
    winRate: winRate(statistics),
    profitFactor: profitFactor(statistics),
    peakWallet: statistics.peakWallet,
    maxDrawdown: statistics.maxDrawdown,
    sharpe: sharpe(statistics),
    meanReturn: meanReturnInterval(statistics),
    house: { changePerTick: expectedChangePerTick(), sidebetReturn: sidebetOdds().expectedReturn },
  };
}

/** What the figures allow to be said, in words: whether the strategy did better or worse than chance. */
export function verdict({ meanReturn, gamesStaked }: Summary): string {
  if (meanReturn === null) return `Nothing can be said: something was staked in only ${gamesStaked} games.`;
  const { low, high } = meanReturn;
  if (low > 0)
    return 'The mean return is above 0 with 95 % confidence in these games, against the edge of the house. Try it on other games before believing it.';
  if (high < 0)
    return 'The mean return is below 0 with 95 % confidence, as the edge of the house lets expect.';
  return 'The mean return cannot be told from 0 in so few games. The edge of the house says that it is below.';
}
