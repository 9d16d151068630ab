import { RUG_PROBABILITY } from '@vectra/game/provablyFair';

/** Games with a value from `from` on and below `to` (Infinity: no end). Shares are parts of 1. */
export interface Bin {
  from: number;
  to: number;
  count: number;
  share: number;
  /** The share that the game's own constants predict. */
  expected: number;
}

/** Where a distribution's bins begin, and how many games get there by the game's constants. */
export interface Scale {
  edges: readonly number[];
  /** The expected share of games that reach a value; exact at the edges. */
  reach: (edge: number) => number;
}

/**
 * A game rugs at tick n when n - 1 draws spared it and the n-th did not (`derivePrices`), so tick n is reached by
 * 0.995 ^ (n - 1) of all games.
 */
export const DURATIONS: Scale = {
  edges: [1, 10, 25, 50, 100, 150, 200, 300, 400, 600, 800, 1200],
  reach: (tick) => (1 - RUG_PROBABILITY) ** (tick - 1),
};

/**
 * The share of games whose peak reaches a multiplier: counted in 200,000 games of `derivePrices`, version v3, for the
 * seeds "0" to "199999" and the game id "game". There is no closed form; the standard error is at most 0.0011.
 */
const PEAK_REACH: ReadonlyMap<number, number> = new Map([
  [1, 1],
  [1.1, 0.8286],
  [1.25, 0.736],
  [1.5, 0.6017],
  [2, 0.4401],
  [3, 0.283],
  [5, 0.1619],
  [10, 0.0769],
  [25, 0.0293],
  [50, 0.0139],
  [100, 0.0068],
]);
/** Of the same 200,000 games. */
export const EXPECTED_MEDIAN_PEAK = 1.78;

export const PEAKS: Scale = {
  edges: [...PEAK_REACH.keys()],
  reach: (peak) => PEAK_REACH.get(peak) ?? NaN,
};

/** The median tick of the rug by the constants: the first by which half of all games are over. */
export const EXPECTED_MEDIAN_TICKS = Math.ceil(Math.log(0.5) / Math.log(1 - RUG_PROBABILITY));
export const EXPECTED_MEAN_TICKS = 1 / RUG_PROBABILITY;

/** Counts values by the bins of a scale; what is below the first edge is in the first bin. */
export function binned(values: readonly number[], { edges, reach }: Scale): Bin[] {
  const bins = edges.map((from, index) => {
    const to = edges[index + 1] ?? Infinity;
    return { from, to, count: 0, share: 0, expected: reach(from) - (to === Infinity ? 0 : reach(to)) };
  });
  for (const value of values) {
    const bin = bins.find(({ to }) => value < to);
    if (bin !== undefined) bin.count += 1;
  }
  return bins.map((bin) => ({ ...bin, share: shareOf(bin.count, values.length) }));
}

/** The middle value; of an even number of values the mean of the two. null of none. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  if (upper === undefined) return null;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? upper;
  return (lower + upper) / 2;
}

/** null of none. */
export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The part of the values that is at least that. */
export function shareReaching(values: readonly number[], least: number): number {
  return shareOf(values.filter((value) => value >= least).length, values.length);
}

function shareOf(count: number, all: number): number {
  return all === 0 ? 0 : count / all;
}
