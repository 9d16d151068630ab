import type { GameRecording, Phase } from '@vectra/protocol';
import {
  EMPTY,
  KEPT_GAMES,
  KEPT_TRADES,
  marked,
  markOf,
  peakOf,
  type Game,
  type LiveState,
  type TickMarks,
  type Trade,
} from './state.js';

/** The answer of `/api/games/recent`, as far as it is used here. */
export interface Recent {
  /** The running game, or in the countdown the coming one; null before the first. */
  current: {
    gameId: string;
    phase: Phase;
    cooldownTimer: number;
    prices: (number | null)[];
    /** Set once the game has ended; tick and price are null when the rug was not seen. */
    end: { reason: 'rugged' | 'interrupted'; tick: number | null; price: number | null } | null;
    /** Newest first, all of this game. */
    trades: Omit<Trade, 'gameId'>[];
  } | null;
  /** The place in the log up to which all of this goes; null when the log is empty. */
  since: string | null;
  /** Newest first. */
  games: (Pick<GameRecording['meta'], 'game_id' | 'peak_multiplier' | 'rug_tick' | 'verified'> & {
    prices: (number | null)[];
  })[];
}

/** @throws Error when the gateway can't be reached or does not answer with the games. */
export async function fetchRecent(signal: AbortSignal): Promise<Recent> {
  const response = await fetch('/api/games/recent', { signal });
  if (!response.ok) throw new Error(`expected the last games, was HTTP ${response.status}`);
  return (await response.json()) as Recent;
}

/** The state at the place `recent.since`. */
export function stateOf({ current, games }: Recent): LiveState {
  const finished = games.filter((game) => game.game_id !== current?.gameId).map(finishedGame);
  if (current === null) return { ...EMPTY, games: finished };
  const { gameId, phase, cooldownTimer, trades } = current;
  return {
    ...EMPTY,
    phase,
    cooldownTimer,
    games: [currentGame(current), ...finished].slice(0, KEPT_GAMES + 1),
    trades: trades.slice(0, KEPT_TRADES).map((trade) => ({ ...trade, gameId })),
  };
}

function currentGame({ gameId, prices, end, trades }: NonNullable<Recent['current']>): Game {
  return {
    id: gameId,
    prices,
    peak: peakOf(prices),
    end: end && { reason: end.reason, rugTick: end.tick, rugPrice: end.price },
    verified: null,
    marks: trades.reduceRight<readonly TickMarks[]>(
      (marks, { tickIndex, side }) => marked(marks, tickIndex, markOf(side)),
      [],
    ),
  };
}

/** A game that is over, as recorded. */
export function finishedGame(game: Recent['games'][number]): Game {
  const { game_id: id, peak_multiplier: peak, rug_tick: rugTick, verified, prices } = game;
  const rugPrice = rugTick === null ? null : (prices[rugTick] ?? null);
  const reason = rugTick === null ? 'interrupted' : 'rugged';
  return { id, prices, peak, end: { reason, rugTick, rugPrice }, verified };
}
