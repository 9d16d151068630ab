import type { GameRecording, Phase } from '@vectra/protocol';
import { EMPTY, KEPT_TRADES, peakOf, type Game, type LiveState, type Trade } from './state.js';

/** The answer of `/api/games/recent`. */
export interface Recent {
  /** The running game, or in the countdown the coming one; null before the first. */
  current: {
    gameId: string;
    phase: Phase;
    cooldownTimer: number;
    prices: (number | null)[];
    trades: Trade[];
  } | null;
  /** The place in the log up to which all of this goes; null when the log is empty. */
  since: string | null;
  /** Newest first. */
  games: (GameRecording['meta'] & { prices: number[] })[];
}

/** @throws Error when the gateway can't be reached or does not answer with the games. */
export async function fetchRecent(signal: AbortSignal): Promise<Recent> {
  const response = await fetch('/api/games/recent', { signal, cache: 'no-store' });
  if (!response.ok) throw new Error(`expected the last games, was HTTP ${response.status}`);
  return (await response.json()) as Recent;
}

/** The state at the place `recent.since`. */
export function stateOf({ current, games }: Recent): LiveState {
  const finished = games.filter((game) => game.game_id !== current?.gameId);
  const state = { ...EMPTY, games: finished.map(finishedGame) };
  if (current === null) return state;
  const { gameId, phase, cooldownTimer, prices, trades } = current;
  // After its rug, the game stands among the last ones too, once it is complete.
  const over = games.find((game) => game.game_id === gameId);
  const game = over === undefined ? runningGame(gameId, phase, prices) : finishedGame(over);
  return {
    ...state,
    phase,
    cooldownTimer,
    games: [game, ...state.games],
    trades: trades.slice(0, KEPT_TRADES),
  };
}

function runningGame(id: string, phase: Phase, prices: (number | null)[]): Game {
  const rugTick = prices.length - 1;
  const isRugged = phase === 'RUG_EVENT_1' || phase === 'RUG_EVENT_2';
  const end = isRugged ? { reason: 'rugged' as const, rugTick, rugPrice: prices[rugTick] ?? null } : null;
  return { id, prices, peak: peakOf(prices), end, verified: null };
}

function finishedGame(game: Recent['games'][number]): Game {
  const { game_id: id, peak_multiplier: peak, rug_tick: rugTick, verified, prices } = game;
  const rugPrice = rugTick === null ? null : (prices[rugTick] ?? null);
  const reason = rugTick === null ? 'interrupted' : 'rugged';
  return { id, prices, peak, end: { reason, rugTick, rugPrice }, verified };
}
