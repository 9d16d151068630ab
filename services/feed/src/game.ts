import { PriceHistory } from '@vectra/game';

/** What the feed knows of one game. */
export interface Game {
  id: string;
  prices: PriceHistory;
  /** Its `game.start` is in the log; the same for `ended` and `sealed`. */
  started: boolean;
  ended: boolean;
  sealed: boolean;
  serverSeedHash: string | null;
  version: string | null;
  rugTick: number | null;
  /** Ticks a `game.gap` reported as missed that are still unknown. */
  missing: Set<number>;
  /** Keys of the sidebets that are in the log. */
  sidebets: Set<string>;
  /** How far its countdown has come (ms left); null before anything was heard of it. */
  countdown: number | null;
}

export function newGame(id: string): Game {
  return {
    id,
    prices: new PriceHistory(),
    started: false,
    ended: false,
    sealed: false,
    serverSeedHash: null,
    version: null,
    rugTick: null,
    missing: new Set(),
    sidebets: new Set(),
    countdown: null,
  };
}

/** Adds every tick from one to the other, both included. */
export function addRange(ticks: Set<number>, from: number, to: number): void {
  for (let tick = from; tick <= to; tick++) ticks.add(tick);
}

/** Runs of consecutive ticks in an ascending list: [3,4,5,9] -> [3,5], [9,9]. */
export function ranges(ticks: readonly number[]): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (const tick of ticks) {
    const run = found.at(-1);
    if (run?.[1] === tick - 1) run[1] = tick;
    else found.push([tick, tick]);
  }
  return found;
}
