import { decimal, type Effect } from '@vectra/game';

/** What a session has come to so far. SOL are decimal strings; the rest are plain numbers, of which nothing is ordered. */
export interface Statistics {
  gamesPlayed: number;
  /** Sidebets and buys. */
  betsPlaced: number;
  /** Sidebets won and sales with a profit; the rest of what was settled are losses. */
  wins: number;
  losses: number;
  grossProfit: string;
  grossLoss: string;
  /** The highest of the wallet, at the end of a game. */
  peakWallet: string;
  /** The largest fall of the wallet from its peak, as a share of that. */
  maxDrawdown: number;
  /** Of the games in which something was staked: how many, the mean of their returns, and the sum of squares about it. */
  returns: { count: number; mean: number; squares: number };
}

export function noStatistics(initial: string): Statistics {
  return {
    ...{ gamesPlayed: 0, betsPlaced: 0, wins: 0, losses: 0, grossProfit: '0', grossLoss: '0' },
    peakWallet: initial,
    maxDrawdown: 0,
    returns: { count: 0, mean: 0, squares: 0 },
  };
}

/** After one effect. */
export function counted(statistics: Statistics, effect: Effect): Statistics {
  if (effect.kind === 'bought' || effect.kind === 'sidebet')
    return { ...statistics, betsPlaced: statistics.betsPlaced + 1 };
  if (effect.kind === 'refused') return statistics;
  const profit = decimal(effect.profit);
  const { wins, losses, grossProfit, grossLoss } = statistics;
  return profit.gt(0)
    ? { ...statistics, wins: wins + 1, grossProfit: profit.plus(grossProfit).toFixed() }
    : { ...statistics, losses: losses + 1, grossLoss: decimal(grossLoss).minus(profit).toFixed() };
}

/** After a game. `before` and `after`: the wallet; the return of a game is their ratio less 1. */
export function afterGame(
  statistics: Statistics,
  { before, after, staked }: { before: string; after: string; staked: boolean },
): Statistics {
  const wallet = decimal(after);
  const peak = wallet.gt(statistics.peakWallet) ? wallet : decimal(statistics.peakWallet);
  const drawdown = peak.gt(0) ? peak.minus(wallet).div(peak).toNumber() : 0;
  return {
    ...statistics,
    gamesPlayed: statistics.gamesPlayed + 1,
    peakWallet: peak.toFixed(),
    maxDrawdown: Math.max(statistics.maxDrawdown, drawdown),
    returns: staked
      ? withReturn(statistics.returns, wallet.div(before).minus(1).toNumber())
      : statistics.returns,
  };
}

/** Welford's way: no list is kept, and nothing cancels out. */
function withReturn({ count, mean, squares }: Statistics['returns'], value: number): Statistics['returns'] {
  const next = mean + (value - mean) / (count + 1);
  return { count: count + 1, mean: next, squares: squares + (value - mean) * (value - next) };
}

/** Wins of all that was settled; null before the first. */
export function winRate({ wins, losses }: Statistics): number | null {
  return wins + losses === 0 ? null : wins / (wins + losses);
}

/** What was won for each SOL lost; null before the first loss. */
export function profitFactor({ grossProfit, grossLoss }: Statistics): number | null {
  return decimal(grossLoss).isZero() ? null : decimal(grossProfit).div(grossLoss).toNumber();
}

/**
 * The mean of the returns of the games in which something was staked, by their standard deviation (of a sample), for one game: not
 * annualized, and without a riskless rate, which for a minute is none. null before the second.
 */
export function sharpe({ returns: { count, mean, squares } }: Statistics): number | null {
  const deviation = Math.sqrt(squares / (count - 1));
  return count < 2 || deviation === 0 ? null : mean / deviation;
}

/** Between what the mean return of a game lies with a chance of 95 %, as far as it is normally distributed; null before the second. */
export function meanReturnInterval({
  returns: { count, mean, squares },
}: Statistics): { low: number; mean: number; high: number } | null {
  if (count < 2) return null;
  const margin = (1.96 * Math.sqrt(squares / (count - 1))) / Math.sqrt(count);
  return { low: mean - margin, mean, high: mean + margin };
}
