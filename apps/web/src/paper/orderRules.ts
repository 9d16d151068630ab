import type { PaperOrder, PaperSession } from '@vectra/protocol';
import { isFeedUp, lastPrice, type LiveState } from '../connection/state.js';
import { plainSol } from '../app/figures.js';

export const SMALLEST_ORDER = 0.001;
export const LARGEST_ORDER = 5;
export type Side = PaperOrder['side'];

/** Why nothing can be ordered in a session just now, whatever it is; null when it can. */
export function closedBecause(session: PaperSession, live: LiveState, isLinked: boolean): string | null {
  if (!isLinked) return 'not connected to the gateway';
  if (!session.is_active) return 'the session is stopped: start it again first';
  if (!isFeedUp(live)) return 'the feed has lost the game';
  if (live.phase === 'PRESALE' || live.phase === 'ACTIVE_GAMEPLAY' || live.phase === 'GAME_ACTIVATION')
    return null;
  return 'no game is in play';
}

/**
 * Why one kind of order can't be carried out; null when it can. The service has the last word.
 *
 * @param typed the amount in SOL, for a sale the quantity or nothing for all.
 */
export function blockedBecause(
  side: Side,
  typed: string,
  session: PaperSession,
  live: LiveState,
): string | null {
  return side === 'sell' ? sellBlocked(typed, session, live) : stakeBlocked(side, typed, session);
}

function sellBlocked(typed: string, { position }: PaperSession, live: LiveState): string | null {
  if (position === null) return 'nothing is held';
  if (live.phase === 'PRESALE') return 'what was bought in the presale can be sold once the game runs';
  if (typed.trim() === '') return null;
  const quantity = decimalIn(typed);
  if (quantity === undefined || quantity <= 0) return `expected a quantity above 0, was "${typed.trim()}"`;
  return quantity > Number(position.qty) ? `more than the ${plainSol(position.qty)} held` : null;
}

function stakeBlocked(side: 'buy' | 'sidebet', typed: string, session: PaperSession): string | null {
  const { active_bet: bet, cash } = session;
  if (side === 'sidebet' && bet !== null) return `a sidebet runs to tick ${bet.end_tick}`;
  if (Number(cash) < SMALLEST_ORDER) return 'no cash is left';
  const amount = decimalIn(typed);
  if (amount === undefined || amount < SMALLEST_ORDER || amount > LARGEST_ORDER)
    return `expected ${SMALLEST_ORDER} to ${LARGEST_ORDER} SOL, was ${typed.trim() === '' ? 'nothing' : `"${typed.trim()}"`}`;
  return amount > Number(cash) ? `more than the ${plainSol(cash)} SOL of cash` : null;
}

/** An amount as the gateway takes it: plain digits, at most nine decimals. */
function decimalIn(typed: string): number | undefined {
  return /^\d{1,15}(\.\d{1,9})?$/.test(typed.trim()) ? Number(typed) : undefined;
}

/** What a session would own if all were settled at the newest price. SOL. */
export interface Standing {
  worth: number;
  /** Of the open position. */
  unrealized: number;
  /** Until the open sidebet is lost; null without one in this game. */
  ticksLeft: number | null;
}

/** As `live_tick` tells it, for everybody who sees the prices: viewers do too. */
export function standingOf(session: PaperSession, live: LiveState): Standing {
  const { position, active_bet: bet, wallet } = session;
  const game = live.games.find(({ id }) => id === (position ?? bet)?.game_id);
  const last = game?.end === null ? lastPrice(game) : undefined;
  const held = position?.game_id === game?.id ? position : null;
  const unrealized = held && last ? Number(held.qty) * last.price - Number(held.cost) : 0;
  const ticksLeft =
    bet?.game_id === game?.id && bet !== null ? Math.max(0, bet.end_tick - (last?.tick ?? 0)) : null;
  return { worth: Number(wallet) + unrealized, unrealized, ticksLeft };
}
