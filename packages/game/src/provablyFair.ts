import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import seedrandom from 'seedrandom';

/**
 * The game's own algorithm. Its constants and its order of draws were checked against 46 real games of December 2025,
 * whose prices it reproduces bit for bit, and against the peaks of 66.
 */
const RUG_PROBABILITY = 0.005;
const MAX_TICKS = 5_000;
const GOD_CANDLE_PROBABILITY = 0.00001;
const GOD_CANDLE_FACTOR = 10;
const GOD_CANDLE_HIGHEST_PRICE = 100;
const BIG_MOVE_PROBABILITY = 0.125;
const BIG_MOVE_MIN = 0.15;
const BIG_MOVE_MAX = 0.25;
const DRIFT_MIN = -0.02;
const DRIFT_MAX = 0.03;
const VOLATILITY = 0.005;
const HIGHEST_VOLATILITY_ROOT = 10;

/**
 * A rug leaves at most this share of the lower of 1 and the price before: 1 - 0.98 in doubles. Of 838 real games none
 * lies above it, and 112 lie exactly on it.
 */
const HIGHEST_RUG_SHARE = 1 - 0.98;

export const GAME_VERSIONS = ['v1', 'v2', 'v3'] as const;
export type GameVersion = (typeof GAME_VERSIONS)[number];

/** The game says it was made by an algorithm that is not known here. */
export class UnknownVersionError extends Error {
  override readonly name = 'UnknownVersionError';
}

export interface DerivedGame {
  /** Price at each tick before the rug; `prices[0]` is 1. The price of the rug itself cannot be derived. */
  prices: number[];
  /** The tick of the rug; when `rugged` is false, the first tick that was not played. */
  rugTick: number;
  /** False when the game reached its last tick without a rug. */
  rugged: boolean;
  peakMultiplier: number;
}

/**
 * The prices of a game from its seed.
 *
 * @param serverSeed hex, as revealed after the game.
 * @throws UnknownVersionError
 */
export function derivePrices(serverSeed: string, gameId: string, version: string): DerivedGame {
  if (!isGameVersion(version))
    throw new UnknownVersionError(`expected a game of version v1, v2 or v3, was "${version}"`);
  const random = seedrandom(`${serverSeed}-${gameId}`);
  const prices = [1];
  let price = 1;
  let peakMultiplier = 1;
  for (let tick = 0; tick < MAX_TICKS; tick++) {
    if (random() < RUG_PROBABILITY) return { prices, rugTick: prices.length, rugged: true, peakMultiplier };
    price = nextPrice(price, random, version);
    prices.push(price);
    peakMultiplier = Math.max(peakMultiplier, price);
  }
  return { prices, rugTick: prices.length, rugged: false, peakMultiplier };
}

function nextPrice(price: number, random: () => number, version: GameVersion): number {
  // The number is drawn at every tick, whether or not the price is low enough for a god candle.
  if (version === 'v3' && random() < GOD_CANDLE_PROBABILITY && price <= GOD_CANDLE_HIGHEST_PRICE) {
    return price * GOD_CANDLE_FACTOR;
  }
  return Math.max(0, price * (1 + change(price, random, version)));
}

function change(price: number, random: () => number, version: GameVersion): number {
  if (random() < BIG_MOVE_PROBABILITY) {
    const move = BIG_MOVE_MIN + random() * (BIG_MOVE_MAX - BIG_MOVE_MIN);
    return random() > 0.5 ? move : -move;
  }
  const drift = DRIFT_MIN + random() * (DRIFT_MAX - DRIFT_MIN);
  const root = Math.sqrt(price);
  const volatility = VOLATILITY * (version === 'v1' ? root : Math.min(HIGHEST_VOLATILITY_ROOT, root));
  return drift + volatility * (2 * random() - 1);
}

function isGameVersion(version: string): version is GameVersion {
  return (GAME_VERSIONS as readonly string[]).includes(version);
}

/** SHA-256, in hex, of the seed's text: what the game shows before it begins. */
export function hashSeed(serverSeed: string): string {
  return bytesToHex(sha256(utf8ToBytes(serverSeed)));
}

export interface SealedGame {
  gameId: string;
  serverSeed: string;
  serverSeedHash: string;
  version: string;
  /** Known prices by tick; unknown ones undefined. May end with the price of the rug. */
  prices: readonly (number | undefined)[];
}

export interface Verification {
  /** `verified`: the hash and every known price agree. `hash-only`: there was no price to compare. */
  verdict: 'verified' | 'mismatch' | 'hash-only';
  /** What disagrees, in words; empty unless `mismatch`. */
  problems: string[];
  derived: DerivedGame;
}

/**
 * Compares a game with what its seed says: the hash, and bit for bit every known price before the rug.
 *
 * @throws UnknownVersionError
 */
export function verifyGame({
  gameId,
  serverSeed,
  serverSeedHash,
  version,
  prices,
}: SealedGame): Verification {
  const derived = derivePrices(serverSeed, gameId, version);
  const problems: string[] = [];
  const hash = hashSeed(serverSeed);
  if (hash !== serverSeedHash) problems.push(`the seed's hash is ${hash}, announced was ${serverSeedHash}`);
  problems.push(...comparePrices(prices, derived));
  if (problems.length > 0) return { verdict: 'mismatch', problems, derived };
  const compared = prices.some((price, tick) => tick > 0 && tick < derived.rugTick && price !== undefined);
  return { verdict: compared ? 'verified' : 'hash-only', problems, derived };
}

function comparePrices(prices: readonly (number | undefined)[], derived: DerivedGame): string[] {
  const { rugTick } = derived;
  if (prices.length > rugTick + 1) {
    return [`prices go on to tick ${prices.length - 1}, the seed's game ends at tick ${rugTick}`];
  }
  for (const [tick, expected] of derived.prices.entries()) {
    const price = prices[tick];
    if (price !== undefined && price !== expected)
      return [`price at tick ${tick}: expected ${expected}, was ${price}`];
  }
  const rugPrice = prices[rugTick];
  const before = Math.min(1, derived.prices[rugTick - 1] ?? 1);
  if (derived.rugged && rugPrice !== undefined && rugPrice > HIGHEST_RUG_SHARE * before) {
    return [
      `price at the rug, tick ${rugTick}: expected at most ${HIGHEST_RUG_SHARE * before}, was ${rugPrice}`,
    ];
  }
  return [];
}
