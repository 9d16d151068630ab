import type { Archive, HistoryEntry } from './generator/archive.js';

/** A game that has ended: what a recording of it should hold. */
export interface EndedGame {
  id: string;
  serverSeed: string;
  serverSeedHash: string;
  rugTick: number;
  peakMultiplier: number;
  /** Unix ms in the time of the script. */
  endedAt: number;
  /** Every tick from 0; the last is the rug price. */
  prices: readonly number[];
}

const KEPT = 1_000;

/** The newest ended games, the newest first. Those that ended before the start are not among them. */
export class EndedGames {
  list: readonly EndedGame[] = [];
  /** All that have ended since the start. */
  count = 0;
  #newest: string | undefined;

  constructor(archive: Archive) {
    this.#newest = archive.history[0]?.id;
  }

  /** Takes up the archive's newest game if it is new. Returns how many games that made. */
  observe(archive: Archive): number {
    const newest = archive.history[0];
    if (newest === undefined || newest.id === this.#newest) return 0;
    this.#newest = newest.id;
    this.list = [summary(newest), ...this.list].slice(0, KEPT);
    this.count += 1;
    return 1;
  }
}

function summary(entry: HistoryEntry): EndedGame {
  const { id, provablyFair, prices, peakMultiplier, timestamp } = entry;
  return { id, ...provablyFair, rugTick: prices.length - 1, peakMultiplier, endedAt: timestamp, prices };
}
