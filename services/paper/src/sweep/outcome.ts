import { decimal } from '@vectra/game';
import { walletOf, type Session } from '../session/session.js';
import { meanReturnInterval, sharpe, winRate } from '../session/statistics.js';

/** By what combinations are ranked, the best first. */
export const MEASURES = ['mean-return', 'profit', 'sharpe', 'drawdown-adjusted'] as const;
export type Measure = (typeof MEASURES)[number];

export const MEASURE_NAMES: Record<Measure, string> = {
  'mean-return': 'mean return of a game',
  profit: 'profit',
  sharpe: 'Sharpe ratio of a game',
  'drawdown-adjusted': 'profit by drawdown',
};

/** A drawdown below this counts as this: without losses so far, no ratio of them says anything. */
const LEAST_DRAWDOWN = 0.01;

/** What one combination came to in the training games, or in the test games. Shares from 0 to 1; null where there is too little to say. */
export interface Result {
  games: number;
  gamesStaked: number;
  betsPlaced: number;
  /** SOL, a decimal string. */
  profit: string;
  winRate: number | null;
  maxDrawdown: number;
  measures: Record<Measure, number | null>;
  /** The mean return of a game in standard errors: 1.96 is 95 % confidence for one single combination, not for the best of many. */
  z: number | null;
  /** After how many games it could not pay for its stakes any more. */
  brokeAfter: number | null;
  /** Why the strategy was given up. */
  error: string | null;
}

/** What a combination came to. */
export interface Outcome {
  train: Result;
  test: Result;
  /** For each of the bootstrap's samples the `z` by chance alone; null where there is too little to say. */
  chance: Float64Array | null;
}

export function resultOf({ trading, statistics, error }: Session, brokeAfter: number | null): Result {
  const profit = decimal(walletOf(trading)).minus(trading.initial);
  const { returns, maxDrawdown } = statistics;
  const staked = returns.count > 0;
  const interval = meanReturnInterval(statistics);
  const ratio = sharpe(statistics);
  const share = profit.div(trading.initial).toNumber();
  return {
    ...{ games: statistics.gamesPlayed, gamesStaked: returns.count, betsPlaced: statistics.betsPlaced },
    ...{ profit: profit.toFixed(), winRate: winRate(statistics), maxDrawdown },
    ...{ brokeAfter, error },
    measures: {
      'mean-return': interval?.mean ?? null,
      profit: staked ? profit.toNumber() : null,
      sharpe: ratio,
      'drawdown-adjusted': staked ? share / Math.max(LEAST_DRAWDOWN, maxDrawdown) : null,
    },
    z: ratio === null ? null : ratio * Math.sqrt(returns.count),
  };
}
