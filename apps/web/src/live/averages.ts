import type { GameSummary } from '@vectra/protocol';

/** What the last games were like. Peaks are multipliers, lengths ticks, shares 0 to 1. */
export interface Averages {
  games: number;
  peak: { mean: number; median: number };
  ticks: { mean: number; median: number };
  /** The share of games that reached 2x, and 10x. */
  reached: { two: number; ten: number };
}

/** null without any game that is known to its end. */
export function averagesOf(
  games: readonly Pick<GameSummary, 'peak_multiplier' | 'duration_ticks' | 'complete'>[],
): Averages | null {
  const known = games.filter(({ complete }) => complete);
  if (known.length === 0) return null;
  const peaks = known.map((game) => game.peak_multiplier);
  const lengths = known.map((game) => game.duration_ticks);
  const share = (least: number): number => peaks.filter((peak) => peak >= least).length / peaks.length;
  return {
    games: known.length,
    peak: { mean: mean(peaks), median: median(peaks) },
    ticks: { mean: mean(lengths), median: median(lengths) },
    reached: { two: share(2), ten: share(10) },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
