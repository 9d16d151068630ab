import { GAME_VERSION, type Game } from './game.js';
import type { SidebetRow } from './sidebets.js';

/** Averages and counts are over this many games. */
export const AVERAGED_GAMES = 100;
/** A full frame holds this many ended games. */
export const HISTORY_GAMES = 10;

/** An ended game as `gameHistory` shows it: the only place where a seed is revealed. */
export function historyEntry(game: Game, endedAt: number, sidebets: readonly SidebetRow[]) {
  return {
    id: game.id,
    timestamp: Math.round(endedAt),
    prices: game.prices,
    peakMultiplier: game.peakMultiplier,
    rugged: true,
    globalTrades: [],
    globalSidebets: sidebets,
    provablyFair: { serverSeed: game.serverSeed, serverSeedHash: game.serverSeedHash },
    gameVersion: GAME_VERSION,
  };
}

export type HistoryEntry = ReturnType<typeof historyEntry>;

/** The best game of its kind. */
interface Best {
  peak: number;
  timestamp: number;
  prices: readonly number[];
  /** The price before and after a tenfold jump. */
  jump: readonly [number, number] | null;
}

/** What ended games leave behind. Immutable: frames of different times keep the one that was current. */
export interface Archive {
  /** The newest first. */
  history: readonly HistoryEntry[];
  /** Peaks of the last 100 games, the newest first. */
  peaks: readonly number[];
  highest: Best | null;
  /** Games with a tenfold jump, by how high they rose: at least 50x, 10x, and the rest. */
  godCandles: { readonly 2: Best | null; readonly 10: Best | null; readonly 50: Best | null };
}

export const EMPTY_ARCHIVE: Archive = {
  history: [],
  peaks: [],
  highest: null,
  godCandles: { 2: null, 10: null, 50: null },
};

export function extendArchive(archive: Archive, entry: HistoryEntry): Archive {
  const { peakMultiplier: peak, timestamp, prices } = entry;
  const day = Math.floor(timestamp / 86_400_000);
  const kept =
    archive.highest !== null && Math.floor(archive.highest.timestamp / 86_400_000) === day
      ? archive.highest
      : null;
  const jump = godCandle(prices);
  const best: Best = { peak, timestamp, prices, jump };
  const size = peak >= 50 ? 50 : peak >= 10 ? 10 : 2;
  return {
    history: [entry, ...archive.history].slice(0, HISTORY_GAMES),
    peaks: [peak, ...archive.peaks].slice(0, AVERAGED_GAMES),
    highest: kept !== null && kept.peak >= peak ? kept : best,
    godCandles: jump === null ? archive.godCandles : { ...archive.godCandles, [size]: best },
  };
}

function godCandle(prices: readonly number[]): [number, number] | null {
  for (let tick = 1; tick < prices.length; tick++) {
    const before = prices[tick - 1] ?? 0;
    const after = prices[tick] ?? 0;
    if (after > before * 5) return [before, after];
  }
  return null;
}

/** The averages a standard and a full frame carry. */
export function averages({ peaks }: Archive) {
  const atLeast = (peak: number): number => peaks.filter((value) => value >= peak).length;
  return {
    averageMultiplier: peaks.reduce((sum, peak) => sum + peak, 0) / Math.max(1, peaks.length),
    count2x: atLeast(2),
    count10x: atLeast(10),
    count50x: atLeast(50),
    count100x: atLeast(100),
  };
}

const NONE = { peak: null, timestamp: null, prices: [], jump: null };

/** The records a full frame carries. */
export function records({ highest, godCandles }: Archive) {
  const today = highest ?? NONE;
  const two = godCandles[2] ?? NONE;
  const ten = godCandles[10] ?? NONE;
  const fifty = godCandles[50] ?? NONE;
  return {
    highestToday: today.peak,
    highestTodayTimestamp: today.timestamp,
    highestTodayPrices: today.prices,
    godCandle2x: two.peak,
    godCandle2xTimestamp: two.timestamp,
    godCandle2xPrices: two.prices,
    godCandle2xMassiveJump: two.jump,
    godCandle10x: ten.peak,
    godCandle10xTimestamp: ten.timestamp,
    godCandle10xPrices: ten.prices,
    godCandle10xMassiveJump: ten.jump,
    godCandle50x: fifty.peak,
    godCandle50xTimestamp: fifty.timestamp,
    godCandle50xPrices: fifty.prices,
    godCandle50xMassiveJump: fifty.jump,
  };
}
