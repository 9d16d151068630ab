import type { Order } from '@vectra/game';

/** A finished game, as a strategy may look back on it. */
export interface PastGame {
  id: string;
  /** The price at each tick, the rug's last; null where it is not known. */
  prices: readonly (number | null)[];
  rugTick: number | null;
  peak: number;
}

/** All that a strategy can see. SOL are decimal strings. */
export interface View {
  gameId: string;
  /** null in the presale, in which what is ordered starts with tick 0 at a price of 1. */
  tick: number | null;
  price: number;
  /** Of this game so far, by tick; null where it is not known. */
  prices: readonly (number | null)[];
  /** What can be spent. */
  cash: string;
  /** What the session would own if all were settled now: cash, stakes, and the position at this price. */
  worth: string;
  position: { qty: string; avgCost: string; cost: string } | null;
  sidebet: { startTick: number; amount: string } | null;
  /** Sidebets and buys of this game so far. */
  betsThisGame: number;
  /** Newest first, ten at most. */
  recentGames: readonly PastGame[];
  /** Whatever a strategy wants to know again at its next call: JSON. It outlives restarts, and is its own to change. */
  memory: Record<string, unknown>;
}

/**
 * What a strategy is to a session: it sees, and says what to order. It is called in the order of the game, and has nothing else: no
 * clock, no chance, no file, no network, so that the same games always give the same orders.
 */
export interface Behaviour {
  /** A game can be traded in: in its presale, or at the first tick seen of it. */
  onGameStart?(view: View): readonly Order[] | undefined;
  /** A tick that is not the rug. */
  onTick?(view: View): readonly Order[] | undefined;
  /** The rug; everything of this game is settled. Nothing can be ordered. */
  onGameEnd?(view: View): void;
}
