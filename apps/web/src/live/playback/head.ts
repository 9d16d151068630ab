import { peakOf, type Game } from '../../connection/state.js';

/** How many times faster than it was played; the last one is the fastest there is. */
export const SPEEDS = [0.5, 1, 2, 4, 10, 100] as const;
export type Speed = (typeof SPEEDS)[number];

/** A game's ticks are this far apart: PROTOCOL, "TICK_MS". */
const TICK_MS = 250;

/** The tick at which somebody looks at a game, and whether it goes on from there by itself. */
export interface Head {
  gameId: string;
  tick: number;
  playing: boolean;
}

/** Where a head is after so many milliseconds, as a fraction of ticks; never beyond the last one. */
export function advance(tick: number, ms: number, { speed, last }: { speed: Speed; last: number }): number {
  return Math.min(last, tick + (ms * speed) / TICK_MS);
}

/** @param by 1 for faster, -1 for slower; beyond either end it stays. */
export function otherSpeed(speed: Speed, by: 1 | -1): Speed {
  return SPEEDS[SPEEDS.indexOf(speed) + by] ?? speed;
}

export function speedWords(speed: Speed): string {
  return speed === SPEEDS.at(-1) ? 'max' : `${speed}×`;
}

/** The highest tick known of a game; -1 before the first. */
export function lastTick(game: Game | undefined): number {
  return (game?.prices.length ?? 0) - 1;
}

/** A game as it stood at one of its ticks: nothing of it tells what came afterwards. */
export function gameAt(game: Game, tick: number): Game {
  if (tick >= lastTick(game)) return game;
  const { id, marks = [] } = game;
  const prices = game.prices.slice(0, tick + 1);
  const until = marks.filter((mark) => mark.tick <= tick);
  return { id, prices, peak: peakOf(prices), end: null, verified: null, marks: until };
}
