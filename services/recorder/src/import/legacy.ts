import { gameIdSchema } from '@vectra/protocol';
import type { Clock } from './clock.js';
import type { Sight } from './gathered.js';

/** What a row of an old recording says. */
export type Word =
  | { kind: 'sight'; sight: Sight }
  /** It begins or ends a game. */
  | { kind: 'start' | 'end'; gameId: string; at: number }
  /** Of a game, but not of a tick: cooldown and presale, whose price is always 1. */
  | { kind: 'idle'; gameId: string; at: number }
  /** Sessions, metadata and the like. */
  | { kind: 'other' }
  | { kind: 'unreadable'; reason: string };

const BOUNDS: Readonly<Record<string, 'start' | 'end'>> = { game_start: 'start', game_end: 'end' };

/**
 * Reads one row: `{"type":"game_start"|"tick"|"game_end","timestamp","game_id",…}`. Peaks, ranges and seeds of a `game_end` are
 * not read: old recorders wrote those of the game before.
 *
 * @param brokenOff the row's last field, its trade count, may be cut short.
 */
export function readLegacyRow(row: Record<string, unknown>, clock: Clock, brokenOff = false): Word {
  const { type, game_id: gameId } = row;
  const bound = typeof type === 'string' ? BOUNDS[type] : undefined;
  if (type !== 'tick' && bound === undefined) return { kind: 'other' };
  if (!isGameId(gameId)) return { kind: 'unreadable', reason: 'no game id' };
  const at = clock.read(row.timestamp);
  if (at === undefined) return { kind: 'unreadable', reason: 'no time' };
  if (bound !== undefined) return { kind: bound, gameId, at };
  return readTick(row, { gameId, at, brokenOff });
}

function readTick(
  { tick, price, phase, active, rugged, trade_count: trades }: Record<string, unknown>,
  { gameId, at, brokenOff }: { gameId: string; at: number; brokenOff: boolean },
): Word {
  if (active === false) return { kind: 'idle', gameId, at };
  // Cut short before its last field, a row may have lost digits of its price, or that it is of the countdown.
  if (active !== true || (brokenOff && trades === undefined))
    return { kind: 'unreadable', reason: 'breaks off' };
  const number = typeof price === 'string' && price !== '' ? Number(price) : price;
  if (!isTick(tick) || typeof number !== 'number' || !Number.isFinite(number))
    return { kind: 'unreadable', reason: 'no tick or price' };
  // The old recorders told the first frame of a rug from the later ones by calling only these a rug.
  const kind = rugged !== true ? 'play' : phase === 'RUG_EVENT_1' ? 'echo' : 'rug';
  const tradeCount = isCount(trades) ? trades : null;
  return { kind: 'sight', sight: { gameId, at, tick, price: number, kind, tradeCount, unsure: brokenOff } };
}

export function isGameId(value: unknown): value is string {
  return gameIdSchema.safeParse(value).success;
}

/** A game has 5,000 ticks at most; far beyond that it is bad input. */
const HIGHEST_TICK = 100_000;

export function isTick(value: unknown): value is number {
  return isCount(value) && value <= HIGHEST_TICK;
}

/** A whole number from 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
