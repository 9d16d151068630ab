import { decimal, sellAt, SIDEBET_TICKS, type Trading } from '@vectra/game';
import type { PaperSession } from '@vectra/protocol';
import { walletOf, type Session } from './session.js';
import { meanReturnInterval, profitFactor, sharpe, winRate } from './statistics.js';

/** A session as clients see it. `createdAt`: Unix ms; `historyLength`: lines. */
export function summaryOf(
  session: Session,
  { createdAt, historyLength }: { createdAt: number; historyLength: number },
): PaperSession {
  const { id, strategy, active, error, trading, statistics, betsThisGame } = session;
  const { position, sidebet, waiting } = trading;
  const wallet = walletOf(trading);
  const peak = decimal(wallet).gt(statistics.peakWallet) ? decimal(wallet) : decimal(statistics.peakWallet);
  const drawdown = peak.gt(0) ? peak.minus(wallet).div(peak).toNumber() : 0;
  return {
    ...{ session_id: id, strategy, is_active: active, error, created_at: createdAt },
    ...{ initial_balance: trading.initial, cash: trading.cash, wallet, peak_wallet: peak.toFixed() },
    ...{ realized_pnl: trading.realized, unrealized_pnl: unrealized(trading) },
    ...{ drawdown, max_drawdown: Math.max(statistics.maxDrawdown, drawdown) },
    ...{ games_played: statistics.gamesPlayed, total_bets_placed: statistics.betsPlaced },
    ...{ total_wins: statistics.wins, total_losses: statistics.losses, bets_this_game: betsThisGame },
    ...{ win_rate: winRate(statistics), profit_factor: profitFactor(statistics) },
    ...{ sharpe: sharpe(statistics), mean_return: meanReturnInterval(statistics) },
    active_bet: sidebet && {
      ...{ game_id: sidebet.gameId, start_tick: sidebet.startTick, amount: sidebet.amount },
      end_tick: sidebet.startTick + SIDEBET_TICKS,
    },
    position: position && {
      ...{ game_id: position.gameId, qty: position.qty, avg_cost: position.avgCost, cost: position.cost },
    },
    waiting: waiting.positions.length + waiting.sidebets.length,
    history_length: historyLength,
  };
}

function unrealized({ game, position }: Trading): string {
  if (game === null || position === null) return '0';
  return sellAt(game.price, position.qty).amount.minus(position.cost).toFixed();
}
